//! The fragments of a stream, on its clock of milliseconds.

use dynpack_media::{Period, Segment, SegmentNumber, Stream, StreamSegment, Ticks, Timescale};

use crate::FragmentNumber;
use crate::stream;

/// One fragment of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fragment {
    /// Its place in the stream.
    pub number: FragmentNumber,
    /// Its place in the timeline.
    pub place: SegmentNumber,
    /// When it starts, in milliseconds: the [exact start](Stream::exact_start) of the segment.
    pub start: Ticks,
    /// The time until the next fragment starts, in milliseconds; above zero.
    pub duration: Ticks,
    /// The segment of the main rendition that it contains.
    pub main: Option<Segment>,
    /// The segment of the stream's audio that it contains.
    pub audio: Option<Segment>,
}

impl Fragment {
    /// `next` is when the next fragment starts. Each lasts at least a millisecond, since a duration
    /// of 0 signals something else.
    fn new(number: FragmentNumber, start: Ticks, next: Ticks, segment: StreamSegment) -> Self {
        let StreamSegment { number: place, main, audio, .. } = segment;
        Self { number, place, start, duration: (next - start).max(Ticks(1)), main, audio }
    }
}

/// The fragments of a stream: one for each segment of the timeline in which the stream has media.
#[must_use]
pub fn fragments(stream: &Stream<'_>) -> Vec<Fragment> {
    let segments = stream.segments();
    let starts: Vec<Ticks> = segments.iter().map(|segment| start(stream, segment)).collect();
    let ends = starts.iter().skip(1).copied().chain([stream::end(stream)]).collect::<Vec<_>>();
    let times = starts.into_iter().zip(ends);
    numbers()
        .zip(times)
        .zip(segments)
        .map(|((number, (start, next)), segment)| Fragment::new(number, start, next, segment))
        .collect()
}

/// The fragments of a stream in a period. They keep their numbers and times.
pub(crate) fn fragments_within(stream: &Stream<'_>, period: &Period<'_>) -> Vec<Fragment> {
    let mut fragments = fragments(stream);
    fragments.retain(|fragment| period.places().contains(&fragment.place));
    fragments
}

/// When the last of these fragments ends, in milliseconds.
pub(crate) fn end(fragments: &[Fragment]) -> Ticks {
    fragments.last().map(|last| last.start + last.duration).unwrap_or_default()
}

/// How long a stream lasts in a period, in milliseconds.
pub(crate) fn duration(stream: &Stream<'_>, period: &Period<'_>) -> Ticks {
    end(&fragments_within(stream, period)) - period.start().floor(Timescale::MILLIS)
}

/// The fragment with that number. Costs as much as [`Stream::nth_segment`].
#[must_use]
pub fn fragment(stream: &Stream<'_>, number: FragmentNumber) -> Option<Fragment> {
    let place = usize::try_from(number.get()).ok()?.checked_sub(1)?;
    let segment = stream.nth_segment(place)?;
    let next = stream
        .nth_segment(place.saturating_add(1))
        .map_or_else(|| stream::end(stream), |next| start(stream, &next));
    Some(Fragment::new(number, start(stream, &segment), next, segment))
}

fn numbers() -> impl Iterator<Item = FragmentNumber> {
    std::iter::successors(Some(FragmentNumber::FIRST), |number| Some(number.next()))
}

fn start(stream: &Stream<'_>, segment: &StreamSegment) -> Ticks {
    stream.exact_start(segment).map(|start| start.floor(Timescale::MILLIS)).unwrap_or_default()
}
