//! The one map from a format to what makes it.

mod dash;
mod hds;
mod hls;
mod hls_cmaf;
mod hls_ts;
mod links;
mod mp4;
mod smooth;
mod ts_rate;

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_crypt::sample_aes::SampleAes;
use dynpack_fragment::SegmentPlan;
use dynpack_media::{Form, Presentation, Rendition, RenditionId, Role, Segment, Ticks};

pub(crate) use mp4::clear_rate as cmaf_rate;

use crate::error::Error;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Place, Request, Resource};
use dynpack_hds::FragmentNumber;

/// What a packager is to do: answer a request about a presentation, which may be protected.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Job<'a> {
    /// The renditions that the request may see.
    pub presentation: &'a Presentation,
    /// The request; it names the protection if there is one.
    pub request: &'a Request,
    /// How the renditions are protected; in the clear if not at all.
    pub protection: Option<&'a Protection>,
}

impl<'a> Job<'a> {
    /// To answer in the clear.
    #[must_use]
    pub const fn new(presentation: &'a Presentation, request: &'a Request) -> Self {
        Self { presentation, request, protection: None }
    }

    /// To answer under that protection.
    #[must_use]
    pub const fn with_protection(self, protection: Option<&'a Protection>) -> Self {
        Self { protection, ..self }
    }

    /// How the frames of a rendition are encrypted in transport streams; `None` where they are
    /// clear.
    fn sample_aes(&self, rendition: &Rendition) -> Option<SampleAes> {
        self.protection?.of_frames(rendition)
    }

    /// Bytes of a segment, by those that it has before it is encrypted whole, if it is.
    fn len(&self, clear: u64) -> u64 {
        self.protection.map_or(clear, |protection| protection.sealed_len(clear))
    }
}

/// Makes the resources of one format, of a presentation that is already open. Does no IO.
///
/// A new protocol is one more of these, and one more line in [`Format::packager`].
pub trait Packager: Send + Sync {
    /// The format it makes, for errors.
    fn format(&self) -> Format;

    /// The media type of what a target of this kind is answered with.
    fn content_type(&self, target: &Resource, kind: MediaKind) -> &'static str;

    /// The description of the whole presentation.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if the format does not know a codec, [`Error::Manifest`] if it cannot
    /// be written.
    fn manifest(&self, job: &Job<'_>) -> Result<String, Error>;

    /// The list of one rendition's segments, or of its key frames.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format has none.
    fn media_playlist(&self, _: &Job<'_>, _: &Rendition) -> Result<String, Error> {
        Err(no_such(self.format(), "media playlists"))
    }

    /// What a player needs before the first segment of a rendition.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format has none, or [`Error::Segment`].
    fn init(&self, _: &Job<'_>, _: &Rendition) -> Result<Bytes, Error> {
        Err(no_such(self.format(), "init segments"))
    }

    /// The segment of a rendition that `time` names, or its key frame, before
    /// its media is read. The presentation has what a format carries with it, such as the audio of
    /// a video.
    ///
    /// # Errors
    /// [`Error::TimeNotFound`] if there is none of that name, [`Error::NoSuchResource`] if the
    /// format names segments otherwise, or [`Error::Segment`] if it cannot be made.
    fn segment(&self, _: &Job<'_>, _: &Rendition, _: Ticks) -> Result<SegmentPlan, Error> {
        Err(no_such(self.format(), "segments named by time"))
    }

    /// The fragment of that place of the stream which a rendition names; `None` past the last.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format names segments otherwise, or [`Error::Segment`] if
    /// it cannot be made.
    fn fragment(
        &self,
        _: &Job<'_>,
        _: &Rendition,
        _: FragmentNumber,
    ) -> Result<Option<SegmentPlan>, Error> {
        Err(no_such(self.format(), "numbered fragments"))
    }

    /// The rendition under whose key segments of `rendition` are where segments are encrypted
    /// whole: another only where that is clear and carries one which is not.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] if the request names audio that there is not.
    fn keyed_by<'a>(&self, _: &Job<'a>, rendition: &'a Rendition) -> Result<&'a Rendition, Error> {
        Ok(rendition)
    }

    /// Makes what the request asks for.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] or [`Error::BitrateNotFound`] if the presentation has no such
    /// thing, or what the parts return.
    fn package(&self, job: &Job<'_>) -> Result<Package, Error> {
        let Job { presentation, request, protection } = *job;
        let text = |text: String| Content::Bytes(text.into());
        let id = request.segment_id();
        let sealing = protection.zip(id.as_ref());
        let seal = |plan: SegmentPlan, rendition| match sealing {
            Some((protection, id)) => {
                Ok::<_, Error>(protection.seal(plan, self.keyed_by(job, rendition)?, id))
            }
            None => Ok(plan),
        };
        let (content, kind) = match &request.resource {
            Resource::Manifest => (text(self.manifest(job)?), MediaKind::Video),
            Resource::MediaPlaylist(id) => {
                let rendition = rendition(presentation, id)?;
                (text(self.media_playlist(job, rendition)?), rendition.kind())
            }
            Resource::Media(id, place) => {
                let rendition = rendition(presentation, id)?;
                let content = match place {
                    Place::Init => {
                        let init = self.init(job, rendition)?;
                        Content::Bytes(match sealing {
                            Some((protection, id)) => protection.seal_init(init, rendition, id),
                            None => init,
                        })
                    }
                    Place::Time(time) => {
                        Content::Plan(seal(self.segment(job, rendition, *time)?, rendition)?)
                    }
                    Place::Number(number) => {
                        let plan = self.fragment(job, rendition, *number)?;
                        let track = id.name.to_string();
                        let not_found = || Error::FragmentNotFound { track, number: *number };
                        Content::Plan(seal(plan.ok_or_else(not_found)?, rendition)?)
                    }
                };
                (content, rendition.kind())
            }
        };
        Ok(Package { content_type: self.content_type(&request.resource, kind), content })
    }
}

/// What a packager makes of a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Package {
    /// The media type.
    pub content_type: &'static str,
    /// The resource itself.
    pub content: Content,
}

