//! What all formats of fragmented MP4 have in common: one set of segments.

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{self, Profile, Protection};
use dynpack_hls::Rate;
use dynpack_media::{Form, Rendition, Ticks};

use super::{Job, key_frame, time_not_found};
use crate::error::Error;

/// How the samples of a rendition are encrypted; `None` where they are clear.
pub(super) fn protection(job: &Job<'_>, rendition: &Rendition) -> Option<Protection> {
    job.protection.and_then(|protection| protection.of_samples(rendition))
}

pub(super) fn init(profile: Profile, job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
    Ok(fmp4::init_segment(profile, rendition, protection(job, rendition).as_ref())?)
}

/// The segment that `time` names on the clock of the rendition, or its key frame.
pub(super) fn segment(
    profile: Profile,
    job: &Job<'_>,
    rendition: &Rendition,
    time: Ticks,
) -> Result<SegmentPlan, Error> {
    let protection = protection(job, rendition);
    if job.request.resource.form() == Form::KeyFrames {
        let frame = key_frame(rendition, time, job.request)?;
        return Ok(fmp4::key_frame_segment(profile, rendition, &frame, protection.as_ref())?);
    }
    let segment = rendition.cuts.segment_at(time);
    let segment = segment
        .ok_or_else(|| time_not_found(rendition, time, rendition.cuts.starts_around(time)))?;
    Ok(fmp4::media_segment(profile, rendition, &segment, protection.as_ref())?)
}

pub(super) const fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/mp4",
    }
}

/// The rate of the key frames of video as CMAF has them.
pub(super) fn key_frame_rate(
    job: &Job<'_>,
    rendition: &Rendition,
    protection: Option<&Protection>,
) -> Result<Rate, Error> {
    let frames = rendition.cuts.segments().flat_map(|segment| rendition.key_frames(&segment));
    let sizes = frames.map(|frame| {
        let len = fmp4::key_frame_segment_len(Profile::Cmaf, rendition, &frame, protection)?;
        Ok::<_, Error>((job.len(len), frame.duration))
    });
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}

/// The rate of a rendition's segments as CMAF has them.
pub(super) fn rate(
    job: &Job<'_>,
    rendition: &Rendition,
    protection: Option<&Protection>,
) -> Result<Rate, Error> {
    measure(rendition, protection, |len| job.len(len))
}

/// The rate of a rendition's segments as CMAF has them in the clear.
pub(crate) fn clear_rate(rendition: &Rendition) -> Result<Rate, Error> {
    measure(rendition, None, |len| len)
}

fn measure(
    rendition: &Rendition,
    protection: Option<&Protection>,
    sealed: impl Fn(u64) -> u64,
) -> Result<Rate, Error> {
    let sizes = rendition.cuts.segments().map(|segment| {
        let len = fmp4::media_segment_len(Profile::Cmaf, rendition, &segment, protection)?;
        Ok::<_, Error>((sealed(len), segment.duration))
    });
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}
