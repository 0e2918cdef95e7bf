//! What all formats that carry text have in common.

use std::ops::Range;

use bytes::Bytes;
use dynpack_codec::{MediaKind, TextForm};
use dynpack_fragment::SegmentPlan;
use dynpack_fragment::fmp4::Profile;
use dynpack_fragment::text::{Clock, Mp4Writer, vtt_document, vtt_segment};
use dynpack_media::{Period, Rendition, Ticks, Time};
use dynpack_text::Document;

use super::job::Job;
use super::lookup::{no_such, segment_at};
use crate::error::Error;
use crate::request::Request;

/// The media type of WebVTT.
pub(super) const VTT: &str = "text/vtt";

/// Whether a format has a place for a text, in the form that a request gets.
pub(super) fn carries(request: &Request, text: &Rendition) -> Result<(), String> {
    let forms = request.format.facts().text_forms;
    if forms.is_empty() {
        return Err("it has no place for subtitles".to_owned());
    }
    let has_images = |form: TextForm| form.rfc6381_of_images().is_some();
    if !text.has_images || has_images(form(request)) {
        return Ok(());
    }
    Err(match forms.iter().find(|form| has_images(**form)) {
        Some(other) => format!("it has images, which are in text as `{other}` alone"),
        None => "it has images, and WebVTT has no place for them".to_owned(),
    })
}

/// Checks that the format takes text in the form that a request names.
///
/// # Errors
/// [`Error::NotCarried`] if it does not.
pub(super) fn check_form(Request { format, text, .. }: &Request) -> Result<(), Error> {
    match text {
        Some(form) if !format.facts().text_forms.contains(form) => {
            let problem = format!("it takes no text as `{form}`");
            Err(Error::NotCarried { format: *format, problem })
        }
        Some(_) | None => Ok(()),
    }
}

/// The form in which a request for media gets text.
pub(super) fn form(Request { format, text, .. }: &Request) -> TextForm {
    let usual = format.facts().text_forms.first().copied();
    text.or(usual).unwrap_or(TextForm::Vtt)
}

/// The WebVTT document of the segment that `time` names.
pub(super) fn vtt(
    job: &Job<'_>,
    rendition: &Rendition,
    time: Ticks,
    clock: Clock,
) -> Result<SegmentPlan, Error> {
    let segment = segment_at(rendition, time)?;
    let start = rendition.time(segment.start);
    let end = rendition.time(segment.start + segment.duration);
    Ok(vtt_segment(document(job, rendition)?, start..end, clock))
}

/// A text as one WebVTT document: all cues that the segments show which the request may see.
pub(super) fn whole(job: &Job<'_>, rendition: &Rendition) -> Result<Bytes, Error> {
    if rendition.kind() != MediaKind::Text || form(job.request) != TextForm::Vtt {
        return Err(no_such(job.request.format, "whole documents but those of text as `vtt`"));
    }
    let document = document(job, rendition)?;
    if job.view.is_whole() {
        return Ok(vtt_document(&document.whole()));
    }
    let spans: Vec<_> =
        job.view.periods().filter_map(|period| span_in(period, rendition)).collect();
    Ok(vtt_document(&document.shown_in(&spans)))
}

/// The time of the segments that a period has of a text.
fn span_in(period: &Period<'_>, text: &Rendition) -> Option<Range<Time>> {
    let mut renditions = period.presentation().renditions.iter();
    let segments = renditions.find(|rendition| rendition.id == text.id)?.cuts.segments();
    let spans = segments.map(|segment| segment.start..segment.start + segment.duration);
    let Range { start, end } = spans.reduce(|all, next| all.start..next.end)?;
    Some(text.time(start)..text.time(end))
}

/// Writes the segments of a text in fragmented MP4.
pub(super) fn writer<'a>(
    profile: Profile,
    job: &Job<'a>,
    rendition: &'a Rendition,
) -> Result<Mp4Writer<'a>, Error> {
    let document = document(job, rendition)?;
    match form(job.request) {
        TextForm::Imsc => Ok(Mp4Writer::imsc(profile, rendition, document)),
        TextForm::Wvtt => Ok(Mp4Writer::wvtt(profile, rendition, document)),
        _ => Err(no_such(job.request.format, "segments of text as `vtt`")),
    }
}

/// The cues of a text.
fn document<'a>(job: &Job<'a>, rendition: &Rendition) -> Result<&'a Document, Error> {
    let track = &rendition.id.name;
    let not_found = || Error::TrackNotFound { track: track.to_string(), known: String::new() };
    job.texts.get(track).ok_or_else(not_found)
}
