//! The URLs in manifests, relative to the manifest that lists them.

use std::fmt::Display;
use std::sync::Arc;

use dynpack_hds::FragmentNumber;
use dynpack_media::{Form, MediaKind, Rendition, RenditionId, Ticks};

use super::Job;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Place, Request, Resource, SplitUrl, level};
use crate::segment_id::SegmentId;

/// The URLs of one manifest: those of the request for it, with other resources.
pub(super) struct Links<'a> {
    request: &'a Request,
    pub(super) protection: Option<&'a Protection>,
    audio: Option<&'a Rendition>,
}

impl<'a> Links<'a> {
    pub(super) const fn new(job: &Job<'a>) -> Self {
        Self { request: job.request, protection: job.protection, audio: None }
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

    fn audio_track(&self, rendition: &Rendition) -> Option<Arc<str>> {
        self.audio(rendition).map(|audio| Arc::clone(&audio.id.name))
    }

    /// The media playlist of a rendition in one form; filters go with it.
    pub(super) fn playlist(&self, rendition: &Rendition, form: Form) -> String {
        let request = Request {
            resource: Resource::MediaPlaylist(rendition.id.with_form(form)),
            audio_track: self.audio_track(rendition),
            audio_only: None,
            ..self.request.clone()
        };
        request.relative_url()
    }

    /// The init segment of a rendition, relative to its media playlist.
    pub(super) fn init(&self, rendition: &Rendition) -> String {
        let SplitUrl { before, after } = self.in_playlist(rendition, Form::Full, Place::Init);
        format!("{before}i{after}")
    }

    /// The segment of a rendition in one form that starts at `time`, relative to its media
    /// playlist.
    pub(super) fn segment(&self, rendition: &Rendition, form: Form, time: Ticks) -> String {
        let SplitUrl { before, after } = self.in_playlist(rendition, form, Place::Time(time));
        format!("{before}{time}{after}")
    }

    /// What exactly the URL of a segment in the media playlist of a rendition returns.
    pub(super) fn segment_id(&self, id: RenditionId, main: &Rendition, place: Place) -> SegmentId {
        SegmentId {
            format: self.request.format,
            rendition: id,
            audio_track: self.audio_track(main),
            place,
        }
    }

    /// The URL of a segment relative to the media playlist of its rendition. It ends as media files
    /// do, unlike in Azure, since ffmpeg takes no other segments from a playlist
    /// ("allowed_segment_extensions", in 7.1.1 and in what distributions patch).
    fn in_playlist(&self, rendition: &Rendition, form: Form, place: Place) -> SplitUrl {
        let resource = Resource::Media(rendition.id.with_form(form), place);
        let audio_track = self.audio_track(rendition);
        Request { with_extension: true, audio_track, ..self.media(resource) }
            .split_url(&rendition.id.name)
    }

    /// The request for media of one rendition, without filters: what they leave is the same media.
    fn media(&self, resource: Resource) -> Request {
        Request {
            resource,
            filters: Vec::new(),
            audio_track: None,
            audio_only: None,
            ..self.request.clone()
        }
    }

    /// The URL of a track's segments in one form, relative to the asset, with these texts in place
    /// of bitrate and time.
    pub(super) fn template(
        &self,
        track: &str,
        form: Form,
        bitrate: impl Display,
        time: impl Display,
    ) -> String {
        let id = RenditionId::new(track, 0).with_form(form);
        let media = self.media(Resource::Media(id, Place::Time(Ticks::ZERO)));
        let SplitUrl { before, after } = media.split_url(track);
        format!("{}{before}{time}{after}", level(bitrate))
    }

    /// The URL of a stream of HDS, relative to the asset, to which clients append the name of a
    /// fragment.
    pub(super) fn stream_address(&self, main: &Rendition, audio: Option<&Rendition>) -> String {
        let place = Place::Number(FragmentNumber::FIRST);
        let audio_track = audio.map(|audio| Arc::clone(&audio.id.name));
        let media = self.media(Resource::Media(main.id.clone(), place));
        Request { audio_track, ..media }.stream_address()
    }
}
