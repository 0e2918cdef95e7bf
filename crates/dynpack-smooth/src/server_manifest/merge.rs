//! What a client manifest declares beyond the server manifest.

use super::{ServerManifest, ServerTrack};
use crate::ClientManifest;
use crate::client_manifest::Stream;

impl ServerManifest {
    /// The same with languages, roles and purposes that it does not declare and the client manifest
    /// does.
    ///
    /// A track is the stream of its type and name which has its bitrate, as Azure Media Services
    /// joined the two. Everything else in a client manifest is read from the media, which is
    /// right where they differ.
    #[must_use]
    pub fn with_client_manifest(mut self, client: &ClientManifest) -> Self {
        for track in &mut self.tracks {
            let Some(stream) = client.streams.iter().find(|stream| track.matches(stream)) else {
                continue;
            };
            if track.language().is_none() {
                track.language = stream.language.clone().or_else(|| track.language.take());
            }
            track.role = track.role.take().or_else(|| stream.role.clone());
            track.accessibility =
                track.accessibility.take().or_else(|| stream.accessibility.clone());
        }
        self
    }
}

impl ServerTrack {
    fn matches(&self, stream: &Stream) -> bool {
        let has_bitrate = |bitrate: u32| stream.levels.iter().any(|level| level.bitrate == bitrate);
        let names = (self.track_name.as_deref(), stream.name.as_deref());
        let has_same_name = match names {
            (None, None) => true,
            _ => self.name() == stream.name(),
        };
        self.kind == stream.kind
            && has_same_name
            && self.bitrate.is_none_or(|bitrate| has_bitrate(bitrate.get()))
    }
}
