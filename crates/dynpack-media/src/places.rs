//! Which places of the timeline a stretch of time touches.

use std::ops::Range;

use dynpack_codec::MediaKind;

use crate::search::partition_point;
use crate::{Presentation, Rendition, SegmentNumber, Time};

impl Presentation {
    /// The places of the timeline that lie at least partly in `times`; `None` if none does.
    ///
    /// A place lasts as long as the segment of the default video there, since audio is cut at the
    /// nearest frame and reaches a little into the next place. Before the video starts and after it
    /// ends, a place starts with the earliest of the other tracks, and the last place ends with the
    /// presentation. So the answer does not depend on which tracks a request sees, if it is asked
    /// of the whole presentation. O(log n) for each rendition.
    #[must_use]
    pub fn places_in(&self, times: Range<Time>) -> Option<Range<SegmentNumber>> {
        let start = self.renditions.iter().map(Rendition::start_time).min()?;
        let is_shown = times.start < self.duration() && times.end > start;
        if times.start >= times.end || !is_shown {
            return None;
        }
        let numbers = self.renditions.iter().filter_map(|rendition| rendition.cuts.numbers.first());
        let opening = numbers.min().copied()?;
        let first = self.place_before(|start| start <= times.start).unwrap_or(opening);
        let last = self.place_before(|start| start < times.end).unwrap_or(opening);
        Some(first..self.place_after(last))
    }

    /// The last place whose start is `before`; `None` if only that of the opening place can be.
    fn place_before(&self, before: impl Fn(Time) -> bool) -> Option<SegmentNumber> {
        let lead = self.lead()?;
        let (first, last) = (*lead.cuts.numbers.first()?, *lead.cuts.numbers.last()?);
        let latest = |is_candidate: &dyn Fn(SegmentNumber) -> bool| {
            let renditions = self.renditions.iter();
            renditions.filter_map(|rendition| last_of(rendition, &before, is_candidate)).max()
        };
        if before(lead.end_time()) {
            return Some(latest(&|_| true).map_or(last, |place| place.max(last)));
        }
        if before(lead.start_time()) {
            return last_of(lead, &before, &|_| true);
        }
        latest(&|place| place < first)
    }

    /// Where a stretch that ends with that place ends: places in which the default video has no
    /// segment belong to its segment before them.
    fn place_after(&self, place: SegmentNumber) -> SegmentNumber {
        let next = SegmentNumber(place.0.saturating_add(1));
        let is_within =
            |lead: &&Rendition| lead.cuts.numbers.first().is_some_and(|at| *at <= place);
        let lead = self.lead().filter(is_within);
        let following = lead.and_then(|lead| {
            let at = lead.cuts.numbers.partition_point(|number| *number <= place);
            lead.cuts.numbers.get(at).copied()
        });
        following.unwrap_or(next)
    }

    /// The longest bitrate of the default video, or of the default audio.
    fn lead(&self) -> Option<&Rendition> {
        let kinds = [MediaKind::Video, MediaKind::Audio];
        let default = kinds.into_iter().find_map(|kind| self.default_of(kind));
        let default = default.or_else(|| self.renditions.first())?;
        self.named(&default.id.name).max_by_key(|rendition| rendition.end_time())
    }
}

/// The last place of a rendition, of those at its front which are candidates, whose start is
/// `before`.
fn last_of(
    rendition: &Rendition,
    before: &impl Fn(Time) -> bool,
    is_candidate: &dyn Fn(SegmentNumber) -> bool,
) -> Option<SegmentNumber> {
    let cuts = &rendition.cuts;
    let holds = |at: usize| {
        let start = cuts.starts.get(at).is_some_and(|start| before(rendition.time(*start)));
        start && cuts.numbers.get(at).is_some_and(|number| is_candidate(*number))
    };
    let count = partition_point(cuts.len(), holds);
    cuts.numbers.get(count.checked_sub(1)?).copied()
}
