//! What all formats of fragmented MP4 have in common: one set of segments.

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{self, Profile};
use dynpack_hls::Rate;
use dynpack_media::{MediaKind, Rendition, Ticks};

use super::{key_frame, time_not_found};
use crate::{Error, Request};

pub(super) fn init(profile: Profile, rendition: &Rendition) -> Result<Bytes, Error> {
    Ok(fmp4::init_segment(profile, rendition, None)?)
}

/// The segment that `time` names on the clock of the rendition, or its key frame.
pub(super) fn segment(profile: Profile, rendition: &Rendition, time: Ticks, request: &Request) -> Result<SegmentPlan, Error> {
    if request.target.key_frames() {
        return Ok(fmp4::key_frame_segment(profile, rendition, &key_frame(rendition, time, request)?, None)?);
    }
    let starts = || rendition.cuts.segments().map(|segment| segment.start);
    let segment = rendition.cuts.segment_at(time).ok_or_else(|| time_not_found(rendition, time, starts()))?;
    Ok(fmp4::media_segment(profile, rendition, &segment, None)?)
}

pub(super) const fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio/mp4",
        _ => "video/mp4",
    }
}

/// The rate of the key frames of video as CMAF has them.
pub(super) fn key_frame_rate(rendition: &Rendition) -> Result<Rate, Error> {
    let frames = rendition.cuts.segments().flat_map(|segment| rendition.key_frames(&segment));
    let sizes =
        frames.map(|frame| fmp4::key_frame_segment_len(Profile::Cmaf, rendition, &frame, None).map(|len| (len, frame.duration)));
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}

/// The rate of a rendition's segments as CMAF has them.
pub(crate) fn rate(rendition: &Rendition) -> Result<Rate, Error> {
    let sizes = rendition
        .cuts
        .segments()
        .map(|segment| fmp4::media_segment_len(Profile::Cmaf, rendition, &segment, None).map(|len| (len, segment.duration)));
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}
