//! What a media playlist points to.

use dynpack_media::Ticks;

/// Something of a rendition that has a URL in its media playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// The init segment.
    Init,
    /// The segment that starts at this time, in the rendition's timescale.
    Segment(Ticks),
}
