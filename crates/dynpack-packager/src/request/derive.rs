//! From the request for a manifest to those for what it lists.

use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_media::{Form, Presentation, RenditionId};

use super::{Place, Request, Resource};

impl Request {
    /// The same for what filters leave of a `whole` presentation: it names the audio that comes
    /// with video, where that is not the one of the whole. So a request always means the same
    /// media.
    #[must_use]
    pub fn with_audio_of(self, left: &Presentation, whole: &Presentation) -> Self {
        let is_video = |id: &RenditionId| {
            let rendition = left.rendition(&id.with_form(Form::Full));
            rendition.is_some_and(|rendition| rendition.kind() == MediaKind::Video)
        };
        let muxes_audio = self.format.facts().muxes_audio
            && self.audio_track.is_none()
            && self.resource.rendition().is_none_or(is_video);
        let default = |presentation: &Presentation| {
            let audio = presentation.default_of(MediaKind::Audio);
            audio.map(|audio| Arc::clone(&audio.id.name))
        };
        let audio_track = match (default(left), default(whole)) {
            _ if !muxes_audio => return self,
            (None, Some(_)) => Some("".into()),
            (own, of_whole) if own != of_whole && self.segment_id().is_some() => own,
            _ => None,
        };
        Self { audio_track, ..self }
    }

    /// The name for no audio, where video of this format would carry audio and the request says
    /// that it does not.
    pub(crate) fn names_no_audio(&self) -> Option<&Arc<str>> {
        let is_none = |track: &&Arc<str>| track.is_empty() && self.format.facts().muxes_audio;
        self.audio_track.as_ref().filter(is_none)
    }

    /// The request for the chapters of what this request may see.
    pub(crate) fn for_chapters(&self) -> Self {
        Self {
            resource: Resource::Chapters,
            audio_track: None,
            audio_only: None,
            text: None,
            clip: None,
            ..self.clone()
        }
    }

    /// The request for the media playlist of a rendition, of what this request may see: filters go
    /// with it.
    pub(crate) fn for_media_playlist(&self, id: &RenditionId, audio_track: Option<&str>) -> Self {
        Self {
            resource: Resource::MediaPlaylist(id.clone()),
            audio_track: audio_track.map(Into::into),
            audio_only: None,
            clip: None,
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
            rules: None,
            audio_track: audio_track.map(Into::into),
            audio_only: None,
            text: self.text,
            clip: self.clip,
            resource: Resource::Media(id.clone(), place),
            with_extension: self.with_extension
                || facts.has_media_playlists
                || place == Place::Whole,
            token: self.token.clone(),
        }
    }
}
