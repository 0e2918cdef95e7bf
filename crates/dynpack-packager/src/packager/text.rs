//! What all formats that carry text have in common.

use dynpack_fragment::SegmentPlan;
use dynpack_fragment::text::{Clock, vtt_segment};
use dynpack_media::{Rendition, Ticks};

use super::job::Job;
use super::lookup::time_not_found;
use crate::error::Error;
use crate::format::Format;
use crate::request::Request;

/// The media type of WebVTT.
pub(super) const VTT: &str = "text/vtt";

/// Whether a format has a place for text.
pub(super) fn carries(format: Format) -> Result<(), String> {
    match format.facts().text_forms {
        [] => Err("it has no place for subtitles".to_owned()),
        [..] => Ok(()),
    }
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

/// The WebVTT document of the segment that `time` names.
pub(super) fn vtt(
    job: &Job<'_>,
    rendition: &Rendition,
    time: Ticks,
    clock: Clock,
) -> Result<SegmentPlan, Error> {
    let name = &rendition.id.name;
    let not_found = || time_not_found(rendition, time, rendition.cuts.starts_around(time));
    let segment = rendition.cuts.segment_at(time).ok_or_else(not_found)?;
    let track_not_found = || Error::TrackNotFound { track: name.to_string(), known: String::new() };
    let document = job.texts.get(name).ok_or_else(track_not_found)?;
    let start = rendition.time(segment.start);
    let end = rendition.time(segment.start + segment.duration);
    Ok(vtt_segment(document, start..end, clock))
}
