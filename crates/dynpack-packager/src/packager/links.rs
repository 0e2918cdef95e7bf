//! The URLs in manifests, relative to the manifest that lists them.

use std::borrow::Cow;
use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_media::{Form, Rendition, Ticks};

use super::Job;
use crate::format::Format;
use crate::naming::Naming;
use crate::protection::Protection;
use crate::request::{Place, Request, SegmentId, SplitUrl};

/// The URLs of one manifest, as the naming of its job has them.
pub(super) struct Links<'a> {
    /// The request, for media that is no text.
    request: Request,
    /// The same for text, in the form that it is listed in.
    text_request: Request,
    naming: &'a dyn Naming,
    pub(super) protection: Option<&'a Protection>,
    audio: Option<&'a Rendition>,
}

impl<'a> Links<'a> {
    pub(super) fn new(job: &Job<'a>) -> Self {
        let Job { request, naming, protection, .. } = *job;
        let text_request = request.clone().with_text(request.listed_text_form());
        let request = request.clone().with_text(None);
        Self { request, text_request, naming, protection, audio: None }
    }

    /// The same where videos carry that audio: their URLs name it.
    pub(super) fn with_audio(self, audio: Option<&'a Rendition>) -> Self {
        Self { audio, ..self }
    }

    /// The format of the URLs.
    pub(super) const fn format(&self) -> Format {
        self.request.format
    }

    /// The audio that a rendition carries with it.
    pub(super) fn audio(&self, rendition: &Rendition) -> Option<&'a Rendition> {
        self.audio.filter(|_| rendition.kind() == MediaKind::Video)
    }

    /// The request that URLs of a rendition derive from.
    fn request(&self, rendition: &Rendition) -> Cow<'_, Request> {
        let request = match rendition.kind() {
            MediaKind::Video | MediaKind::Audio => &self.request,
            MediaKind::Text => &self.text_request,
        };
        match rendition.clip {
            None => Cow::Borrowed(request),
            clip => Cow::Owned(request.clone().with_clip(clip)),
        }
    }

    fn audio_track(&self, rendition: &Rendition) -> Option<&Arc<str>> {
        let named = self.audio(rendition).map(|audio| &audio.id.name);
        named.or_else(|| self.no_audio().filter(|_| rendition.kind() == MediaKind::Video))
    }

    /// What URLs of video say if no audio comes with it, though the asset has some.
    fn no_audio(&self) -> Option<&Arc<str>> {
        self.request.names_no_audio()
    }

    /// The media playlist of a rendition.
    pub(super) fn playlist(&self, rendition: &Rendition) -> String {
        let audio_track = self.audio_track(rendition).map(AsRef::as_ref);
        self.naming.media_playlist(&self.request(rendition), &rendition.id, audio_track)
    }

    /// The chapters, relative to the multivariant playlist.
    pub(super) fn chapters(&self) -> String {
        self.naming.chapters(&self.request)
    }

    /// The init segment of a rendition, relative to its media playlist. All forms share it.
    pub(super) fn init(&self, rendition: &Rendition) -> String {
        self.naming.init_segment(&self.request(rendition), &rendition.id.with_form(Form::Full))
    }

    /// The segments of a rendition, relative to its media playlist.
    pub(super) fn segments(&self, rendition: &Rendition) -> SplitUrl {
        let audio_track = self.audio_track(rendition).map(AsRef::as_ref);
        self.naming.segment(&self.request(rendition), &rendition.id, audio_track)
    }

    /// What exactly a URL in the media playlist of a rendition returns.
    pub(super) fn segment_id(&self, rendition: &Rendition, place: Place) -> SegmentId {
        let id = match place {
            Place::Init => rendition.id.with_form(Form::Full),
            Place::Time(_) | Place::Number(_) | Place::Whole => rendition.id.clone(),
        };
        SegmentId {
            format: self.request.format,
            rendition: id,
            audio_track: self.audio_track(rendition).cloned(),
            text: self.request(rendition).text,
            clip: rendition.clip,
            place,
        }
    }

    /// The init segments of the track of a rendition, with `bitrate` in place of a bitrate.
    pub(super) fn init_template(&self, rendition: &Rendition, bitrate: &str) -> String {
        self.naming.init_template(&self.request(rendition), &rendition.id.name, bitrate)
    }

    /// The segments of the track of a rendition in its form, with these texts in place of bitrate
    /// and time. Times count from `from`.
    pub(super) fn template(
        &self,
        rendition: &Rendition,
        bitrate: &str,
        time: &str,
        from: Ticks,
    ) -> String {
        let (request, id) = (self.request(rendition), &rendition.id);
        self.naming.segment_template(&request, &id.name, id.form, bitrate, time, from)
    }

    /// A text as one document.
    pub(super) fn document(&self, text: &Rendition) -> String {
        self.naming.document(&self.request(text), &text.id)
    }

    /// The address of a stream of HDS, to which clients append the name of a fragment.
    pub(super) fn stream(&self, main: &Rendition, audio: Option<&Rendition>) -> String {
        let audio_track = audio.map(|audio| &audio.id.name).or_else(|| self.no_audio());
        let audio_track = audio_track.map(AsRef::as_ref);
        self.naming.stream(&self.request, &main.id, audio_track)
    }
}
