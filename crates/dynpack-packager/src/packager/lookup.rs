//! Finding what a request names in a presentation, and saying what there is instead.

use std::ops::Range;

use dynpack_codec::MediaKind;
use dynpack_media::{Form, Presentation, Rendition, RenditionId, Segment, SegmentNumber, Ticks};

use super::job::Job;
use crate::error::Error;
use crate::format::Format;
use crate::request::{Place, Request};

/// The rendition that a request names: the track in full, or its key frames.
pub(super) fn rendition(job: &Job<'_>, id: &RenditionId) -> Result<Rendition, Error> {
    let (presentation, format) = (job.presentation(), job.request.format);
    let full = presentation.rendition(&id.with_form(Form::Full)).ok_or_else(|| {
        let track = id.name.to_string();
        let bitrates: Vec<_> = presentation
            .named(&id.name)
            .map(|rendition| rendition.id.bitrate.to_string())
            .collect();
        match bitrates.as_slice() {
            [] => Error::TrackNotFound { track, known: names(presentation.renditions.iter()) },
            known => Error::BitrateNotFound { track, bitrate: id.bitrate, known: known.join(", ") },
        }
    })?;
    match id.form {
        Form::Full => Ok(full),
        Form::KeyFrames if !format.facts().has_key_frames => {
            Err(no_such(format, "key frames for trick play"))
        }
        Form::KeyFrames => {
            full.key_frames().ok_or_else(|| no_such(format, "key frames but those of video"))
        }
    }
}

/// The names of renditions, each once, for people.
fn names<'a>(renditions: impl Iterator<Item = &'a Rendition>) -> String {
    let mut names: Vec<&str> = renditions.map(|rendition| &*rendition.id.name).collect();
    names.dedup();
    names.join(", ")
}

pub(super) fn no_such(format: Format, resource: &'static str) -> Error {
    Error::NoSuchResource { format, resource }
}

/// The audio that formats carry together with video: the track that the request names, or else the
/// first of [`Role::Main`], at its lowest bitrate.
pub(super) fn muxed_audio<'a>(job: &Job<'a>) -> Result<Option<&'a Rendition>, Error> {
    muxed_audio_of(job.presentation(), job.request)
}

/// The same, in one of the presentations of a view.
pub(super) fn muxed_audio_of<'a>(
    presentation: &'a Presentation,
    request: &Request,
) -> Result<Option<&'a Rendition>, Error> {
    let Some(track) = &request.audio_track else {
        return Ok(presentation.default_of(MediaKind::Audio));
    };
    if track.is_empty() {
        return Ok(None);
    }
    let not_found = || Error::TrackNotFound {
        track: track.to_string(),
        known: names(presentation.of_kind(MediaKind::Audio)),
    };
    let mut audio = presentation.of_kind(MediaKind::Audio);
    audio.find(|rendition| rendition.id.name == *track).map(Some).ok_or_else(not_found)
}

/// The choices that a format leaves out which carries one audio with one video, each as a sentence.
/// Audio that the request names is chosen, and no other is left out then.
pub(super) fn choices_left_out(job: &Job<'_>) -> Vec<String> {
    let (presentation, title) = (job.presentation(), job.request.format.title());
    let is_carried = |rendition: &&Rendition| match rendition.kind() {
        MediaKind::Video => presentation.is_default(rendition),
        MediaKind::Audio => job.request.audio_track.is_some() || presentation.is_default(rendition),
        MediaKind::Text => true,
    };
    let mut left_out: Vec<_> =
        presentation.renditions.iter().filter(|rendition| !is_carried(rendition)).collect();
    left_out.dedup_by_key(|rendition| &rendition.id.name);
    let sentence = |rendition: &Rendition| {
        let (kind, name) = (rendition.kind().as_str(), &rendition.id.name);
        let label =
            rendition.label.as_ref().map_or_else(String::new, |label| format!(" ({label})"));
        let remedy = match rendition.kind() {
            MediaKind::Video => "HLS CMAF, DASH and Smooth Streaming list it".to_owned(),
            MediaKind::Audio | MediaKind::Text => {
                format!("audioTrack={name} in the URL selects it")
            }
        };
        format!("{title} carries one {kind}, and leaves out {name:?}{label}; {remedy}")
    };
    left_out.into_iter().map(sentence).collect()
}

/// The segment that `time` names on the clock of the rendition.
pub(super) fn segment_at(rendition: &Rendition, time: Ticks) -> Result<Segment, Error> {
    let segment = rendition.cuts.segment_at(time);
    segment.ok_or_else(|| time_not_found(rendition, time, rendition.cuts.starts_around(time)))
}

/// The places in the timeline of media which is named by its time on the clock of its rendition.
pub(super) fn places_of(
    job: &Job<'_>,
    rendition: &Rendition,
    place: Place,
) -> Option<Range<SegmentNumber>> {
    let Place::Time(time) = place else { return None };
    let number = match rendition.id.form {
        Form::Full => rendition.cuts.segment_at(time)?.number,
        Form::KeyFrames => {
            let full = job.presentation().rendition(&rendition.id.with_form(Form::Full))?;
            full.cuts.segment_around(time)?.number
        }
    };
    Some(place_alone(number))
}

/// One place, as a stretch of the timeline.
pub(super) fn place_alone(number: SegmentNumber) -> Range<SegmentNumber> {
    number..SegmentNumber(number.0.saturating_add(1))
}

/// The error that media does not exist, where the view leaves out what a request names.
pub(crate) fn not_in_view(id: &RenditionId, place: Place) -> Error {
    let (track, hint) = (id.name.to_string(), "filters leave out that time".to_owned());
    match place {
        Place::Number(number) => Error::FragmentNotFound { track, number },
        Place::Time(Ticks(time)) => Error::TimeNotFound { track, time, hint },
        Place::Init | Place::Whole => Error::TimeNotFound { track, time: 0, hint },
    }
}

/// Nothing starts at `time`; `around` has the nearest starts before and after it.
pub(super) fn time_not_found(
    rendition: &Rendition,
    time: Ticks,
    around: (Option<Ticks>, Option<Ticks>),
) -> Error {
    let hint = match around {
        (Some(before), Some(after)) => format!("the nearest start at {before} and {after}"),
        (Some(last), None) => format!("the last starts at {last}"),
        (None, Some(first)) => format!("the first starts at {first}"),
        (None, None) => "there are none".to_owned(),
    };
    Error::TimeNotFound { track: rendition.id.name.to_string(), time: time.0, hint }
}
