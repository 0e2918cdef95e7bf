//! The one map from a format to what makes it.

mod cmaf;
mod dash_cmaf;
mod hls_cmaf;
mod links;

use bytes::Bytes;
use dynpack_fragment::SegmentPlan;
use dynpack_media::{MediaKind, Presentation, Rendition, Segment, Ticks};

pub(crate) use cmaf::rate as cmaf_rate;

use crate::{Error, Format, Request, Target};

/// Makes the resources of one format, of a presentation that is already open. Does no IO.
///
/// A new protocol is one more of these, and one more line in [`Format::packager`].
pub trait Packager: Send + Sync {
    /// The format it makes, for errors.
    fn format(&self) -> Format;

    /// The media type of what a target of this kind is answered with.
    fn content_type(&self, target: &Target, kind: MediaKind) -> &'static str;

    /// The description of the whole presentation.
    ///
    /// # Errors
    /// [`Error::Manifest`] if it cannot be written.
    fn manifest(&self, presentation: &Presentation, request: &Request) -> Result<String, Error>;

    /// The list of one rendition's segments.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format has none.
    fn media_playlist(&self, _rendition: &Rendition, _key_frames: bool, _request: &Request) -> Result<String, Error> {
        Err(Error::NoSuchResource { format: self.format(), resource: "media playlists" })
    }

    /// What a player needs before the first segment of a rendition.
    ///
    /// # Errors
    /// [`Error::NoSuchResource`] if the format has none, or [`Error::Segment`].
    fn init(&self, _rendition: &Rendition) -> Result<Bytes, Error> {
        Err(Error::NoSuchResource { format: self.format(), resource: "init segments" })
    }

    /// A segment of a rendition, before its media is read.
    ///
    /// # Errors
    /// [`Error::Segment`] if it cannot be made.
    fn segment(&self, rendition: &Rendition, segment: &Segment, key_frames: bool) -> Result<SegmentPlan, Error>;

    /// The segment that `time` names, on the clock that the format uses in URLs: that of the rendition, unless it says otherwise.
    fn segment_at(&self, rendition: &Rendition, time: Ticks) -> Option<Segment> {
        rendition.cuts.segment_at(time)
    }

    /// Makes what `request` asks for.
    ///
    /// # Errors
    /// [`Error::TrackNotFound`], [`Error::BitrateNotFound`] or [`Error::TimeNotFound`] if the presentation has no such thing, or what
    /// the parts return.
    fn package(&self, presentation: &Presentation, request: &Request) -> Result<Package, Error> {
        let text = |text: String| Content::Bytes(text.into());
        let (content, kind) = match &request.target {
            Target::Manifest => (text(self.manifest(presentation, request)?), MediaKind::Video),
            Target::MediaPlaylist { track, bitrate, key_frames } => {
                let rendition = rendition(presentation, track, *bitrate)?;
                (text(self.media_playlist(rendition, *key_frames, request)?), rendition.kind())
            }
            Target::Init { track, bitrate } => {
                let rendition = rendition(presentation, track, *bitrate)?;
                (Content::Bytes(self.init(rendition)?), rendition.kind())
            }
            Target::Segment { track, bitrate, time, key_frames } => {
                let rendition = rendition(presentation, track, *bitrate)?;
                let segment = self.segment_at(rendition, *time).ok_or_else(|| time_not_found(rendition, *time))?;
                (Content::Plan(self.segment(rendition, &segment, *key_frames)?), rendition.kind())
            }
        };
        Ok(Package { content_type: self.content_type(&request.target, kind), content })
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
#[non_exhaustive]
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
            Self::HlsCmaf => Ok(&hls_cmaf::HlsCmaf),
            Self::DashCmaf => Ok(&dash_cmaf::DashCmaf),
            _ => Err(Error::FormatNotBuilt(self)),
        }
    }
}

fn rendition<'a>(presentation: &'a Presentation, track: &str, bitrate: u32) -> Result<&'a Rendition, Error> {
    presentation.rendition(track, bitrate).ok_or_else(|| match presentation.named(track) {
        None => {
            let mut names: Vec<_> = presentation.renditions.iter().map(|rendition| rendition.name.as_str()).collect();
            names.dedup();
            Error::TrackNotFound { track: track.into(), known: names.join(", ") }
        }
        Some(_) => {
            let same_name = presentation.renditions.iter().filter(|rendition| rendition.name == track);
            let bitrates: Vec<_> = same_name.map(|rendition| rendition.bitrate.to_string()).collect();
            Error::BitrateNotFound { track: track.into(), bitrate, known: bitrates.join(", ") }
        }
    })
}

fn time_not_found(rendition: &Rendition, time: Ticks) -> Error {
    let before = rendition.cuts.segments().take_while(|segment| segment.start < time).last();
    let behind = rendition.cuts.segments().find(|segment| segment.start > time);
    let hint = match (before, behind) {
        (Some(before), Some(behind)) => format!("the nearest start at {} and {}", before.start, behind.start),
        (Some(last), None) => format!("the last starts at {}", last.start),
        (None, _) => format!("the first starts at {}", rendition.cuts.start()),
    };
    Error::TimeNotFound { track: rendition.name.clone(), time: time.0, hint }
}
