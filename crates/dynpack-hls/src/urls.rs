//! The URLs of resources, and their keys.

use dynpack_media::{Presentation, Rendition};

use crate::{Key, Resource};

/// The URLs that playlists point to, relative to the playlist that lists them or absolute (RFC
/// 3986).
///
/// Characters that a URL must not contain are percent-encoded when it is written, so a name from a
/// file can never break out of its line. A rendition may be one of [key
/// frames](dynpack_media::Form).
pub trait Urls {
    /// The URL of a rendition's media playlist, for the multivariant playlist.
    fn playlist(&self, rendition: &Rendition) -> String;

    /// The URL of a rendition's init segment, for its media playlist. Only called where segments
    /// need one.
    fn init(&self, rendition: &Rendition) -> String;

    /// The URLs of a rendition's segments, for its media playlist.
    fn segments(&self, rendition: &Rendition) -> SegmentUrl;

    /// The keys of a resource, no two of the same format. Each of them decrypts it. There are none
    /// if it is clear, which is the default. Where audio is muxed into video, the segments are
    /// those of the video.
    fn keys(&self, rendition: &Rendition, resource: Resource) -> Vec<Key> {
        let _ = (rendition, resource);
        Vec::new()
    }

    /// The URL of the [chapters](crate::chapters()) of a presentation; `None`, which is the
    /// default, if there are none.
    fn chapters(&self, presentation: &Presentation) -> Option<String> {
        let _ = presentation;
        None
    }

    /// Keys of a presentation that clients may fetch before they know its media playlists
    /// (`EXT-X-SESSION-KEY`, RFC 8216, 4.3.4.5).
    fn session_keys(&self, presentation: &Presentation) -> Vec<Key> {
        let _ = presentation;
        Vec::new()
    }
}

/// The URL of any segment of a rendition: the start of the segment, in the timescale of the
/// rendition, between two texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentUrl {
    /// What comes before the start.
    pub before: String,
    /// What comes after the start.
    pub after: String,
}

impl SegmentUrl {
    /// A URL of these texts.
    #[must_use]
    pub fn new(before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: before.into(), after: after.into() }
    }
}
