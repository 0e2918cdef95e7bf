//! Adds what only the client manifest declares.

use super::{ServerManifest, ServerTrack};
use crate::ClientManifest;
use crate::client_manifest::Stream;

impl ServerManifest {
    /// The same manifest with languages, roles and purposes that only the client manifest declares.
    ///
    /// A track matches the stream with its type, name and bitrate, as in Azure Media Services.
    /// Everything else in a client manifest is read from the media instead, which is right where
    /// the two differ.
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
