//! Where things lie.

use dynpack_media::{Rendition, Segment};

/// The URLs that playlists point to, relative to the playlist that holds them or absolute (RFC 3986).
///
/// What a URL cannot hold is percent-encoded as it is written, so that a name from a file can never break out of its line.
pub trait Urls {
    /// The media playlist of a rendition, as the multivariant playlist names it.
    fn playlist(&self, rendition: &Rendition) -> String;

    /// The init segment of a rendition, as its media playlist names it. Only asked for where segments need one.
    fn init(&self, rendition: &Rendition) -> String;

    /// A segment of a rendition, as its media playlist names it.
    fn segment(&self, rendition: &Rendition, segment: &Segment) -> String;
}
