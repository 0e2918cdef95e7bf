//! The URLs in manifests, relative to the manifest that lists them.

use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_media::{Form, Rendition};

use super::Job;
use crate::format::Format;
use crate::naming::Naming;
use crate::protection::Protection;
use crate::request::{Place, Request, SegmentId, SplitUrl};

/// The URLs of one manifest, as the naming of its job has them.
pub(super) struct Links<'a> {
    request: &'a Request,
    naming: &'a dyn Naming,
    pub(super) protection: Option<&'a Protection>,
    audio: Option<&'a Rendition>,
}

impl<'a> Links<'a> {
    pub(super) const fn new(job: &Job<'a>) -> Self {
        let Job { request, naming, protection, .. } = *job;
        Self { request, naming, protection, audio: None }
    }

    /// The same where videos carry that audio: their URLs name it.
    pub(super) const fn with_audio(self, audio: Option<&'a Rendition>) -> Self {
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

    fn audio_track(&self, rendition: &Rendition) -> Option<&'a Arc<str>> {
        let named = self.audio(rendition).map(|audio| &audio.id.name);
        named.or_else(|| self.no_audio().filter(|_| rendition.kind() == MediaKind::Video))
    }

    /// What URLs of video say if no audio comes with it, though the asset has some.
    fn no_audio(&self) -> Option<&'a Arc<str>> {
        self.request.names_no_audio()
    }

    /// The media playlist of a rendition.
    pub(super) fn playlist(&self, rendition: &Rendition) -> String {
        let audio_track = self.audio_track(rendition).map(AsRef::as_ref);
        self.naming.media_playlist(self.request, &rendition.id, audio_track)
    }

    /// The init segment of a rendition, relative to its media playlist. All forms share it.
    pub(super) fn init(&self, rendition: &Rendition) -> String {
        self.naming.init_segment(self.request, &rendition.id.with_form(Form::Full))
    }

    /// The segments of a rendition, relative to its media playlist.
    pub(super) fn segments(&self, rendition: &Rendition) -> SplitUrl {
        let audio_track = self.audio_track(rendition).map(AsRef::as_ref);
        self.naming.segment(self.request, &rendition.id, audio_track)
    }

    /// What exactly a URL in the media playlist of a rendition returns.
    pub(super) fn segment_id(&self, rendition: &Rendition, place: Place) -> SegmentId {
        let id = match place {
            Place::Init => rendition.id.with_form(Form::Full),
            Place::Time(_) | Place::Number(_) => rendition.id.clone(),
        };
        SegmentId {
            format: self.request.format,
            rendition: id,
            audio_track: self.audio_track(rendition).cloned(),
            place,
        }
    }

    /// The init segments of a track, with `bitrate` in place of a bitrate.
    pub(super) fn init_template(&self, track: &str, bitrate: &str) -> String {
        self.naming.init_template(self.request, track, bitrate)
    }

    /// The segments of a track in one form, with these texts in place of bitrate and time.
    pub(super) fn template(&self, track: &str, form: Form, bitrate: &str, time: &str) -> String {
        self.naming.segment_template(self.request, track, form, bitrate, time)
    }

    /// The address of a stream of HDS, to which clients append the name of a fragment.
    pub(super) fn stream(&self, main: &Rendition, audio: Option<&Rendition>) -> String {
        let audio_track = audio.map(|audio| &audio.id.name).or_else(|| self.no_audio());
        let audio_track = audio_track.map(AsRef::as_ref);
        self.naming.stream(self.request, &main.id, audio_track)
    }
}