/// A resource, or the plan for it.
#[derive(Debug)]
pub enum Content {
    /// The resource.
    Bytes(Bytes),
    /// What media the resource is made of, and how.
    Plan(SegmentPlan),
}

impl Format {
    /// What makes this format.
    ///
    /// # Errors
    /// [`Error::FormatNotBuilt`] for a format whose name is known and no more.
    pub fn packager(self) -> Result<&'static dyn Packager, Error> {
        match self {
            Self::HlsV3 => Ok(&hls_ts::HlsTs::MUXED),
            Self::HlsV4 => Ok(&hls_ts::HlsTs::DEMUXED),
            Self::HlsCmaf => Ok(&hls_cmaf::HlsCmaf),
            Self::DashCmaf => Ok(&dash::Dash::CMAF),
            Self::DashCsf => Ok(&dash::Dash::CSF),
            Self::Smooth => Ok(&smooth::Smooth::V2_2),
            Self::SmoothV20 => Ok(&smooth::Smooth::V2_0),
            Self::Hds => Ok(&hds::Hds),
            _ => Err(Error::FormatNotBuilt(self)),
        }
    }
}

/// The track of a rendition, in full.
fn rendition<'a>(presentation: &'a Presentation, id: &RenditionId) -> Result<&'a Rendition, Error> {
    presentation.rendition(&id.with_form(Form::Full)).ok_or_else(|| {
        let track = id.name.to_string();
        let bitrates: Vec<_> = presentation
            .named(&id.name)
            .map(|rendition| rendition.id.bitrate.to_string())
            .collect();
        match bitrates.as_slice() {
            [] => Error::TrackNotFound { track, known: names(presentation.renditions.iter()) },
            known => Error::BitrateNotFound { track, bitrate: id.bitrate, known: known.join(", ") },
        }
    })
}

/// The names of renditions, each once, for people.
fn names<'a>(renditions: impl Iterator<Item = &'a Rendition>) -> String {
    let mut names: Vec<&str> = renditions.map(|rendition| &*rendition.id.name).collect();
    names.dedup();
    names.join(", ")
}

fn no_such(format: Format, resource: &'static str) -> Error {
    Error::NoSuchResource { format, resource }
}

/// The audio that formats carry together with video: the track that the request names, or else the
/// first of [`Role::Main`], at its lowest bitrate.
fn muxed_audio<'a>(job: &Job<'a>) -> Result<Option<&'a Rendition>, Error> {
    let Job { presentation, request, .. } = *job;
    let mut audio = presentation.of_kind(MediaKind::Audio);
    let Some(track) = &request.audio_track else {
        let first = audio.next();
        return Ok(first
            .into_iter()
            .chain(audio)
            .find(|rendition| rendition.role == Role::Main)
            .or(first));
    };
    let not_found = || Error::TrackNotFound {
        track: track.to_string(),
        known: names(presentation.of_kind(MediaKind::Audio)),
    };
    audio.find(|rendition| rendition.id.name == *track).map(Some).ok_or_else(not_found)
}

/// Key frames are offered of video, in formats which have lists of them.
fn check_key_frames(rendition: &Rendition, request: &Request) -> Result<(), Error> {
    match (request.format, rendition.kind()) {
        (Format::HlsV3 | Format::Smooth | Format::SmoothV20 | Format::Hds, _) => {
            Err(no_such(request.format, "key frames for trick play"))
        }
        (_, MediaKind::Video) => Ok(()),
        (_, MediaKind::Audio) => Err(no_such(request.format, "key frames of audio")),
    }
}

/// The key frame of a rendition that `time` names on its clock.
fn key_frame(rendition: &Rendition, time: Ticks, request: &Request) -> Result<Segment, Error> {
    check_key_frames(rendition, request)?;
    rendition
        .key_frame_at(time)
        .ok_or_else(|| time_not_found(rendition, time, rendition.key_frame_starts_around(time)))
}

/// What a rendition has before `time` and behind it is not what that names.
fn time_not_found(
    rendition: &Rendition,
    time: Ticks,
    around: (Option<Ticks>, Option<Ticks>),
) -> Error {
    let hint = match around {
        (Some(before), Some(behind)) => format!("the nearest start at {before} and {behind}"),
        (Some(last), None) => format!("the last starts at {last}"),
        (None, Some(first)) => format!("the first starts at {first}"),
        (None, None) => "there are none".to_owned(),
    };
    Error::TimeNotFound { track: rendition.id.name.to_string(), time: time.0, hint }
}
