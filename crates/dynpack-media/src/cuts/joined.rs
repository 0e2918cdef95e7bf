//! Coarser cuts, computed on demand.

use std::num::NonZeroU32;
use std::ops::Range;

use super::{Cuts, Segment, SegmentNumber};
use crate::search::partition_point;

/// Cuts as [`Cuts::joined`] makes them, without a list of them.
#[derive(Clone, Copy)]
pub(crate) struct JoinedCuts<'a> {
    pub(crate) cuts: &'a Cuts,
    /// Places of the timeline per segment.
    pub(crate) count: NonZeroU32,
}

impl<'a> JoinedCuts<'a> {
    fn number(self, own: SegmentNumber) -> u32 {
        own.0 / self.count
    }

    /// The first place in which the track has a segment; `None` if earlier ones were left out.
    pub(crate) fn first(self) -> Option<SegmentNumber> {
        if self.cuts.is_continued {
            return None;
        }
        self.cuts.numbers.first().map(|own| SegmentNumber(self.number(*own)))
    }

    /// The segment in that place. O(log n).
    pub(crate) fn numbered(self, number: SegmentNumber) -> Option<Segment> {
        let first = self.cuts.numbers.partition_point(|own| self.number(*own) < number.0);
        let after = self.cuts.numbers.partition_point(|own| self.number(*own) <= number.0);
        let last = after.checked_sub(1).filter(|last| first <= *last)?;
        let (first, last) = (self.cuts.segment(first)?, self.cuts.segment(last)?);
        let duration = last.start + last.duration - first.start;
        Some(Segment {
            number,
            samples: first.samples.start..last.samples.end,
            start: first.start,
            duration,
        })
    }

    /// The places in which the track has segments, as stretches without a gap, in order. O(log n)
    /// each.
    pub(crate) fn runs(self) -> Vec<Range<u32>> {
        let mut runs: Vec<Range<u32>> = Vec::new();
        let mut rest = &*self.cuts.numbers;
        while let Some(first) = rest.first() {
            let is_next = |at: usize| {
                rest.get(at).is_some_and(|number| number.0.abs_diff(first.0) as usize == at)
            };
            let (run, after) = rest.split_at(partition_point(rest.len(), is_next));
            let run = self.number(*first)
                ..run.last().map_or(0, |last| self.number(*last).saturating_add(1));
            match runs.last_mut() {
                Some(last) if run.start <= last.end => last.end = run.end,
                _ => runs.push(run),
            }
            rest = after;
        }
        runs
    }

    /// The places within `range` in which the track has segments. O(log n), and as many steps as
    /// there are segments.
    pub(crate) fn numbers_in(self, range: Range<u32>) -> impl Iterator<Item = u32> + 'a {
        let before =
            |bound: u32| self.cuts.numbers.partition_point(|number| self.number(*number) < bound);
        let numbers =
            self.cuts.numbers.get(before(range.start)..before(range.end)).unwrap_or_default();
        let same = numbers.chunk_by(move |one, next| self.number(*one) == self.number(*next));
        same.filter_map(move |same| Some(self.number(*same.first()?)))
    }
}
