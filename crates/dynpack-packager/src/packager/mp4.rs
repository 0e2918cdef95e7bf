//! What all formats of fragmented MP4 have in common: one set of segments.

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_crypt::cenc;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{Rate, Rendition, Ticks};

use super::Job;
use super::lookup::time_not_found;
use crate::cmaf_rate::cmaf_rate;
use crate::encryption::Encryption;
use crate::error::Error;

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
    Ok(writer(profile, job, rendition).init_segment()?)
}

/// The segment that `time` names on the clock of the rendition.
pub(super) fn segment(
    profile: Profile,
    job: &Job<'_>,
    rendition: &Rendition,
    time: Ticks,
) -> Result<SegmentPlan, Error> {
    let writer = writer(profile, job, rendition);
    let segment = rendition.cuts.segment_at(time);
    let segment = segment
        .ok_or_else(|| time_not_found(rendition, time, rendition.cuts.starts_around(time)))?;
    Ok(writer.media_segment(&segment)?)
}

pub(super) const fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/mp4",
        MediaKind::Text => "application/mp4",
    }
}

/// The rate of a rendition's segments as CMAF has them.
pub(super) fn rate(job: &Job<'_>, rendition: &Rendition) -> Result<Rate, Error> {
    cmaf_rate(rendition, &writer(Profile::Cmaf, job, rendition), |len| job.len(len))
}
