//! From the request for a manifest to those for what it lists.

use dynpack_media::RenditionId;

use super::{Place, Request, Resource};

impl Request {
    /// The request for the media playlist of a rendition, of what this request may see: filters go
    /// with it.
    pub(crate) fn for_media_playlist(&self, id: &RenditionId, audio_track: Option<&str>) -> Self {
        Self {
            resource: Resource::MediaPlaylist(id.clone()),
            audio_track: audio_track.map(Into::into),
            audio_only: None,
            ..self.clone()
        }
    }

    /// The request for media of a rendition, without filters: what they leave is the same media.
    ///
    /// In playlists it ends as media files do, unlike in Azure, since ffmpeg takes no other
    /// segments from a playlist ("allowed_segment_extensions", in 7.1.1 and in what distributions
    /// patch). So does a whole text, which some players know by its ending.
    pub(crate) fn for_media(
        &self,
        id: &RenditionId,
        place: Place,
        audio_track: Option<&str>,
    ) -> Self {
        let facts = self.format.facts();
        Self {
            asset: self.asset.clone(),
            format: facts.media_of.unwrap_or(self.format),
            encryption: self.encryption,
            filters: Vec::new(),
            audio_track: audio_track.map(Into::into),
            audio_only: None,
            text: self.text,
            resource: Resource::Media(id.clone(), place),
            with_extension: self.with_extension
                || facts.has_media_playlists
                || place == Place::Whole,
        }
    }
}
