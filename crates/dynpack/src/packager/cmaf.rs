//! What HLS and DASH have in common where both carry CMAF: one set of segments.

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::{self, Profile};
use dynpack_hls::Rate;
use dynpack_media::{MediaKind, Rendition, Segment};

use crate::Error;

pub(super) fn init(rendition: &Rendition) -> Result<Bytes, Error> {
    Ok(fmp4::init_segment(Profile::Cmaf, rendition)?)
}

pub(super) fn segment(rendition: &Rendition, segment: &Segment, key_frames: bool) -> Result<SegmentPlan, Error> {
    let plan = if key_frames { fmp4::key_frame_segment } else { fmp4::media_segment };
    Ok(plan(Profile::Cmaf, rendition, segment)?)
}

pub(super) const fn content_type(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Audio => "audio/mp4",
        _ => "video/mp4",
    }
}

/// The rate of a rendition's segments as they are sent.
pub(crate) fn rate(rendition: &Rendition) -> Result<Rate, Error> {
    let sizes = rendition
        .cuts
        .segments()
        .map(|segment| fmp4::media_segment_len(Profile::Cmaf, rendition, &segment).map(|len| (len, segment.duration)));
    Ok(Rate::measure(sizes.collect::<Result<Vec<_>, _>>()?, rendition.timescale()))
}
