//! What all formats of fragmented MP4 have in common: one set of segments.

use bytes::Bytes;
use dynpack_codec::{AudioCodec, Codec, MediaKind, Video, VideoCodec};
use dynpack_crypt::cenc;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{Rate, Rendition, Segment, Ticks};

use super::lookup::segment_at;
use super::{Job, text};
use crate::cmaf_rate::cmaf_rate;
use crate::encryption::Encryption;
use crate::error::Error;
use crate::request::Request;

/// Whether CMAF and CSF carry a rendition whose samples are encrypted so. They carry any codec, but
/// no player of DASH or HLS knows those of Windows Media.
pub(super) fn carries(rendition: &Rendition, encryption: Option<Encryption>) -> Result<(), String> {
    match &rendition.track.codec {
        Codec::Video(Video { codec: VideoCodec::Vc1(_), .. })
        | Codec::Audio(AudioCodec::Wma(_)) => {
            Err("only clients of Smooth Streaming know its codec".into())
        }
        Codec::Video(_) | Codec::Audio(_) | Codec::Text => encrypts(rendition, encryption),
    }
}

/// Whether the samples of a rendition can be encrypted so.
pub(super) fn encrypts(
    rendition: &Rendition,
    encryption: Option<Encryption>,
) -> Result<(), String> {
    match encryption.and_then(Encryption::scheme) {
        None => Ok(()),
        Some(_) => cenc::covers(&rendition.track.codec).map_err(|error| error.to_string()),
    }
}

/// Writes the segments of a rendition, under the protection of the job.
pub(super) fn writer<'a>(profile: Profile, job: &Job<'_>, rendition: &'a Rendition) -> Writer<'a> {
    let protection = job.protection.and_then(|protection| protection.sample_encryption(rendition));
    Writer::new(profile, rendition).with_protection(protection)
}

pub(super) fn init(profile: Profile, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
    Ok(match rendition.kind() {
        MediaKind::Video | MediaKind::Audio => writer(profile, job, rendition).init_segment()?,
        MediaKind::Text => text::writer(profile, job, rendition)?.init_segment()?,
    })
}

/// The segment that `time` names on the clock of the rendition.
pub(super) fn segment(
    profile: Profile,
    job: &Job<'_>,
    rendition: &Rendition,
    time: Ticks,
) -> Result<SegmentPlan, Error> {
    plan(profile, job, rendition, &segment_at(rendition, time)?)
}

pub(super) fn plan(
    profile: Profile,
    job: &Job<'_>,
    rendition: &Rendition,
    segment: &Segment,
) -> Result<SegmentPlan, Error> {
    Ok(match rendition.kind() {
        MediaKind::Video | MediaKind::Audio => {
            writer(profile, job, rendition).media_segment(segment)?
        }
        MediaKind::Text => text::writer(profile, job, rendition)?.media_segment(segment)?,
    })
}

pub(super) fn content_type(request: &Request, kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/mp4",
        MediaKind::Text if text::form(request).is_mp4() => "application/mp4",
        MediaKind::Text => text::VTT,
    }
}

/// The rate of a rendition's segments as CMAF has them.
pub(super) fn rate(job: &Job<'_>, rendition: &Rendition) -> Result<Rate, Error> {
    cmaf_rate(rendition, &writer(Profile::Cmaf, job, rendition), |len| job.len(len))
}
