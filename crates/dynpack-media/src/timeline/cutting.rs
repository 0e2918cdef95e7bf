//! Applies the policy: the times at which all tracks are cut.

use std::cell::Cell;

use super::cut_times::CutTimes;
use super::span::Span;
use crate::limits::MAX_SEGMENTS;
use crate::{CutPolicy, Error, SampleIndex, Ticks, Time, Timescale};

/// Where to cut, in ascending order, on the clock of the reference: the longest video track that
/// leads, or else the longest track. It is cut at the places nearest to the `marks` too.
///
/// # Errors
/// [`Error::TooManySegments`] if all tracks together have too many.
pub(super) fn cut_times(
    spans: &[&Span<'_>],
    policy: CutPolicy,
    marks: &[Time],
) -> Result<CutTimes, Error> {
    let (videos, others): (Vec<_>, Vec<_>) = spans.iter().copied().partition(|span| span.leads());
    let Some(longest) = longest(spans) else { return Ok(CutTimes::default()) };
    let reference = self::longest(&videos).unwrap_or(longest);
    let clock = reference.track.timescale;
    let target = policy.target_ticks(clock);
    let tracks = Tracks { videos, others, clock, min_duration: Ticks(target.0 / 10) };
    // A rest that is too short stays with the segment before.
    let end = longest.end().ceil(clock);
    let last_cut = end - tracks.min_duration;
    let search = SyncSearch::new(reference);
    let marks = tracks.marked_cuts(marks, reference, last_cut);
    let (mut times, mut last) = (Vec::new(), Ticks::ZERO);
    while let Some(earliest) = tracks.earliest_after(last) {
        let wanted = earliest.max(last + target);
        let next = if tracks.are_idle(wanted) && wanted < last_cut {
            tracks.video_soon_after(wanted).unwrap_or(wanted)
        } else {
            // After the last sync sample, the rest of the video is one segment. Tracks that outlast
            // it are cut from its end on.
            search
                .nearest(earliest, wanted, |time| tracks.can_cut(time))
                .unwrap_or_else(|| wanted.max(tracks.video_end()))
        };
        let end_is_nearer = (end - wanted).0.abs() <= (next - wanted).0.abs();
        let is_last = next >= last_cut || end_is_nearer;
        // Marks that are too near to the cut before them are not cut at.
        let mark = marks.get(marks.partition_point(|mark| *mark < earliest)).copied();
        let next = match mark {
            Some(mark) if is_last || tracks.earliest_after(next).is_none_or(|it| mark < it) => mark,
            _ if is_last => break,
            _ => next,
        };
        times.push(next);
        if times.len().saturating_mul(spans.len()) >= MAX_SEGMENTS {
            return Err(Error::TooManySegments { tracks: spans.len() });
        }
        last = next;
    }
    Ok(CutTimes { clock, times })
}

/// What is cut, on one clock.
struct Tracks<'a, 'b> {
    /// Video that leads.
    videos: Vec<&'b Span<'a>>,
    others: Vec<&'b Span<'a>>,
    clock: Timescale,
    /// Minimum duration of a segment, where the media allows it: a tenth of the target.
    min_duration: Ticks,
}

impl<'a, 'b> Tracks<'a, 'b> {
    fn are_idle(&self, time: Ticks) -> bool {
        self.videos.iter().all(|video| video.is_idle(Time::new(time, self.clock)))
    }

    fn can_cut(&self, time: Ticks) -> bool {
        let time = Time::new(time, self.clock);
        self.videos.iter().all(|video| video.is_idle(time) || video.sync_at(time).is_some())
    }

    /// The cuts that are nearest to some times, in ascending order: those times themselves where
    /// there is no video, and sync samples elsewhere. None at the start, and none in a rest that is
    /// too short.
    fn marked_cuts(&self, marks: &[Time], reference: &Span<'a>, last_cut: Ticks) -> Vec<Ticks> {
        let search = SyncSearch::new(reference);
        let cut = |mark: &Time| {
            let mark = mark.round(self.clock);
            match self.are_idle(mark) {
                true => Some(mark),
                false => search.nearest(Ticks::ZERO, mark, |time| self.can_cut(time)),
            }
        };
        let marks = marks.iter().filter(|mark| mark.ticks > Ticks::ZERO);
        let mut cuts: Vec<_> = marks.filter_map(cut).collect();
        cuts.retain(|cut| *cut > Ticks::ZERO && *cut < last_cut);
        cuts.sort();
        cuts
    }

    fn video_end(&self) -> Ticks {
        self.videos.iter().map(|video| video.end().ceil(self.clock)).max().unwrap_or_default()
    }

    /// Start of the next video, if the time before it is too short for a segment.
    fn video_soon_after(&self, time: Ticks) -> Option<Ticks> {
        let starts = self.videos.iter().map(|video| video.start().floor(self.clock));
        let next = starts.filter(|start| *start > time).min()?;
        (next < self.earliest_after(time)?).then_some(next)
    }

    /// The earliest cut after one at `time`; `None` if no track has another sample. No two cuts
    /// lie within a frame of audio.
    fn earliest_after(&self, time: Ticks) -> Option<Ticks> {
        let at = Time::new(time, self.clock);
        let (mut first, mut earliest) = (Ticks::MAX, time + self.min_duration);
        for span in self.videos.iter().chain(&self.others) {
            let following = span.following(at).map(|next| next.ceil(self.clock));
            let Some(next) = following.filter(|next| *next > time) else { continue };
            first = first.min(next);
            if span.is_audio() && span.start() <= at {
                earliest = earliest.max(next);
            }
        }
        (first < Ticks::MAX).then(|| first.max(earliest))
    }
}

/// The span that ends last; of several, the first.
fn longest<'a, 'b>(spans: &[&'b Span<'a>]) -> Option<&'b Span<'a>> {
    spans.iter().copied().rev().max_by_key(|span| span.end())
}

/// Finds the cut of the reference that is nearest to the wanted time.
struct SyncSearch<'a, 'b> {
    reference: &'b Span<'a>,
    /// Remaining number of sync samples that may be examined.
    looks: Cell<u64>,
}

impl<'a, 'b> SyncSearch<'a, 'b> {
    fn new(reference: &'b Span<'a>) -> Self {
        let looks = u64::from(reference.sync_points().len()) * MAX_LOOKS;
        Self { reference, looks: Cell::new(looks) }
    }

    /// The time from `earliest` on that is nearest to `wanted` and at which the reference has a
    /// sync sample and `can_cut` holds; of two equally near the earlier.
    fn nearest(
        &self,
        earliest: Ticks,
        wanted: Ticks,
        can_cut: impl Fn(Ticks) -> bool,
    ) -> Option<Ticks> {
        let points = self.reference.sync_points();
        // Leading pictures are presented before the first sync sample, and nothing before those.
        let start = |sync: SampleIndex| match sync == points.first {
            true => self.reference.start().ticks,
            false => self.reference.time(sync),
        };
        let later = points.partition_point(|sync| start(sync) <= wanted);
        let time = |at: u32| {
            self.looks.set(self.looks.get().checked_sub(1)?);
            points.get(at).map(start)
        };
        let earlier = (0..later)
            .rev()
            .map_while(time)
            .take_while(|&time| time >= earliest)
            .find(|&time| can_cut(time));
        let limit = earlier.map_or(Ticks::MAX, |earlier| wanted + (wanted - earlier));
        let next = (later..points.len())
            .map_while(time)
            .take_while(|&time| time < limit)
            .find(|&time| can_cut(time));
        next.or(earlier)
    }
}

/// The maximum number of times that a sync sample is examined, on average. If their times ascend,
/// it is less than five: only those between the last cut and twice the target after it are
/// examined, and two consecutive segments together last longer than the target. Once the limit is
/// reached, the rest is one segment.
const MAX_LOOKS: u64 = 8;
