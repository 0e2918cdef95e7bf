//! What a media playlist points to.

use dynpack_media::{Rendition, Ticks};

use crate::Urls;

/// Something of a rendition that has a URL in its media playlist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// The init segment.
    Init,
    /// The segment that starts then, in the rendition's timescale.
    Segment(Ticks),
    /// The key frame that starts then, in the rendition's timescale.
    KeyFrame(Ticks),
}

impl Resource {
    pub(crate) fn uri(self, rendition: &Rendition, urls: &impl Urls) -> String {
        match self {
            Self::Init => urls.init(rendition),
            Self::Segment(start) => urls.segment(rendition, start),
            Self::KeyFrame(start) => urls.key_frame(rendition, start),
        }
    }
}
