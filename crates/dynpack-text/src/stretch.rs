//! Stretches of time in which the same cues are shown.

use std::collections::BTreeSet;
use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};

use crate::cue::Cue;
use crate::document::Excerpt;
use crate::error::Error;
use crate::limits::MAX_REPEATS;

/// A stretch of time in which the same cues are shown, or none.
#[derive(Debug)]
pub(crate) struct Stretch<'a> {
    pub(crate) span: Range<Ticks>,
    pub(crate) cues: Vec<&'a Cue>,
}

/// Cuts an excerpt into stretches without gap or overlap. Cues whose times round to the same tick
/// are in none, nor are images.
pub(crate) fn stretches<'a>(
    excerpt: &Excerpt<'a>,
    clock: Timescale,
) -> Result<Vec<Stretch<'a>>, Error> {
    let whole = span(excerpt, clock);
    let shown = |cue: &Cue| {
        let [start, end] = [cue.start, cue.end].map(|time| time.round(clock));
        start.max(whole.start)..end.min(whole.end)
    };
    let cues = excerpt.cues().iter().map(|cue| (shown(cue), *cue));
    let is_shown =
        |(shown, cue): &(Range<Ticks>, &Cue)| shown.start < shown.end && cue.image().is_none();
    let cues: Vec<_> = cues.filter(is_shown).collect();
    let mut bounds = BTreeSet::from([whole.start, whole.end]);
    bounds.extend(cues.iter().flat_map(|(shown, _)| [shown.start, shown.end]));
    let bounds: Vec<Ticks> = bounds.into_iter().collect();

    let (mut waiting, mut active) = (cues.into_iter().peekable(), Vec::new());
    let mut repeats: usize = 0;
    let mut stretches = Vec::with_capacity(bounds.len());
    for (&start, &end) in bounds.iter().zip(bounds.iter().skip(1)) {
        active.retain(|(shown, _): &(Range<Ticks>, _)| shown.end > start);
        active.extend(std::iter::from_fn(|| waiting.next_if(|(shown, _)| shown.start <= start)));
        repeats = repeats.saturating_add(active.len());
        if repeats > MAX_REPEATS {
            return Err(Error::LimitExceeded { what: "repeated cues", limit: MAX_REPEATS });
        }
        stretches
            .push(Stretch { span: start..end, cues: active.iter().map(|(_, cue)| *cue).collect() });
    }
    Ok(stretches)
}

/// The time of an excerpt: that of its segment, or from zero to the end of its last cue.
pub(crate) fn span(excerpt: &Excerpt<'_>, clock: Timescale) -> Range<Ticks> {
    let ticks = |time: Time| time.round(clock);
    match &excerpt.span {
        Some(span) => ticks(span.start)..ticks(span.end),
        None => {
            let ends = excerpt.cues().iter().map(|cue| ticks(cue.end));
            Ticks::ZERO..ends.max().unwrap_or_default().max(Ticks::ZERO)
        }
    }
}
