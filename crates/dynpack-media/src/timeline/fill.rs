//! Fills the time in which video has no picture of its own, so that each segment of the sound has
//! one beside it.

use dynpack_codec::MediaKind;

use super::span::Span;
use crate::sample_table::SampleTableBuilder;
use crate::{CutPolicy, Edit, Sample, SampleIndex, SampleTable, Ticks, Time, Track};

/// The maximum number of copies of pictures in a track.
const MAX_COPIES: u32 = 20_000;

/// Video that starts later than the presentation, or ends earlier, by more than one half of a
/// second is filled. Less is usual, and no player minds it.
const MIN_GAPS_PER_SECOND: i64 = 2;

/// A video track in which each picture lasts until the next, from the start of the presentation to
/// its end.
pub(super) struct Filled {
    pub(super) track: Track,
    /// Where the track itself ends. If its last picture cannot be repeated, that picture lasts
    /// longer.
    pub(super) end: Ticks,
}

/// Fills each video track that lacks pictures; `None` for all others.
pub(super) fn fill(spans: &[Option<Span<'_>>], policy: CutPolicy) -> Vec<Option<Filled>> {
    let start = spans.iter().flatten().map(Span::start).min();
    let end = spans.iter().flatten().map(Span::end).max();
    let is_plausible =
        |(start, end): &(Time, Time)| end.seconds_from(*start) <= Time::MAX_SECONDS.into();
    let within = start.zip(end).filter(is_plausible);
    let filled = spans.iter().map(|span| {
        let span = span.as_ref().filter(|span| span.track.kind() == MediaKind::Video)?;
        let (start, end) = within?;
        Filling::of(span, start, end, policy)?.filled()
    });
    filled.collect()
}

/// How a track is filled. All times are on its clock.
struct Filling<'a> {
    track: &'a Track,
    /// How long the first picture is shown before its time.
    head: Ticks,
    /// How much longer the last picture is shown.
    tail: Ticks,
    target: Ticks,
    /// Where the track itself ends.
    end: Ticks,
}

impl<'a> Filling<'a> {
    /// `None` if the track has pictures everywhere.
    fn of(span: &Span<'a>, start: Time, end: Time, policy: CutPolicy) -> Option<Self> {
        let track = span.track;
        let clock = track.timescale;
        let enough = Ticks(i64::from(clock.hz()).checked_div(MIN_GAPS_PER_SECOND)?);
        let gap = |gap: Ticks| if gap > enough { gap } else { Ticks::ZERO };
        let head = match span.first() {
            SampleIndex(0) if track.samples.is_sync(SampleIndex(0)) => {
                gap(span.start().floor(clock) - start.ceil(clock))
            }
            _ => Ticks::ZERO,
        };
        let last = SampleIndex(track.samples.len().checked_sub(1)?);
        let tail = match gap(end.ceil(clock) - span.end().ceil(clock)) {
            Ticks::ZERO => Ticks::ZERO,
            _ => end.ceil(clock) - span.time(last) - track.samples.duration(last),
        };
        let (target, end) = (policy.target_ticks(clock), span.end().ceil(clock));
        let filling = Self { track, head, tail, target, end };
        let is_needed = head > Ticks::ZERO || tail > Ticks::ZERO || filling.has_stills();
        is_needed.then_some(filling)
    }

    /// How long a copy of a picture lasts: a second. Decoders return a picture only when they have
    /// the next few, and some players do not begin before that.
    fn piece(&self) -> Ticks {
        Ticks(self.track.timescale.hz().into()).min(self.target)
    }

    /// Whether a picture lasts so long that it is repeated.
    fn is_still(&self, duration: Ticks) -> bool {
        let shortest = self.target.max(self.piece() + self.piece());
        duration.0 / 3 > shortest.0 / 2
    }

    /// Whether a picture that can be repeated is a [still](Self::is_still).
    fn has_stills(&self) -> bool {
        let samples = &self.track.samples;
        let mut longest = 0;
        let all = SampleIndex(0)..SampleIndex(samples.len());
        samples.each_duration(all.clone(), |duration, _| longest = longest.max(duration));
        self.is_still(Ticks(longest.into()))
            && samples.samples(all).any(|sample| {
                self.is_still(sample.duration) && self.is_alone(sample.index, sample.is_sync)
            })
    }

    /// Whether no other picture refers to this one.
    fn is_alone(&self, index: SampleIndex, is_sync: bool) -> bool {
        let next = SampleIndex(index.0.saturating_add(1));
        let samples = &self.track.samples;
        is_sync && (next.0 >= samples.len() || samples.is_sync(next))
    }

    /// The track with pictures everywhere; `None` if a duration takes more than 32 bits, or there
    /// would be too many copies.
    fn filled(&self) -> Option<Filled> {
        let samples = &self.track.samples;
        let mut made = Made::new(samples.len().checked_add(MAX_COPIES)?);
        let last = SampleIndex(samples.len().checked_sub(1)?);
        let mut end = self.end;
        for (sample, place) in samples.placed_samples(SampleIndex(0)..SampleIndex(samples.len())) {
            if sample.index == SampleIndex(0) && self.head > Ticks::ZERO {
                made.push_copies(&sample, place, self.head, self.piece())?;
            }
            let is_longer = sample.index == last && self.tail > Ticks::ZERO;
            let duration = if is_longer { sample.duration + self.tail } else { sample.duration };
            let is_repeated = (is_longer || self.is_still(duration))
                && self.is_alone(sample.index, sample.is_sync);
            let piece = if is_repeated { self.piece() } else { duration };
            made.push_copies(&sample, place, duration, piece)?;
            if is_longer && is_repeated {
                end += self.tail;
            }
        }
        let edit = self.track.edit;
        let edit = Edit { delay: edit.delay - self.head, ..edit };
        let track = Track { samples: made.finish()?, edit, ..self.track.clone() };
        Some(Filled { track, end })
    }
}

/// The samples of a filled track.
struct Made {
    samples: SampleTableBuilder,
    max: u32,
}

impl Made {
    /// Of at most `max` samples.
    fn new(max: u32) -> Self {
        Self { samples: SampleTableBuilder::default(), max }
    }

    /// Appends a sample once for each `piece` of its duration; the last takes the rest, if that is
    /// less than half of a piece.
    fn push_copies(
        &mut self,
        sample: &Sample,
        place: u64,
        duration: Ticks,
        piece: Ticks,
    ) -> Option<()> {
        let mut left = duration;
        while left.0 > piece.0.saturating_add(piece.0 / 2) {
            self.push(sample, place, piece)?;
            left = left - piece;
        }
        self.push(sample, place, left)
    }

    fn push(&mut self, sample: &Sample, place: u64, duration: Ticks) -> Option<()> {
        let is_free = self.samples.len() < self.max;
        is_free.then(|| self.samples.push(&Sample { duration, ..*sample }, place)).flatten()
    }

    fn finish(self) -> Option<SampleTable> {
        self.samples.finish().ok()
    }
}
