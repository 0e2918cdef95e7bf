//! Adobe HTTP Dynamic Streaming: each bitrate of the default video, in a stream with audio.

use std::ops::Range;

use dynpack_codec::MediaKind;
use dynpack_fragment::{SegmentPlan, f4f};
use dynpack_hds::{FragmentNumber, Urls, fragments, manifest, streams};
use dynpack_media::{Rendition, SegmentNumber, Stream};

use super::carried::reason;
use super::links::Links;
use super::lookup::{choices_left_out, muxed_audio, place_alone};
use super::resources::{Listed, requests};
use super::{Job, Packager};
use crate::encryption::Encryption;
use crate::error::Error;
use crate::facts::Facts;
use crate::format::{Format, Protocol};
use crate::request::{Place, Request, Resource};

/// What is particular to HDS.
pub(crate) const FACTS: Facts = Facts {
    token: "f4m-f4f",
    aliases: &[],
    title: "HDS",
    protocol: Protocol::Hds,
    manifest_extension: None,
    media_extension: None,
    encryptions: &[],
    must_name_encryption: false,
    media_of: None,
    kinds: &[MediaKind::Video, MediaKind::Audio],
    text_forms: &[],
    has_media_playlists: false,
    has_init_segments: false,
    muxes_audio: true,
    has_key_frames: false,
};

#[derive(Debug)]
pub(crate) struct Hds;

impl Packager for Hds {
    fn format(&self) -> Format {
        Format::Hds
    }

    fn content_type(&self, request: &Request, _: MediaKind) -> &'static str {
        match request.resource {
            Resource::Manifest => "application/f4m+xml",
            _ => "video/f4f",
        }
    }

    fn carries(&self, rendition: &Rendition, _: Option<Encryption>) -> Result<(), String> {
        f4f::carries(&rendition.track.codec).map_err(reason)
    }

    fn manifest(&self, job: &Job<'_>) -> Result<String, Error> {
        manifest(&listed(job)?, job.only_period()?, &Links::new(job))
            .map_err(|error| Error::NotCarried { format: Format::Hds, problem: error.to_string() })
    }

    fn left_out(&self, job: &Job<'_>) -> Vec<String> {
        choices_left_out(job)
    }

    fn resources<'a>(
        &self,
        job: &Job<'a>,
    ) -> Result<Box<dyn Iterator<Item = Request> + 'a>, Error> {
        let streams = listed(job)?.into_iter();
        let places = job.only_period()?.places();
        let listed = streams.map(move |stream| {
            let places = places.clone();
            let fragments = fragments(&stream).into_iter();
            let within = fragments.filter(move |fragment| places.contains(&fragment.place));
            let places = within.map(|fragment| Place::Number(fragment.number));
            Listed::new(stream.main.id.clone(), places).with_audio(stream.audio)
        });
        Ok(requests(job, listed))
    }

    fn places_of(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        place: Place,
    ) -> Result<Option<Range<SegmentNumber>>, Error> {
        let Place::Number(number) = place else { return Ok(None) };
        let fragment = dynpack_hds::fragment(&stream(job, rendition)?, number);
        Ok(fragment.map(|fragment| place_alone(fragment.place)))
    }

    fn number_at(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        place: SegmentNumber,
    ) -> Result<Option<FragmentNumber>, Error> {
        let fragments = fragments(&stream(job, rendition)?).into_iter();
        let mut numbers = fragments.filter(|fragment| fragment.place == place);
        Ok(numbers.next().map(|fragment| fragment.number))
    }

    fn fragment(
        &self,
        job: &Job<'_>,
        rendition: &Rendition,
        number: FragmentNumber,
    ) -> Result<Option<SegmentPlan>, Error> {
        let stream = stream(job, rendition)?;
        let Some(fragment) = dynpack_hds::fragment(&stream, number) else { return Ok(None) };
        let segments = [fragment.main.as_ref(), fragment.audio.as_ref()];
        let parts = stream
            .renditions()
            .zip(segments)
            .map(|(rendition, segment)| f4f::Part { rendition, segment });
        let opening = job.opening.unwrap_or_else(|| job.presentation());
        let opening = stream.renditions().filter_map(|one| opening.rendition(&one.id));
        let delay = f4f::delay(opening.collect::<Vec<_>>().iter());
        Ok(Some(f4f::media_segment_delayed(&parts.collect::<Vec<_>>(), delay)?))
    }
}

/// The streams with media in the period: those of video that has some, or else those whose audio
/// has. Fragments are counted from the start of the presentation.
fn listed<'a>(job: &Job<'a>) -> Result<Vec<Stream<'a>>, Error> {
    let period = job.only_period()?.presentation();
    let mut streams = streams(job.presentation(), muxed_audio(job)?);
    let is_shown =
        |rendition: &Rendition| period.renditions.iter().any(|other| other.id == rendition.id);
    let has_main = streams.iter().any(|stream| is_shown(stream.main));
    streams.retain(|stream| match has_main {
        true => is_shown(stream.main),
        false => stream.audio.is_some_and(is_shown),
    });
    if streams.is_empty() {
        let problem = "no stream has media in the part that is shown".to_owned();
        return Err(Error::NotCarried { format: Format::Hds, problem });
    }
    Ok(streams)
}

/// The stream that a rendition names.
fn stream<'a>(job: &Job<'a>, rendition: &'a Rendition) -> Result<Stream<'a>, Error> {
    let audio = match rendition.kind() {
        MediaKind::Video => muxed_audio(job)?,
        MediaKind::Audio | MediaKind::Text => None,
    };
    Ok(Stream::new(rendition).with_audio(audio))
}

impl Urls for Links<'_> {
    fn stream(&self, stream: &Stream<'_>) -> String {
        Links::stream(self, stream.main, stream.audio)
    }
}
