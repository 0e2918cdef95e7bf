//! The one timeline: where segments are cut, for all tracks and all protocols at once.

use std::time::Duration;

use crate::cuts::{Cuts, SegmentNumber};
use crate::{Error, MediaKind, SampleIndex, Ticks, Timescale, Track};

/// How long before its edit list's start audio is kept, in seconds: decoders need some of it, and priming is shorter than that.
const AUDIO_PREROLL_SECONDS: i64 = 1;

/// How far behind a frame's successors in decoding order a later presented frame may lie: the reordering H.264 and HEVC allow is 16.
const MOST_REORDERED: u32 = 64;

/// How many cuts are made at the most; what remains is one segment.
const MOST_SEGMENTS: usize = 1 << 20;

/// How long segments are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CutPolicy {
    /// The duration to which segments come as near as sync samples allow. At least a millisecond is taken.
    pub target: Duration,
}

impl CutPolicy {
    /// Segments of about six seconds, as Apple's authoring specification recommends.
    pub const SIX_SECONDS: Self = Self { target: Duration::from_secs(6) };

    /// Segments of about that duration.
    #[must_use]
    pub const fn with_target(target: Duration) -> Self {
        Self { target }
    }

    fn target_ticks(self, timescale: Timescale) -> Ticks {
        let millis = i64::try_from(self.target.as_millis()).unwrap_or(i64::MAX);
        Ticks(Ticks(millis.max(1)).rescale_round(Timescale::MILLIS, timescale).0.max(1))
    }
}

impl Default for CutPolicy {
    fn default() -> Self {
        Self::SIX_SECONDS
    }
}

/// The cuts of a set of tracks that are presented together.
///
/// Segments are cut at sync samples which all video tracks share, each time at the one nearest to the target duration; a track that
/// has ended has no say. Audio is cut at the frame nearest to each of those times. Where there is no video (before it starts, after it
/// ends, or at all) the cuts stand at the target duration. A track lists no segment in which it has no sample.
///
/// The presentation starts at 0, when the first of the tracks starts, and keeps the offsets between tracks that the edit lists give
/// them. Video whose edit list starts within a group of pictures is presented from the start of that group, since players can not
/// start elsewhere; audio that lies before the edit list's start stays, for up to a second, as [`lead`](Cuts::lead).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeline {
    /// The cuts of each track, in the order given.
    pub cuts: Vec<Cuts>,
}

impl Timeline {
    /// Cuts `tracks`. Costs a few operations per sync sample of the first video track, and none per other sample.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`] if no track has samples.
    pub fn cut(tracks: &[&Track], policy: CutPolicy) -> Result<Self, Error> {
        let spans: Vec<Option<Span<'_>>> = tracks.iter().map(|track| Span::new(track)).collect();
        let origin =
            spans.iter().flatten().map(|span| (span.start, span.track.timescale)).min_by(|one, other| compare(*one, *other));
        let origin = origin.ok_or(Error::NothingToPresent)?;
        let spans: Vec<_> = spans.into_iter().map(|span| span.map(|span| span.since(origin))).collect();
        let present: Vec<_> = spans.iter().flatten().collect();
        let times = cut_times(&present, policy);
        Ok(Self { cuts: spans.iter().map(|span| span.as_ref().map_or_else(Cuts::default, |span| span.cuts(&times))).collect() })
    }
}

/// Compares two times on different clocks, exactly.
fn compare((one, one_clock): (Ticks, Timescale), (other, other_clock): (Ticks, Timescale)) -> std::cmp::Ordering {
    let cross = |ticks: Ticks, clock: Timescale| i128::from(ticks.0) * i128::from(clock.hz());
    cross(one, other_clock).cmp(&cross(other, one_clock))
}

/// The samples of a track that are presented, with their times.
struct Span<'a> {
    track: &'a Track,
    first: SampleIndex,
    /// When the first sample is presented which is not priming.
    start: Ticks,
    end: Ticks,
    /// Composition time + shift = presentation time.
    shift: Ticks,
}

impl<'a> Span<'a> {
    fn new(track: &'a Track) -> Option<Self> {
        if track.samples.is_empty() {
            return None;
        }
        let mut span = Self {
            track,
            first: SampleIndex(0),
            start: Ticks::ZERO,
            end: Ticks::ZERO,
            shift: track.edit.delay - track.edit.media_start,
        };
        span.first = span.first_needed();
        let earliest = span.earliest_from(span.first);
        span.start = match track.kind() {
            MediaKind::Video => earliest,
            MediaKind::Audio => earliest.max(track.edit.delay),
        };
        let last = track.samples.len();
        let tail = (last.saturating_sub(MOST_REORDERED).max(span.first.0)..last).map(SampleIndex);
        let end = tail.map(|index| span.time(index) + track.samples.duration(index)).max().unwrap_or(span.start);
        span.end = end.max(span.start + Ticks(1));
        Some(span)
    }

