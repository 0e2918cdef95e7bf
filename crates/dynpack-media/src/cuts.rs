//! One track's share of the timeline: the samples of each of its segments, and their presentation
//! times.

mod cached;
mod joined;

use std::num::NonZeroU32;
use std::ops::Range;

use crate::{Form, Sample, SampleIndex, Ticks};

pub(crate) use self::cached::Cached;
pub(crate) use self::joined::JoinedCuts;

/// The place of a segment in the timeline, from 0: the same number is the same stretch of time in
/// every track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentNumber(pub u32);

impl SegmentNumber {
    /// Behind the last place of every timeline: none has more than
    /// [`MAX_SEGMENTS`](crate::Timeline::MAX_SEGMENTS).
    pub(crate) const END: Self = Self(u32::MAX);
}

/// What one media URL returns, as the timeline sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment {
    /// Its place in the timeline.
    pub number: SegmentNumber,
    /// Its samples, in decoding order; at least one, and for video the first is a sync sample.
    pub samples: Range<SampleIndex>,
    /// Presentation time of its earliest sample, in the track's timescale: the number that names
    /// it in URLs.
    pub start: Ticks,
    /// From its start to the start of the next segment, in the track's timescale; above zero.
    pub duration: Ticks,
}

/// The segments of one track, in ascending order without gap or overlap, and how the track's own
/// times become those of the presentation, which starts at 0.
///
/// An output format that carries decode times and composition offsets takes them from
/// [`decode_time`](Self::decode_time) and [`composition_offset`](Self::composition_offset): decode
/// times start at or after 0, composition offsets are signed, and `decode time + composition offset
/// - lead = presentation time`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    pub(crate) numbers: Box<[SegmentNumber]>,
    /// The first sample of each segment, and one past the last of the last.
    pub(crate) samples: Box<[SampleIndex]>,
    /// The start of each segment, and the end of the last.
    pub(crate) starts: Box<[Ticks]>,
    /// Media composition time + shift = presentation time.
    pub(crate) shift: Ticks,
    /// The composition offset of the first sample, which is subtracted from all.
    pub(crate) reorder: Ticks,
    pub(crate) lead: Ticks,
    /// Whether a segment has all samples or only the first.
    pub(crate) form: Form,
    /// Whether segments before the first were left out.
    pub(crate) is_continued: bool,
    /// The place in the timeline of the first segment, where its number is none.
    pub(crate) first_place: Option<SegmentNumber>,
    pub(crate) key_frames: Cached<Self>,
}

