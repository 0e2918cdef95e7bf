//! The URLs which manifests hold, relative to the manifest that holds them.

use dynpack_media::{MediaKind, Rendition, Ticks};

use super::Job;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Request, Target};
use dynpack_hds::FragmentNumber;

/// The URLs of one manifest: those of the request for it, with other targets.
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

    /// The format that the URLs are of.
    pub(super) const fn format(&self) -> Format {
        self.request.format
    }

    /// The media playlist of a rendition; filters go with it.
    pub(super) fn playlist(&self, rendition: &Rendition, key_frames: bool) -> String {
        let target = Target::MediaPlaylist {
            track: rendition.name.clone(),
            bitrate: rendition.bitrate,
            key_frames,
        };
        Request {
            target,
            audio_track: self.audio_track(rendition),
            audio_only: None,
            ..self.request.clone()
        }
        .resource()
    }

    /// The init segment of a rendition, relative to its media playlist.
    pub(super) fn init(&self, rendition: &Rendition) -> String {
        self.fragment(
            rendition,
            Target::Init { track: rendition.name.clone(), bitrate: rendition.bitrate },
        )
    }

    /// The segment or key frame of a rendition that is named by `time`, relative to its media
    /// playlist.
    pub(super) fn segment(&self, rendition: &Rendition, time: Ticks, key_frames: bool) -> String {
        let (track, bitrate) = (rendition.name.clone(), rendition.bitrate);
        self.fragment(rendition, Target::Segment { track, bitrate, time, key_frames })
    }

    fn audio_track(&self, rendition: &Rendition) -> Option<String> {
        self.audio(rendition).map(|audio| audio.name.clone())
    }

    /// The request for `target`, as its URL in the media playlist of a rendition makes it.
    pub(super) fn request_for(&self, rendition: &Rendition, target: Target) -> Request {
        Request {
            with_extension: true,
            audio_track: self.audio_track(rendition),
            ..self.media(target)
        }
    }

    /// The audio that a rendition carries with it.
    pub(super) fn audio(&self, rendition: &Rendition) -> Option<&'a Rendition> {
        self.audio.filter(|_| rendition.kind() == MediaKind::Video)
    }

    /// The URL of `target` relative to the media playlist of its rendition. It ends as media files
    /// do, unlike in Azure, since ffmpeg takes no other segments from a playlist
    /// ("allowed_segment_extensions", in 7.1.1 and in what distributions patch).
    fn fragment(&self, rendition: &Rendition, target: Target) -> String {
        let path = self.request_for(rendition, target).resource();
        path.split_once('/').map_or_else(|| path.clone(), |(_, fragment)| fragment.to_owned())
    }

    /// The request for media of one rendition. Filters stay behind: what they leave is the same
    /// media.
    fn media(&self, target: Target) -> Request {
        Request {
            target,
            filters: Vec::new(),
            audio_track: None,
            audio_only: None,
            ..self.request.clone()
        }
    }

    /// The template of a track's init segments (`$Bandwidth$`, ISO/IEC 23009-1, 5.3.9.4.4),
    /// relative to the asset.
    pub(super) fn init_template(&self, track: &str) -> String {
        self.template(track, "$Bandwidth$", "i", false)
    }

    /// The template of a track's segments (`$Bandwidth$`, `$Time$`), relative to the asset.
    pub(super) fn media_template(&self, track: &str) -> String {
        self.template(track, "$Bandwidth$", "$Time$", false)
    }

    /// The template of a track's key frames (`$Bandwidth$`, `$Time$`), relative to the asset.
    pub(super) fn key_frame_template(&self, track: &str) -> String {
        self.template(track, "$Bandwidth$", "$Time$", true)
    }

    /// The URL of a track's segments, relative to the asset, with these in place of bitrate and
    /// time. Nothing else in it is taken for a part of a template, since names are escaped.
    pub(super) fn template(
        &self,
        track: &str,
        bitrate: &str,
        time: &str,
        key_frames: bool,
    ) -> String {
        let target =
            Target::Segment { track: track.to_owned(), bitrate: 0, time: Ticks::ZERO, key_frames };
        // The first parameter is `name=0`, and a name's own `=` is escaped.
        let url = self.media(target).resource().replacen("=0", &format!("={time}"), 1);
        url.replacen("(0)", &format!("({bitrate})"), 1)
    }

    /// The URL of a stream of HDS, relative to the asset, to which clients append the name of a
    /// fragment.
    pub(super) fn stream_address(&self, main: &Rendition, audio: Option<&Rendition>) -> String {
        let (track, bitrate, number) = (main.name.clone(), main.bitrate, FragmentNumber::FIRST);
        let audio_track = audio.map(|audio| audio.name.clone());
        let url =
            Request { audio_track, ..self.media(Target::Fragment { track, bitrate, number }) }
                .resource();
        url.strip_suffix(&number.to_string()).map_or_else(|| url.clone(), str::to_owned)
    }
}
