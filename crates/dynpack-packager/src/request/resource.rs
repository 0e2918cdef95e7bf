//! The resources of an asset.

use dynpack_hds::FragmentNumber;
use dynpack_media::{Form, RenditionId, Ticks};

/// A resource of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// The description of the whole presentation: client manifest, multivariant playlist or MPD.
    Manifest,
    /// The chapters of the presentation, which the manifest names (HLS).
    Chapters,
    /// The list of the segments of one rendition (HLS).
    MediaPlaylist(RenditionId),
    /// Media of one rendition.
    Media(RenditionId, Place),
}

/// Which media of a rendition a URL returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// What a player needs before the first segment.
    Init,
    /// The segment that starts at that time on the clock of the format, from 0.
    Time(Ticks),
    /// The segment with that number, in a stream that may carry audio with the video (HDS).
    Number(FragmentNumber),
    /// A text as one document (DASH).
    Whole,
}

impl Resource {
    /// The rendition that it belongs to; `None` for what is of all.
    #[must_use]
    pub const fn rendition(&self) -> Option<&RenditionId> {
        match self {
            Self::Manifest | Self::Chapters => None,
            Self::MediaPlaylist(rendition) | Self::Media(rendition, _) => Some(rendition),
        }
    }

    /// Which form of a track it belongs to.
    pub(crate) fn form(&self) -> Form {
        self.rendition().map_or(Form::Full, |rendition| rendition.form)
    }
}
