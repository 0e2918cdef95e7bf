//! WebVTT in MP4: the `wvtt` sample entry and its samples (ISO/IEC 14496-30, 7).

use std::ops::Range;

use dynpack_boxes::put_container;
use dynpack_media::{Ticks, Time, Timescale};

use crate::cue::Cue;
use crate::document::{Document, Excerpt};
use crate::error::Error;
use crate::limits::MAX_SEGMENT_BYTES;
use crate::sample::{Sample, put_entry};
use crate::stretch::{Stretch, stretches};
use crate::vtt::{Rules, Timestamp, header, payload, settings};

/// The samples of a segment, or of a whole document: one for each stretch of time in which the same
/// cues are shown, or none. Together they fill the time of the segment.
///
/// A cue that is in several samples is marked as one (`vsid`), by its place in the document. Cues
/// shorter than half a tick are in no sample.
///
/// # Errors
/// [`Error::LimitExceeded`] if overlapping cues would be repeated too often.
pub fn samples(excerpt: &Excerpt<'_>, clock: Timescale) -> Result<Vec<Sample>, Error> {
    let mut bytes: usize = 0;
    let stretches = stretches(excerpt, clock)?.into_iter().map(|stretch| {
        let data = sample(excerpt, &stretch, clock);
        bytes = bytes.saturating_add(data.len());
        if bytes > MAX_SEGMENT_BYTES {
            let what = "the bytes of a text segment";
            return Err(Error::LimitExceeded { what, limit: MAX_SEGMENT_BYTES });
        }
        Ok(Sample { span: stretch.span, data })
    });
    stretches.collect()
}

fn sample(excerpt: &Excerpt<'_>, stretch: &Stretch<'_>, clock: Timescale) -> Vec<u8> {
    let mut out = Vec::new();
    for cue in &stretch.cues {
        put_cue(excerpt, cue, &stretch.span, clock, &mut out);
    }
    if out.is_empty() {
        put_container(*b"vtte", &mut out, |_| ());
    }
    out
}

/// Puts a `vttc` (7.3).
fn put_cue(
    excerpt: &Excerpt<'_>,
    cue: &Cue,
    span: &Range<Ticks>,
    clock: Timescale,
    out: &mut Vec<u8>,
) {
    let is_whole = cue.start.round(clock) == span.start && cue.end.round(clock) == span.end;
    let text = payload(&cue.nodes, &mut Rules::new());
    let settings = settings(&cue.layout, excerpt.region_of(cue));
    put_container(*b"vttc", out, |out| {
        if !is_whole {
            let source = excerpt.document.cues.index_of(cue);
            put_container(*b"vsid", out, |out| out.extend(source.to_be_bytes()));
        }
        if let Some(id) = &cue.id {
            put_text(*b"iden", id, out);
        }
        // The times in a text are on the clock of the document.
        if cue.has_timestamps() {
            let now = Timestamp(Time::new(span.start, clock)).to_string();
            put_text(*b"ctim", &now, out);
        }
        if !settings.is_empty() {
            put_text(*b"sttg", settings.trim_start(), out);
        }
        put_text(*b"payl", &text, out);
    });
}

fn put_text(code: [u8; 4], text: &str, out: &mut Vec<u8>) {
    put_container(code, out, |out| out.extend(text.as_bytes()));
}

/// The `wvtt` sample entry of a document: a whole box, with the header of the document in its
/// `vttC` (7.5).
#[must_use]
pub fn sample_entry(document: &Document) -> Vec<u8> {
    let mut rules = Rules::new();
    for cue in document.cues.all() {
        payload(&cue.nodes, &mut rules);
    }
    put_entry(*b"wvtt", |out| {
        put_text(*b"vttC", header(document, &rules, None).trim_end(), out);
    })
}