impl Cuts {
    /// Number of segments.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether the track has no segments.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The segments, in order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment> + '_ {
        (0..self.len()).filter_map(|at| self.segment(at))
    }

    /// The segment that starts at exactly `start`. O(log n).
    #[must_use]
    pub fn segment_at(&self, start: Ticks) -> Option<Segment> {
        self.segment(self.starts.binary_search(&start).ok()?)
    }

    /// The segment that contains `time`; for a time outside all of them, the nearest one.
    /// O(log n).
    #[must_use]
    pub fn segment_around(&self, time: Ticks) -> Option<Segment> {
        let after = self.starts.partition_point(|start| *start <= time);
        self.segment(after.saturating_sub(1).min(self.len().checked_sub(1)?))
    }

    /// The nearest starts of segments around `time`: the last before it, and the first at or after
    /// it, if they exist. O(log n).
    #[must_use]
    pub fn starts_around(&self, time: Ticks) -> (Option<Ticks>, Option<Ticks>) {
        let starts = self.starts.get(..self.len()).unwrap_or_default();
        let (before, after) = starts.split_at(starts.partition_point(|start| *start < time));
        (before.last().copied(), after.first().copied())
    }

    /// Coarser cuts: each segment spans `count` places of the timeline. Its number is that of the
    /// first of them divided by `count`, so that tracks joined by the same count stay aligned. All
    /// else is as before.
    #[must_use]
    pub fn joined(&self, count: NonZeroU32) -> Self {
        let joined = |number: &SegmentNumber| SegmentNumber(number.0 / count);
        let mut numbers: Vec<SegmentNumber> = Vec::new();
        let (mut samples, mut starts) = (Vec::new(), Vec::new());
        for ((number, sample), start) in
            self.numbers.iter().map(joined).zip(&self.samples).zip(&self.starts)
        {
            if numbers.last() != Some(&number) {
                numbers.push(number);
                samples.push(*sample);
                starts.push(*start);
            }
        }
        samples.extend(self.samples.last());
        starts.extend(self.starts.last());
        Self {
            numbers: numbers.into(),
            samples: samples.into(),
            starts: starts.into(),
            ..self.without_segments()
        }
    }

    /// The place in the timeline of the first segment: the maximum number of segments of other
    /// tracks before it.
    #[must_use]
    pub fn first_place(&self) -> SegmentNumber {
        self.first_place.or_else(|| self.numbers.first().copied()).unwrap_or_default()
    }

    /// Whether other cuts have segments in the same places of the timeline.
    #[must_use]
    pub fn has_same_places(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }

    /// The segments in those places of the timeline.
    #[must_use]
    pub fn within(&self, places: Range<SegmentNumber>) -> Self {
        let before = |bound| self.numbers.partition_point(|number| *number < bound);
        let (first, end) = (before(places.start), before(places.end));
        let bounds = first..end.saturating_add(1);
        Self {
            numbers: self.numbers.get(first..end).unwrap_or_default().into(),
            samples: self.samples.get(bounds.clone()).unwrap_or_default().into(),
            starts: self.starts.get(bounds).unwrap_or_default().into(),
            is_continued: self.is_continued || first > 0,
            ..self.without_segments()
        }
    }

    /// The same segments later, in later places of the timeline.
    pub(crate) fn delayed(&self, ticks: Ticks, places: u32) -> Self {
        let later = |number: &SegmentNumber| SegmentNumber(number.0.saturating_add(places));
        Self {
            numbers: self.numbers.iter().map(later).collect(),
            samples: self.samples.clone(),
            starts: self.starts.iter().map(|start| *start + ticks).collect(),
            first_place: self.first_place.as_ref().map(later),
            shift: self.shift + ticks,
            ..self.without_segments()
        }
    }

    /// The same segments, the first of which starts at `start` if that is within it.
    pub(crate) fn named_from(&self, start: Ticks) -> Self {
        let mut cuts = Self { numbers: self.numbers.clone(), ..self.without_segments() };
        (cuts.samples, cuts.starts) = (self.samples.clone(), self.starts.clone());
        if let [first, next, ..] = &mut *cuts.starts
            && (*first..*next).contains(&start)
        {
            *first = start;
        }
        cuts
    }

    /// Cuts that start at those times in those places of the timeline, of a track without samples.
    /// The last ends at `end`.
    #[must_use]
    pub fn without_samples(starts: &[(SegmentNumber, Ticks)], end: Ticks) -> Self {
        let times = starts.iter().map(|(_, start)| *start).chain([end]);
        Self {
            numbers: starts.iter().map(|(number, _)| *number).collect(),
            samples: starts.iter().map(|_| SampleIndex(0)).chain([SampleIndex(0)]).collect(),
            starts: times.collect(),
            ..Self::default()
        }
    }

    /// Cuts of the same track without any segment.
    pub(crate) fn without_segments(&self) -> Self {
        let Self { shift, reorder, lead, form, is_continued, .. } = *self;
        Self { shift, reorder, lead, form, is_continued, ..Self::default() }
    }

    fn segment(&self, at: usize) -> Option<Segment> {
        let after = at.checked_add(1)?;
        let (start, next) = (*self.starts.get(at)?, *self.starts.get(after)?);
        let (first, end) = (*self.samples.get(at)?, *self.samples.get(after)?);
        let samples = match self.form {
            Form::Full => first..end,
            Form::KeyFrames => first..SampleIndex(first.0.saturating_add(1)).min(end),
        };
        Some(Segment { number: *self.numbers.get(at)?, samples, start, duration: next - start })
    }

    /// Bytes of memory the cuts hold.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        const PER_SEGMENT: usize =
            size_of::<SegmentNumber>() + size_of::<SampleIndex>() + size_of::<Ticks>();
        size_of::<Self>().saturating_add(self.len().saturating_mul(PER_SEGMENT))
    }

    /// All samples of the segments.
    #[must_use]
    pub fn samples(&self) -> Range<SampleIndex> {
        let bound = |sample: Option<&SampleIndex>| sample.copied().unwrap_or_default();
        bound(self.samples.first())..bound(self.samples.last())
    }

    /// Start of the first segment, in the track's timescale; above 0 where the track starts later
    /// than the presentation.
    #[must_use]
    pub fn start(&self) -> Ticks {
        self.starts.first().copied().unwrap_or_default()
    }

    /// End of the last segment, in the track's timescale.
    #[must_use]
    pub fn end(&self) -> Ticks {
        self.starts.last().copied().unwrap_or_default()
    }

    /// Duration of the media before the start of the presentation (audio priming), in the track's
    /// timescale; never negative. A format with an edit list skips it there (`media_time`, ISO/IEC
    /// 14496-12, 8.6.6).
    #[must_use]
    pub const fn lead(&self) -> Ticks {
        self.lead
    }

    /// The decode time of a sample in the output, in the track's timescale; never negative for a
    /// sample of a segment.
    #[must_use]
    pub fn decode_time(&self, sample: &Sample) -> Ticks {
        sample.decode_time + self.shift + self.reorder + self.lead
    }

    /// The segments paired with those of another track: one pair for each stretch of the timeline
    /// in which either has samples, in order.
    pub fn paired_with<'a>(
        &'a self,
        other: Option<&'a Self>,
    ) -> impl Iterator<Item = (SegmentNumber, Option<Segment>, Option<Segment>)> + 'a {
        let mut own = self.segments().peekable();
        let mut others = other.into_iter().flat_map(Self::segments).peekable();
        std::iter::from_fn(move || {
            let number =
                own.peek().into_iter().chain(others.peek()).map(|segment| segment.number).min()?;
            let is_next = |segment: &Segment| segment.number == number;
            Some((number, own.next_if(is_next), others.next_if(is_next)))
        })
    }

    /// The composition offset of a sample in the output, in the track's timescale: 0 for the first
    /// sample of the track, negative for some where pictures are reordered.
    #[must_use]
    pub fn composition_offset(&self, sample: &Sample) -> Ticks {
        sample.composition_offset - self.reorder
    }

    /// Presentation time of a sample, in the track's timescale; negative for audio priming.
    #[must_use]
    pub fn presentation_time(&self, sample: &Sample) -> Ticks {
        sample.composition_time() + self.shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Segments of ten ticks and ten samples at those places of the timeline.
    fn cuts(numbers: &[u32]) -> Cuts {
        let bounds = 0..=u32::try_from(numbers.len()).unwrap();
        Cuts {
            numbers: numbers.iter().copied().map(SegmentNumber).collect(),
            samples: bounds.clone().map(|at| SampleIndex(at * 10)).collect(),
            starts: bounds.map(|at| Ticks(i64::from(at) * 10)).collect(),
            ..Cuts::default()
        }
    }

    /// Number, first sample, start and duration of each segment.
    fn plain(cuts: &Cuts) -> Vec<(u32, u32, i64, i64)> {
        let segments = cuts.segments();
        segments
            .map(|segment| {
                (segment.number.0, segment.samples.start.0, segment.start.0, segment.duration.0)
            })
            .collect()
    }

    #[test]
    fn segments_are_paired_by_their_place_in_the_timeline() {
        let pairs = |own: &[u32], others: Option<&[u32]>| {
            let (own, others) = (cuts(own), others.map(cuts));
            let number = |segment: Option<Segment>| segment.map(|segment| segment.number.0);
            let segments = own
                .paired_with(others.as_ref())
                .map(|(at, own, other)| (at.0, number(own), number(other)));
            segments.collect::<Vec<_>>()
        };
        assert_eq!(
            pairs(&[0, 2], Some(&[1, 2, 3])),
            [(0, Some(0), None), (1, None, Some(1)), (2, Some(2), Some(2)), (3, None, Some(3))]
        );
        assert_eq!(pairs(&[4], None), [(4, Some(4), None)]);
        assert_eq!(pairs(&[], Some(&[7])), [(7, None, Some(7))]);
    }

    #[test]
    fn segments_are_joined_by_their_place_in_the_timeline() {
        let joined =
            |numbers: &[u32], count| plain(&cuts(numbers).joined(NonZeroU32::new(count).unwrap()));
        assert_eq!(joined(&[0, 1, 2, 3, 4], 2), [(0, 0, 0, 20), (1, 20, 20, 20), (2, 40, 40, 10)]);
        // What starts later is joined to as little as remains.
        assert_eq!(joined(&[1, 2, 3], 2), [(0, 0, 0, 10), (1, 10, 10, 20)]);
        assert_eq!(joined(&[0, 5, 6], 3), [(0, 0, 0, 10), (1, 10, 10, 10), (2, 20, 20, 10)]);
        assert_eq!(joined(&[0, 1, 2], u32::MAX), [(0, 0, 0, 30)]);
        assert_eq!(cuts(&[3, 4, 7]).joined(NonZeroU32::MIN), cuts(&[3, 4, 7]));
        assert_eq!(Cuts::default().joined(NonZeroU32::MIN).len(), 0);
    }

    #[test]
    fn every_time_lies_in_a_segment_or_near_one() {
        let cuts = cuts(&[0, 1, 2]);
        let around = |time| cuts.segment_around(Ticks(time)).map(|segment| segment.number.0);
        assert_eq!([-1, 0, 9, 10, 29, 30, i64::MAX].map(around), [0, 0, 0, 1, 2, 2, 2].map(Some));
        assert_eq!(Cuts::default().segment_around(Ticks(0)), None);
        let starts = |time| {
            let (before, after) = cuts.starts_around(Ticks(time));
            (before.map(|start| start.0), after.map(|start| start.0))
        };
        assert_eq!(
            [-1, 0, 5, 10].map(starts),
            [(None, Some(0)), (None, Some(0)), (Some(0), Some(10)), (Some(0), Some(10))]
        );
        assert_eq!(
            [20, 21, 31].map(starts),
            [(Some(10), Some(20)), (Some(20), None), (Some(20), None)]
        );
        assert_eq!(Cuts::default().starts_around(Ticks(0)), (None, None));
    }
}
