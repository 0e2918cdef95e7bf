//! The URLs in manifests, relative to the manifest that lists them.

use std::fmt::Display;
use std::sync::Arc;

use dynpack_codec::MediaKind;
use dynpack_hds::FragmentNumber;
use dynpack_media::{Form, Rendition, RenditionId, Ticks};

use super::Job;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Place, Request, Resource, SegmentId, SplitUrl, level};

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

    /// The media playlist of a rendition; filters go with it.
    pub(super) fn playlist(&self, rendition: &Rendition) -> String {
        let request = Request {
            resource: Resource::MediaPlaylist(rendition.id.clone()),
            audio_track: self.audio_track(rendition),
            audio_only: None,
            ..self.request.clone()
        };
        request.relative_url()
    }

    /// The init segment of a rendition, relative to its media playlist. All forms share it.
    pub(super) fn init(&self, rendition: &Rendition) -> String {
        let id = rendition.id.with_form(Form::Full);
        let SplitUrl { before, after } = self.in_playlist(id, rendition, Place::Init);
        format!("{before}i{after}")
    }

    /// The segments of a rendition, relative to its media playlist.
    pub(super) fn segments(&self, rendition: &Rendition) -> SplitUrl {
        self.in_playlist(rendition.id.clone(), rendition, Place::Time(Ticks::ZERO))
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
            audio_track: self.audio_track(rendition),
            place,
        }
    }

    /// The URL of media relative to the media playlist of its rendition. It ends as media files
    /// do, unlike in Azure, since ffmpeg takes no other segments from a playlist
    /// ("allowed_segment_extensions", in 7.1.1 and in what distributions patch).
    fn in_playlist(&self, id: RenditionId, rendition: &Rendition, place: Place) -> SplitUrl {
        let audio_track = self.audio_track(rendition);
        Request { with_extension: true, audio_track, ..self.media(Resource::Media(id, place)) }
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
