//! The part of a film that a filter leaves.

use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};

/// The part of a film that a filter leaves: every segment that lies at least partly in it, whole.
///
/// Times count from the start of the film, on any clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PresentationTimeRange {
    /// Ticks per second of the clock of the two times.
    pub timescale: Timescale,
    /// The start, included.
    pub start: Ticks,
    /// The end, excluded; [`Ticks::MAX`] for the end of the film.
    pub end: Ticks,
}

impl PresentationTimeRange {
    /// From `start` until before `end`, on the clock `timescale`.
    #[must_use]
    pub const fn new(timescale: Timescale, start: Ticks, end: Ticks) -> Self {
        Self { timescale, start, end }
    }

    /// The same range, counted from that time on.
    #[must_use]
    pub(crate) fn since(self, start: Time) -> Self {
        let earlier = Time::new(-start.ticks, start.timescale);
        let from = |ticks| Time::new(ticks, self.timescale).plus(earlier);
        let end = if self.end == Ticks::MAX { Ticks::MAX } else { from(self.end).ticks };
        let Time { ticks: start, timescale } = from(self.start);
        Self { timescale, start, end }
    }

    /// The same as exact times.
    #[must_use]
    pub const fn times(&self) -> Range<Time> {
        Time::new(self.start, self.timescale)..Time::new(self.end, self.timescale)
    }
}