    /// The sample from which a decoder can present the edit list's start.
    fn first_needed(&self) -> SampleIndex {
        let (samples, edit) = (&self.track.samples, self.track.edit);
        match self.track.kind() {
            MediaKind::Video => {
                let later = self.sync_points().partition_point(|sync| self.time(sync) <= edit.delay);
                later.checked_sub(1).and_then(|at| self.sync_points().get(at)).unwrap_or_default()
            }
            MediaKind::Audio => {
                let needed = edit.media_start - Ticks(AUDIO_PREROLL_SECONDS * i64::from(self.track.timescale.hz()));
                // Priming in a file of Smooth Streaming takes no time: several frames may start at 0.
                if needed <= Ticks::ZERO { SampleIndex(0) } else { samples.index_at(needed) }
            }
        }
    }

    /// The same span on the clock that starts at `origin`.
    fn since(self, (origin, clock): (Ticks, Timescale)) -> Self {
        let origin = origin.rescale_round(clock, self.track.timescale);
        let mut span = Self { start: self.start - origin, end: self.end - origin, shift: self.shift - origin, ..self };
        if span.track.kind() == MediaKind::Audio {
            span.start = span.time(span.first);
        }
        // Edit lists beyond all reason are not believed, but the order of things holds.
        span.start = span.start.clamp(Ticks::ZERO, Ticks(i64::MAX / 2));
        span.end = span.end.max(span.start + Ticks(1));
        span
    }

    fn time(&self, index: SampleIndex) -> Ticks {
        self.track.samples.decode_time(index) + self.track.samples.composition_offset(index) + self.shift
    }

    /// When the earliest of the samples from a sync sample on is presented: leading pictures come before it.
    fn earliest_from(&self, first: SampleIndex) -> Ticks {
        let time = self.time(first);
        if self.track.kind() == MediaKind::Audio {
            return time;
        }
        let behind = first.0 + 1..self.track.samples.len().min(first.0.saturating_add(MOST_REORDERED));
        behind.map(|index| self.time(SampleIndex(index))).take_while(|&behind| behind <= time).min().unwrap_or(time).min(time)
    }

    fn sync_points(&self) -> SyncPoints<'a> {
        let len = self.track.samples.len();
        SyncPoints { first: self.first, len, listed: self.track.samples.sync_samples(self.first..SampleIndex(len)) }
    }

    /// The sync sample which is presented at `time` of another clock, to within half its duration.
    fn sync_at(&self, (time, clock): (Ticks, Timescale)) -> Option<SampleIndex> {
        let points = self.sync_points();
        let later = points.partition_point(|sync| compare((self.time(sync), self.track.timescale), (time, clock)).is_le());
        let candidates = [later.checked_sub(1), Some(later)].into_iter().flatten().filter_map(|at| points.get(at));
        candidates.min_by_key(|&sync| self.distance(sync, (time, clock))).filter(|&sync| {
            let duration = i128::from(self.track.samples.duration(sync).0) * i128::from(clock.hz());
            self.distance(sync, (time, clock)) * 2 <= duration
        })
    }

    /// How far a sample is presented from `time`, in ticks of both clocks multiplied.
    fn distance(&self, index: SampleIndex, (time, clock): (Ticks, Timescale)) -> i128 {
        let (here, there) = (i128::from(self.time(index).0), i128::from(time.0));
        (here * i128::from(clock.hz()) - there * i128::from(self.track.timescale.hz())).abs()
    }

    /// Whether the track has not started at `time`, or has ended.
    fn is_idle(&self, time: (Ticks, Timescale)) -> bool {
        let clock = self.track.timescale;
        compare((self.end, clock), time).is_le() || compare((self.start, clock), time).is_ge()
    }

    /// The first sample behind a cut at `time`.
    fn sample_at(&self, time: (Ticks, Timescale)) -> SampleIndex {
        let clock = self.track.timescale;
        let len = SampleIndex(self.track.samples.len());
        if compare((self.end, clock), time).is_le() {
            return len;
        }
        if compare((self.start, clock), time).is_ge() {
            return self.first;
        }
        match self.track.kind() {
            MediaKind::Video => self.sync_at(time).unwrap_or(len),
            MediaKind::Audio => {
                let media_time = time.0.rescale_floor(time.1, clock) - self.shift;
                let before = self.track.samples.index_at(media_time);
                let behind = SampleIndex(before.0.saturating_add(1));
                let nearest = if self.distance(behind, time) < self.distance(before, time) { behind } else { before };
                self.track.samples.sync_at_or_before(nearest).unwrap_or(self.first).max(self.first)
            }
        }
    }

    /// When the first sample is presented that starts behind `time`.
    fn following(&self, time: (Ticks, Timescale)) -> Option<Ticks> {
        if compare((self.start, self.track.timescale), time).is_gt() {
            return Some(self.start);
        }
        let clock = self.track.timescale;
        let mut later = (self.sample_at(time).0..self.track.samples.len()).skip(1).map(|index| self.time(SampleIndex(index)));
        later.find(|&next| compare((next, clock), time).is_gt())
    }

    /// The track's segments between the cuts at `times`.
    fn cuts(&self, times: &[(Ticks, Timescale)]) -> Cuts {
        let reorder = self.track.samples.composition_offset(self.first);
        let lead = Ticks((-self.time(self.first)).0.max(0));
        let (mut numbers, mut samples, mut starts) = (vec![SegmentNumber(0)], vec![self.first], vec![self.start]);
        for (number, time) in (1..).map(SegmentNumber).zip(times) {
            let sample = self.sample_at(*time);
            if sample.0 >= self.track.samples.len() {
                break;
            }
            if sample == self.first && samples.len() == 1 {
                // Nothing of the track lies before this cut: its first segment starts here.
                numbers = vec![number];
                continue;
            }
            let start = self.earliest_from(sample);
            let ascends = samples.last().is_none_or(|&last| last < sample) && starts.last().is_none_or(|&last| last < start);
            if ascends && start < self.end {
                numbers.push(number);
                samples.push(sample);
                starts.push(start);
            }
        }
        samples.push(SampleIndex(self.track.samples.len()));
        starts.push(self.end);
        let (numbers, samples, starts) = (numbers.into(), samples.into(), starts.into());
        Cuts { numbers, samples, starts, shift: self.shift, reorder, lead }
    }
}

