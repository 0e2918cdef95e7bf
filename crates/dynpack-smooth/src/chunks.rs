//! Chunks: how Smooth Streaming lists and names the segments of a stream.

use dynpack_media::{
    Presentation, Rendition, Run, Runs, Segment, SegmentNumber, Ticks, Time, Timescale,
};

/// The maximum distance, in 10 MHz ticks, between the cuts of two renditions that share a chunk
/// list: one millisecond, far less than a frame. It covers files whose clocks cannot represent the
/// same time exactly: for example, 24000/1001 frames per second on a clock of 90 kHz.
const SAME_CUT: u64 = 10_000;

/// The time of a segment on the 10 MHz clock of Smooth Streaming, from its absolute position on the
/// clock of the rendition. It is rounded down, as in Azure Media Services. The time in a fragment's
/// `tfxd` follows the same rule.
#[must_use]
pub fn chunk_time(start: Time) -> Ticks {
    start.floor(Timescale::SMOOTH)
}

/// The segment of a rendition that a client requests by `time`, in 10 MHz ticks. Its [`chunk_time`]
/// is equal to `time`, or that of the same segment in another rendition with the same name is. That
/// is because a chunk list names the segments of several renditions by the times of one. No other
/// time names a segment. O(log n) for each rendition with the name.
#[must_use]
pub fn segment_at(
    presentation: &Presentation,
    rendition: &Rendition,
    time: Ticks,
) -> Option<Segment> {
    let is_candidate = |other: &&Rendition| {
        other.id.name == rendition.id.name && other.cuts.len() == rendition.cuts.len()
    };
    let others = || {
        presentation
            .renditions
            .iter()
            .filter(is_candidate)
            .filter_map(|other| listed_at(other, time))
    };
    listed_at(rendition, time)
        .or_else(|| others().find_map(|listed| near(rendition, listed.number, time)))
}

/// The segment whose [`chunk_time`] is `time`.
fn listed_at(rendition: &Rendition, time: Ticks) -> Option<Segment> {
    let (_, next) = starts_around(rendition, time);
    let segment = rendition.cuts.segment_at(next?)?;
    Some(segment).filter(|segment| chunk_time(rendition.time(segment.start)) == time)
}

/// The segment at that place of the timeline, if its start is close enough to `time` to be listed
/// by that time.
fn near(rendition: &Rendition, number: SegmentNumber, time: Ticks) -> Option<Segment> {
    let (before, next) = starts_around(rendition, time);
    let mut around =
        [before, next].into_iter().flatten().filter_map(|start| rendition.cuts.segment_at(start));
    around.find(|segment| {
        segment.number == number && is_same_cut(chunk_time(rendition.time(segment.start)), time)
    })
}

/// The [`chunk_time`]s around `time`, in 10 MHz ticks: the last one before it, and the first one at
/// or after it, if they exist. O(log n).
#[must_use]
pub fn chunk_times_around(rendition: &Rendition, time: Ticks) -> (Option<Ticks>, Option<Ticks>) {
    let (before, next) = starts_around(rendition, time);
    let on_clock = |start: Ticks| chunk_time(rendition.time(start));
    (before.map(on_clock), next.map(on_clock))
}

/// The segment starts around `time`, on the rendition's own clock.
fn starts_around(rendition: &Rendition, time: Ticks) -> (Option<Ticks>, Option<Ticks>) {
    rendition.cuts.starts_around(time.rescale_ceil(Timescale::SMOOTH, rendition.timescale()))
}

/// Whether two renditions can share a chunk list.
pub(crate) fn have_same_cuts(one: &Rendition, other: &Rendition) -> bool {
    let times = |rendition: &Rendition| -> Vec<_> {
        rendition.cuts.segments().map(|segment| chunk_time(rendition.time(segment.start))).collect()
    };
    let (one, other) = (times(one), times(other));
    one.len() == other.len() && one.iter().zip(other).all(|(&one, other)| is_same_cut(one, other))
}

fn is_same_cut(one: Ticks, other: Ticks) -> bool {
    one.0.abs_diff(other.0) <= SAME_CUT
}

/// A chunk of a stream, on the stream's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Chunk {
    /// When it starts: the time that names it in URLs.
    pub start: Ticks,
    /// Its duration. 0 for a last chunk whose duration is not in the manifest.
    pub duration: Ticks,
}

/// The chunks of a stream, in ascending order. Consecutive chunks of equal duration take the memory
/// of one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chunks(Runs);

impl Chunks {
    /// The chunks of a rendition on the 10 MHz clock, with times from `from` on. The last one ends
    /// at `end`, which counts from there too.
    pub(crate) fn of(rendition: &Rendition, from: Ticks, end: Ticks) -> Self {
        let start = |segment: Segment| chunk_time(rendition.time(segment.start)) - from;
        let starts: Vec<_> = rendition.cuts.segments().map(start).collect();
        let ends = starts.iter().skip(1).chain([&end]);
        Self(starts.iter().zip(ends).map(|(start, next)| (*start, *next - *start)).collect())
    }

    /// Adds chunks at the end.
    pub(crate) fn push(&mut self, run: Run) {
        self.0.push(run);
    }

    /// The start of the last chunk.
    pub(crate) fn last_start(&self) -> Option<Ticks> {
        self.runs().last().map(|run| run.end() - run.duration)
    }

    /// The end of the last chunk.
    pub(crate) fn end(&self) -> Option<Ticks> {
        self.runs().last().map(|run| run.end())
    }

    /// Runs of equal chunks without a gap.
    pub(crate) fn runs(&self) -> &[Run] {
        self.0.as_slice()
    }

    /// Number of chunks.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.0.len()
    }

    /// Whether there is no chunk.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The chunks, in order.
    pub fn iter(&self) -> impl Iterator<Item = Chunk> + '_ {
        let chunk = |run: &Run| {
            let duration = run.duration;
            run.starts().map(move |start| Chunk { start, duration })
        };
        self.runs().iter().flat_map(chunk)
    }
}
