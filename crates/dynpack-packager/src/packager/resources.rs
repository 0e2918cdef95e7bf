//! All resources of a presentation, one by one.

use std::collections::HashSet;
use std::sync::Arc;

use dynpack_codec::{MediaKind, TextForm};
use dynpack_media::{ClipNumber, Form, Rendition, RenditionId};

use super::job::Job;
use crate::request::{Place, Request, Resource};

/// Media that manifests list: those of one rendition.
pub(super) struct Listed<'a> {
    id: RenditionId,
    audio_track: Option<Arc<str>>,
    is_text: bool,
    clip: Option<ClipNumber>,
    places: Box<dyn Iterator<Item = Place> + 'a>,
}

impl<'a> Listed<'a> {
    /// The media of a rendition at these places, apart from its init segment.
    pub(super) fn new(id: RenditionId, places: impl Iterator<Item = Place> + 'a) -> Self {
        let (audio_track, clip) = (None, None);
        Self { id, audio_track, is_text: false, clip, places: Box::new(places) }
    }

    /// The same where URLs say which audio comes with it.
    pub(super) fn with_audio(self, audio: Option<&Rendition>) -> Self {
        Self { audio_track: audio.map(|audio| Arc::clone(&audio.id.name)), ..self }
    }

    /// The same of a rendition of that kind.
    pub(super) fn of_kind(self, kind: MediaKind) -> Self {
        Self { is_text: kind == MediaKind::Text, ..self }
    }

    /// The same in that clip of a program.
    pub(super) fn in_clip(self, clip: Option<ClipNumber>) -> Self {
        Self { clip, ..self }
    }

    /// The requests for its media playlist, its init segment and its media, as far as the format of
    /// `manifest` has such. Key frames have no init segment of their own.
    fn requests(self, manifest: &'a Request) -> impl Iterator<Item = Request> + 'a {
        let (facts, Self { id, audio_track, is_text, clip, places }) =
            (manifest.format.facts(), self);
        let audio_track = audio_track.or_else(|| manifest.names_no_audio().cloned());
        let text = manifest.listed_text_form().filter(|_| is_text);
        let manifest = manifest.clone().with_text(text).with_clip(clip);
        let has_init =
            facts.has_init_segments && id.form == Form::Full && text.is_none_or(TextForm::is_mp4);
        let playlist = facts
            .has_media_playlists
            .then(|| manifest.for_media_playlist(&id, audio_track.as_deref()));
        let init = has_init.then_some(Place::Init);
        let media = init
            .into_iter()
            .chain(places)
            .map(move |place| manifest.for_media(&id, place, audio_track.as_deref()));
        playlist.into_iter().chain(media)
    }
}

/// The requests for the manifest of a job and for all that is listed, each once: a rendition may
/// be listed in several periods.
pub(super) fn requests<'a>(
    job: &Job<'a>,
    listed: impl Iterator<Item = Listed<'a>> + 'a,
) -> Box<dyn Iterator<Item = Request> + 'a> {
    let manifest = job.request;
    let first = Request { resource: Resource::Manifest, ..manifest.clone() };
    let has_chapters = manifest.format.facts().has_media_playlists
        && job.view.periods().any(|period| !period.presentation().chapters.is_empty());
    let chapters = has_chapters.then(|| manifest.for_chapters());
    let all = std::iter::once(first).chain(chapters);
    let all = all.chain(listed.flat_map(|one| one.requests(manifest)));
    let mut seen = HashSet::new();
    Box::new(all.filter(move |request| seen.insert((request.clip, request.resource.clone()))))
}

/// All renditions by the starts of their segments, then the key frames of video if the format has
/// any. Formats with media playlists list those of the default video, as alternatives to its
/// variants.
pub(super) fn renditions<'a>(job: &Job<'a>) -> impl Iterator<Item = Listed<'a>> + use<'a> {
    let facts = job.request.format.facts();
    let renditions = job.view.periods().flat_map(|period| job.listed_in(period));
    let mut listed = job.presentation().clone();
    listed.renditions = renditions.cloned().collect();
    let has_key_frames = |rendition: &&Rendition| {
        facts.has_key_frames && (!facts.has_media_playlists || listed.is_default(rendition))
    };
    let with_key_frames = listed.renditions.iter().filter(has_key_frames);
    let key_frames: Vec<_> = with_key_frames.filter_map(Rendition::key_frames).collect();
    let lists_documents = job.request.lists_documents();
    listed.renditions.into_iter().chain(key_frames).map(move |rendition| {
        let kind = rendition.kind();
        let places: Vec<_> = match kind {
            MediaKind::Text if lists_documents => vec![Place::Whole],
            _ => rendition.cuts.segments().map(|segment| Place::Time(segment.start)).collect(),
        };
        Listed::new(rendition.id, places.into_iter()).of_kind(kind).in_clip(rendition.clip)
    })
}
