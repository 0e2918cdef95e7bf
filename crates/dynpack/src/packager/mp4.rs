//! What all formats of fragmented MP4 have in common: one set of segments.

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{self, Profile};
use dynpack_hls::Rate;
use dynpack_media::{MediaKind, Rendition, Segment};

use crate::{Error, Request};

pub(super) fn init(profile: Profile, rendition: &Rendition) -> Result<Bytes, Error> {
    Ok(fmp4::init_segment(profile, rendition)?)
}

pub(super) fn segment(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    request: &Request,
) -> Result<SegmentPlan, Error> {
    let plan = if request.target.key_frames() { fmp4::key_frame_segment } else { fmp4::media_segment };
    Ok(plan(profile, rendition, segment)?)
}

pub(super) const fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio/mp4",
        _ => "video/mp4",
    }
}

/// The rate of a rendition's segments as CMAF has them.
pub(crate) fn rate(rendition: &Rendition) -> Result<Rate, Error> {
    let sizes = rendition
        .cuts
        .segments()
        .map(|segment| fmp4::media_segment_len(Profile::Cmaf, rendition, &segment).map(|len| (len, segment.duration)));
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}
