//! Where things lie.

use dynpack_media::{Rendition, Ticks};

/// The URLs that playlists point to, relative to the playlist that holds them or absolute (RFC 3986).
///
/// What a URL cannot hold is percent-encoded as it is written, so that a name from a file can never break out of its line.
pub trait Urls {
    /// The media playlist of a rendition, as the multivariant playlist names it.
    fn playlist(&self, rendition: &Rendition) -> String;

    /// The init segment of a rendition, as its media playlist names it. Only asked for where segments need one.
    fn init(&self, rendition: &Rendition) -> String;

    /// The segment that starts at `start`, in the rendition's timescale, as the media playlist of the rendition names it.
    fn segment(&self, rendition: &Rendition, start: Ticks) -> String;

    /// The list of the key frames of a rendition, as the multivariant playlist names it.
    fn key_frame_playlist(&self, rendition: &Rendition) -> String;

    /// The key frame that starts at `start`, in the rendition's timescale, as the list of key frames names it.
    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String;
}
