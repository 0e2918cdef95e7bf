//! Where things lie.

use dynpack_media::{Presentation, Rendition, Ticks};

use crate::{Key, Resource};

/// The URLs that playlists point to, relative to the playlist that holds them or absolute (RFC
/// 3986).
///
/// What a URL cannot hold is percent-encoded as it is written, so that a name from a file can never
/// break out of its line.
pub trait Urls {
    /// The media playlist of a rendition, as the multivariant playlist names it.
    fn playlist(&self, rendition: &Rendition) -> String;

    /// The init segment of a rendition, as its media playlist names it. Only asked for where
    /// segments need one.
    fn init(&self, rendition: &Rendition) -> String;

    /// The segment that starts at `start`, in the rendition's timescale, as the media playlist of
    /// the rendition names it.
    fn segment(&self, rendition: &Rendition, start: Ticks) -> String;

    /// The list of the key frames of a rendition, as the multivariant playlist names it.
    fn key_frame_playlist(&self, rendition: &Rendition) -> String;

    /// The key frame that starts at `start`, in the rendition's timescale, as the list of key
    /// frames names it.
    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String;

    /// The keys of which each opens the resource, each of another format; none where it is clear,
    /// as all is unless this says otherwise. Where sound is muxed into video, the segments are
    /// those of the video.
    fn keys(&self, rendition: &Rendition, resource: Resource) -> Vec<Key> {
        let _ = (rendition, resource);
        Vec::new()
    }

    /// Keys of a presentation that clients may fetch before they know its media playlists
    /// (`EXT-X-SESSION-KEY`, RFC 8216, 4.3.4.5).
    fn session_keys(&self, presentation: &Presentation) -> Vec<Key> {
        let _ = presentation;
        Vec::new()
    }
}
