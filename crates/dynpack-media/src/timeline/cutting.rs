//! The policy at work: the times at which all tracks are cut.

use std::cell::Cell;

use super::span::Span;
use crate::time::compare;
use crate::{CutPolicy, Error, MediaKind, Ticks, Timeline, Timescale};

/// Where to cut, in ascending order, on the clock of the reference: the longest video track, or else the longest track.
///
/// # Errors
/// [`Error::TooManySegments`] where there are too many for so many tracks.
pub(super) fn cut_times(spans: &[&Span<'_>], policy: CutPolicy) -> Result<Vec<(Ticks, Timescale)>, Error> {
    let videos: Vec<_> = spans.iter().copied().filter(|span| span.track.kind() == MediaKind::Video).collect();
    let Some(longest) = longest(spans) else { return Ok(Vec::new()) };
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
    let search = SyncSearch::new(reference);
    let (mut times, mut last) = (Vec::new(), Ticks::ZERO);
    loop {
        let wanted = last + target;
        let next = if is_idle(wanted) && wanted < last_cut {
            wanted
        } else {
            // Behind the last sync sample only the rest of the video remains, then whatever outlasts it.
            search.nearest(last, wanted, can_cut).unwrap_or_else(|| wanted.max(video_end))
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
        if times.len() * spans.len() >= Timeline::MOST_SEGMENTS {
            return Err(Error::TooManySegments { tracks: spans.len() });
        }
        last = next;
    }
    Ok(times)
}

/// The first of those spans which end last.
fn longest<'a, 'b>(spans: &[&'b Span<'a>]) -> Option<&'b Span<'a>> {
    spans.iter().copied().rev().max_by(|one, other| compare((one.end, one.track.timescale), (other.end, other.track.timescale)))
}

/// Finds where the reference can be cut, near to where that is wanted.
struct SyncSearch<'a, 'b> {
    reference: &'b Span<'a>,
    /// How many sync samples may still be looked at.
    looks: Cell<u64>,
}

impl<'a, 'b> SyncSearch<'a, 'b> {
    fn new(reference: &'b Span<'a>) -> Self {
        let looks = u64::from(reference.sync_points().len()) * MOST_LOOKS;
        Self { reference, looks: Cell::new(looks) }
    }

    /// The time behind `last` nearest to `wanted` at which the reference has a sync sample and `can_cut` holds; of two equally near
    /// the earlier.
    fn nearest(&self, last: Ticks, wanted: Ticks, can_cut: impl Fn(Ticks) -> bool) -> Option<Ticks> {
        let points = self.reference.sync_points();
        let later = points.partition_point(|sync| self.reference.time(sync) <= wanted);
        let time = |at: u32| {
            self.looks.set(self.looks.get().checked_sub(1)?);
            points.get(at).map(|sync| self.reference.time(sync))
        };
        let earlier = (0..later).rev().map_while(time).take_while(|&time| time > last).find(|&time| can_cut(time));
        let limit = earlier.map_or(Ticks::MAX, |earlier| wanted + (wanted - earlier));
        let behind = (later..points.len()).map_while(time).take_while(|&time| time < limit).find(|&time| can_cut(time));
        behind.or(earlier)
    }
}

/// How often each sync sample is looked at, in the mean. Where their times ascend, it is less than five times: only those between the
/// last cut and twice the target behind it are, and every two cuts lie more than the target apart. What remains when none may be looked
/// at any more is one segment.
const MOST_LOOKS: u64 = 8;