/// The samples of a track at which decoding can start, from the first that is presented.
struct SyncPoints<'a> {
    first: SampleIndex,
    len: u32,
    listed: Option<&'a [SampleIndex]>,
}

impl SyncPoints<'_> {
    fn len(&self) -> u32 {
        self.listed.map_or(self.len - self.first.0, |listed| u32::try_from(listed.len()).unwrap_or(u32::MAX))
    }

    fn get(&self, at: u32) -> Option<SampleIndex> {
        match self.listed {
            Some(listed) => listed.get(at as usize).copied(),
            None => (at < self.len()).then(|| SampleIndex(self.first.0 + at)),
        }
    }

    /// The first point for which `before` no longer holds.
    fn partition_point(&self, before: impl Fn(SampleIndex) -> bool) -> u32 {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.get(middle).is_some_and(&before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Where to cut, in ascending order, on the clock of the reference: the longest video track, or else the longest track.
fn cut_times(spans: &[&Span<'_>], policy: CutPolicy) -> Vec<(Ticks, Timescale)> {
    let videos: Vec<_> = spans.iter().copied().filter(|span| span.track.kind() == MediaKind::Video).collect();
    let Some(longest) = longest(spans) else { return Vec::new() };
    let reference = self::longest(&videos).unwrap_or(longest);
    let clock = reference.track.timescale;
    let target = policy.target_ticks(clock);
    let on_clock = |span: &Span<'_>, time: Ticks| time.rescale_ceil(span.track.timescale, clock);
    let video_end = videos.iter().map(|video| on_clock(video, video.end)).max().unwrap_or_default();
    let is_idle = |time: Ticks| videos.iter().all(|video| video.is_idle((time, clock)));
    let can_cut = |time: Ticks| videos.iter().all(|video| video.is_idle((time, clock)) || video.sync_at((time, clock)).is_some());
    // A rest shorter than a tenth of a segment stays with the segment before.
    let end = on_clock(longest, longest.end);
    let last_cut = end - Ticks(target.0 / 10);
    let (mut times, mut last) = (Vec::new(), Ticks::ZERO);
    while times.len() < MOST_SEGMENTS {
        let wanted = last + target;
        let next = if is_idle(wanted) && wanted < last_cut {
            wanted
        } else {
            // Behind the last sync sample only the rest of the video remains, then whatever outlasts it.
            nearest_sync(reference, last, wanted, can_cut).unwrap_or_else(|| wanted.max(video_end))
        };
        // Never two cuts within one sample.
        let following = spans.iter().filter_map(|span| Some(on_clock(span, span.following((last, clock))?)));
        let Some(following) = following.filter(|&following| following > last).min() else { break };
        let next = next.max(following);
        let end_is_nearer = (end - wanted).0.abs() <= (next - wanted).0.abs();
        if next >= last_cut || end_is_nearer {
            break;
        }
        times.push((next, clock));
        last = next;
    }
    times
}

/// The first of those spans which end last.
fn longest<'a, 'b>(spans: &[&'b Span<'a>]) -> Option<&'b Span<'a>> {
    spans.iter().copied().rev().max_by(|one, other| compare((one.end, one.track.timescale), (other.end, other.track.timescale)))
}

/// The time behind `last` nearest to `wanted` at which the reference has a sync sample and `can_cut` holds; of two equally near the
/// earlier.
fn nearest_sync(reference: &Span<'_>, last: Ticks, wanted: Ticks, can_cut: impl Fn(Ticks) -> bool) -> Option<Ticks> {
    let points = reference.sync_points();
    let later = points.partition_point(|sync| reference.time(sync) <= wanted);
    let time = |at: u32| points.get(at).map(|sync| reference.time(sync));
    let earlier = (0..later).rev().map_while(time).take_while(|&time| time > last).find(|&time| can_cut(time));
    let limit = earlier.map_or(Ticks::MAX, |earlier| wanted + (wanted - earlier));
    let behind = (later..points.len()).map_while(time).take_while(|&time| time < limit).find(|&time| can_cut(time));
    behind.or(earlier)
}

#[cfg(test)]
mod tests;
