//! What makes the resources of a format.

mod carried;
pub(crate) mod dash;
pub(crate) mod hds;
mod hls;
pub(crate) mod hls_cmaf;
pub(crate) mod hls_ts;
mod job;
mod links;
mod lookup;
mod mp4;
mod resources;
pub(crate) mod smooth;
mod text;
mod ts_rate;

use std::ops::Range;

use bytes::Bytes;
use dynpack_codec::MediaKind;
use dynpack_fragment::SegmentPlan;
use dynpack_hds::FragmentNumber;
use dynpack_media::{Presentation, Rendition, SegmentNumber, Ticks};

pub use carried::Carried;
pub use job::Job;

use crate::encryption::Encryption;
use crate::error::Error;
use crate::format::Format;
use crate::protection::Protection;
use crate::request::{Place, Request, Resource};
pub(crate) use lookup::not_in_view;
use lookup::{no_such, rendition};
use resources::{renditions, requests};

/// Makes the resources of one format, of a presentation that is already open. Does no IO.
///
/// [`Format::packager`] gives that of a format.
pub trait Packager: Send + Sync {
    /// The format it makes, for errors.
    fn format(&self) -> Format;

    /// The media type of what a request is answered with, if that is of this kind.
    fn content_type(&self, request: &Request, kind: MediaKind) -> &'static str;

    /// The description of the whole presentation.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if the format does not know a codec, [`Error::Manifest`] if it cannot
    /// be written.
    fn manifest(&self, job: &Job<'_>) -> Result<String, Error>;

    /// Whether the format can carry video or audio under that encryption, or in the clear.
    ///
    /// # Errors
    /// The reason if it cannot.
    fn carries(&self, _: &Rendition, _: Option<Encryption>) -> Result<(), String> {
        Ok(())
    }

    /// What the format [carries](Self::carries) of a presentation under that protection, or in the
    /// clear, with text in the form that the request gets. All else is made of that.
    ///
    /// # Errors
    /// [`Error::NotCarried`] if nothing is left of video or of audio.
    fn carried<'a>(
        &self,
        presentation: &'a Presentation,
        request: &Request,
        protection: Option<&Protection>,
    ) -> Result<Carried<'a>, Error> {
        Carried::of(presentation, self.format(), |rendition| match rendition.kind() {
            MediaKind::Text => text::carries(request, rendition),
            MediaKind::Video | MediaKind::Audio => {
                self.carries(rendition, protection.and_then(|all| all.encryption_of(rendition)))
            }
        })
    }

    /// What the manifest leaves out because the format has no place for it, such as a second
    /// camera: a sentence for each, for people.
    fn left_out(&self, _: &Job<'_>) -> Vec<String> {
        Vec::new()
    }

    /// The chapters of the presentation, which the manifest names.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format has none, or the presentation.
    fn chapters(&self, _: &Job<'_>) -> Result<String, Error> {
        Err(no_such(self.format(), "chapters of their own"))
    }

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

    /// A text as one document.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format lists segments of it instead.
    fn document(&self, _: &Job<'_>, _: &Rendition) -> Result<Bytes, Error> {
        Err(no_such(self.format(), "whole documents"))
    }

    /// The places in the timeline of the media of a rendition that a URL names; `None` if there is
    /// none.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] if the request names audio that there is not.
    fn places_of(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        place: Place,
    ) -> Result<Option<Range<SegmentNumber>>, Error> {
        Ok(lookup::places_of(job, rendition, place))
    }

    /// The number of the fragment of the stream which a rendition names, in a format that has
    /// [numbered](Self::fragment) ones, by its place in the timeline.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] if the request names audio that there is not.
    fn number_at(
        &self,
        _: &Job<'_>,
        _: &Rendition,
        _: SegmentNumber,
    ) -> Result<Option<FragmentNumber>, Error> {
        Ok(None)
    }

    /// The rendition under whose key segments of `rendition` are where segments are encrypted
    /// whole: another only where that is clear and carries one which is not.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] if the request names audio that there is not.
    fn keyed_by<'a>(&self, _: &Job<'a>, rendition: &'a Rendition) -> Result<&'a Rendition, Error> {
        Ok(rendition)
    }

    /// Every resource of the presentation, each once: the manifest, then rendition by rendition
    /// what manifests list. The request of the job says what it may see and how, as in
    /// [`manifest`](Self::manifest).
    ///
    /// ```
    /// use dynpack_packager::{Error, Job};
    ///
    /// fn urls(job: &Job<'_>) -> Result<Vec<String>, Error> {
    ///     let resources = job.request.format.packager()?.resources(job)?;
    ///     Ok(resources.map(|request| request.to_string()).collect())
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`manifest`](Self::manifest).
    fn resources<'a>(
        &self,
        job: &Job<'a>,
    ) -> Result<Box<dyn Iterator<Item = Request> + 'a>, Error> {
        Ok(requests(job, renditions(job)))
    }

    /// Makes what the request asks for, if the view of the job shows it.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`] or [`Error::BitrateNotFound`] if the presentation has no such
    /// thing, or what the parts return.
    fn package(&self, job: &Job<'_>) -> Result<Package, Error> {
        let Job { request, protection, .. } = *job;
        text::check_form(request)?;
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
            Resource::Chapters => (text(self.chapters(job)?), MediaKind::Text),
            Resource::MediaPlaylist(id) => {
                let rendition = rendition(job, id)?;
                (text(self.media_playlist(job, &rendition)?), rendition.kind())
            }
            Resource::Media(id, place) => {
                let rendition = &rendition(job, id)?;
                if request.text.is_some() && rendition.kind() != MediaKind::Text {
                    return Err(no_such(request.format, "forms of text for other media"));
                }
                let is_shown = match place {
                    _ if job.view.is_whole() => true,
                    Place::Init => job.view.has(id),
                    _ => {
                        let places = self.places_of(job, rendition, *place)?;
                        places.is_none_or(|places| job.view.shows(&places))
                    }
                };
                if !is_shown {
                    return Err(not_in_view(id, *place));
                }
                let content = match place {
                    Place::Init => {
                        let init = self.init(job, rendition)?;
                        Content::Bytes(match sealing {
                            Some((protection, id)) => protection.seal_init(init, rendition, id),
                            None => init,
                        })
                    }
                    Place::Whole => Content::Bytes(self.document(job, rendition)?),
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
        let warnings = match request.resource {
            Resource::Manifest => self.left_out(job),
            Resource::Chapters | Resource::MediaPlaylist(_) | Resource::Media(..) => Vec::new(),
        };
        let content_type = self.content_type(request, kind);
        Ok(Package { content_type, content, warnings })
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
    /// What a manifest [leaves out](Packager::left_out). For people.
    pub warnings: Vec<String>,
}

/// A resource, or the plan for it.
#[derive(Debug)]
pub enum Content {
    /// The resource.
    Bytes(Bytes),
    /// What media the resource is made of, and how.
    Plan(SegmentPlan),
}
