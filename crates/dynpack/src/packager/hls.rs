//! What all versions of HLS have in common: their playlists.

use dynpack_hls::{Options, Urls};
use dynpack_media::{Rendition, Ticks};

use super::links::Links;
use crate::Request;

pub(super) const PLAYLIST: &str = "application/vnd.apple.mpegurl";

pub(super) fn options(options: Options, request: &Request) -> Options {
    options.with_audio_only(request.audio_only.unwrap_or_default())
}

impl Urls for Links<'_> {
    fn playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, false)
    }

    fn init(&self, rendition: &Rendition) -> String {
        self.init(rendition)
    }

    fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
        self.segment(rendition, start, false)
    }

    fn key_frame_playlist(&self, rendition: &Rendition) -> String {
        self.playlist(rendition, true)
    }

    fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
        self.segment(rendition, start, true)
    }
}
