//! The segments of a stream and their starts, without a list of them.

use std::ops::Range;

use super::{Stream, StreamSegment};
use crate::search::partition_point;
use crate::{SegmentNumber, Ticks};

impl Stream<'_> {
    /// The same as a part of `whole`: its segments have the names that they have there. Costs as
    /// much as [`segment_at`](Self::segment_at).
    #[must_use]
    pub fn named_as_in(self, whole: &Stream<'_>) -> Self {
        let first = SegmentNames::new(&self).number(0);
        let names = SegmentNames::new(whole);
        let before = partition_point(names.len(), |place| names.number(place) < first);
        Self { earliest: names.earliest(before), ..self }
    }

    /// The segment that is named by `start`. O(log n), and as much for each segment without a part
    /// of the main rendition.
    #[must_use]
    pub fn segment_at(&self, start: Ticks) -> Option<StreamSegment> {
        let names = SegmentNames::new(self);
        let segment = self.segment(&names, names.places_before(start))?;
        (segment.start == start).then_some(segment)
    }

    /// The segment with `place` segments before it. Costs as much as
    /// [`segment_at`](Self::segment_at).
    #[must_use]
    pub fn nth_segment(&self, place: usize) -> Option<StreamSegment> {
        self.segment(&SegmentNames::new(self), place)
    }

    /// The nearest starts of segments around `time`: the last before it, and the first at or after
    /// it, if they exist. Costs as much as [`segment_at`](Self::segment_at).
    #[must_use]
    pub fn starts_around(&self, time: Ticks) -> (Option<Ticks>, Option<Ticks>) {
        let names = SegmentNames::new(self);
        let after = names.places_before(time);
        (after.checked_sub(1).and_then(|before| names.start(before)), names.start(after))
    }

    fn segment(&self, names: &SegmentNames<'_>, place: usize) -> Option<StreamSegment> {
        let (number, start) = (names.number(place)?, names.start(place)?);
        let duration = names.start(place.saturating_add(1)).unwrap_or_else(|| self.end()) - start;
        let (main, audio) = (self.main_part(number), self.audio_part(number));
        Some(StreamSegment { number, start, duration, main, audio })
    }
}

/// The names of a stream's segments, computed on demand.
struct SegmentNames<'a> {
    stream: &'a Stream<'a>,
    /// In ascending order; few, since the main rendition of a film seldom lacks a segment.
    runs: Vec<Run>,
}

/// Consecutive places of the timeline: the main rendition has a segment in each of them, or it is
/// one place with audio alone.
struct Run {
    /// Number of segments before the first.
    place: usize,
    numbers: Range<u32>,
    /// The minimum start of the first; each next one starts at least a tick later. So no two share
    /// a name, even if the clock is too coarse to separate them.
    earliest: Ticks,
}

impl Run {
    fn end(&self) -> usize {
        self.place.saturating_add(self.numbers.len())
    }
}

impl<'a> SegmentNames<'a> {
    fn new(stream: &'a Stream<'a>) -> Self {
        let mut names = Self { stream, runs: Vec::new() };
        let mut next = 0;
        for run in stream.joined(stream.main).runs() {
            names.push_audio(next..run.start);
            next = run.end;
            names.push(run);
        }
        names.push_audio(next..u32::MAX);
        names
    }

    /// Segments of the audio alone.
    fn push_audio(&mut self, numbers: Range<u32>) {
        let Some(audio) = self.stream.audio else { return };
        for number in self.stream.joined(audio).numbers_in(numbers) {
            self.push(number..number.saturating_add(1));
        }
    }

    fn push(&mut self, numbers: Range<u32>) {
        let place = self.len();
        self.runs.push(Run { place, numbers, earliest: self.earliest(place) });
    }

    /// The minimum start of the segment with `place` segments before it.
    fn earliest(&self, place: usize) -> Ticks {
        let last = place.checked_sub(1).and_then(|last| self.start(last));
        last.map_or(self.stream.earliest, |last| last + Ticks(1))
    }

    /// Number of segments.
    fn len(&self) -> usize {
        self.runs.last().map_or(0, Run::end)
    }

    fn run(&self, place: usize) -> Option<&Run> {
        self.runs.get(self.runs.partition_point(|run| run.end() <= place))
    }

    /// The place in the timeline of the segment with `place` segments before it.
    fn number(&self, place: usize) -> Option<SegmentNumber> {
        let run = self.run(place)?;
        run.numbers.clone().nth(place.checked_sub(run.place)?).map(SegmentNumber)
    }

    /// Its start.
    fn start(&self, place: usize) -> Option<Ticks> {
        let run = self.run(place)?;
        let within = u32::try_from(place.checked_sub(run.place)?).ok()?;
        let number = SegmentNumber(run.numbers.start.checked_add(within)?);
        let start = self.stream.start(number, self.stream.main_part(number).as_ref(), || {
            self.stream.audio_part(number)
        });
        Some(start.max(run.earliest + Ticks(within.into())))
    }

    /// Number of segments that start before `time`.
    fn places_before(&self, time: Ticks) -> usize {
        partition_point(self.len(), |place| self.start(place).is_some_and(|start| start < time))
    }
}
