//! What the tracks of a clip have in common.

use crate::{Edit, Rendition, Ticks, Track};

/// The maximum distance, in frames, between the decoding order and the presentation order of a
/// frame. H.264 and HEVC allow 16.
pub(super) const MAX_REORDERED: u32 = 64;

/// A track of other samples of the same file, which start that late in the clip.
pub(super) fn track_of(rendition: &Rendition, delay: Ticks) -> Track {
    let edit = Edit { delay, media_start: Ticks::ZERO };
    let frame_rate = rendition.track.frame_rate();
    let track = rendition.track.as_ref().clone().with_edit(edit);
    track.with_known_frame_rate(frame_rate)
}
