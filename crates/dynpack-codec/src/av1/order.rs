//! The output order of frames, by which a frame header finds its references (AV1, 5.9.3, 5.9.22
//! and 7.8).

use super::references::{REFS, References, SLOTS};
use crate::Error;

/// The output order of a frame and of those that are kept.
pub(super) struct Order {
    /// `OrderHintBits`.
    pub(super) bits: u32,
    /// `OrderHint` of the frame.
    pub(super) hint: u32,
}

/// The place of the frame GOLDEN among the references; LAST is at 0.
const GOLDEN: usize = 3;

impl Order {
    /// `get_relative_dist` (5.9.3): how much later `hint` is than `other`.
    fn distance(&self, hint: u32, other: u32) -> i64 {
        let half = 1_i64.checked_shl(self.bits.saturating_sub(1)).unwrap_or(0);
        let difference = i64::from(hint).saturating_sub(other.into());
        (difference & half.saturating_sub(1)).saturating_sub(difference & half)
    }

    /// How much later than this frame that in a slot is.
    fn later(&self, references: &References, slot: usize) -> Result<i64, Error> {
        Ok(self.distance(references.order_hint(slot)?, self.hint))
    }

    /// Whether `skip_mode_present` is coded (5.9.22), of a frame with these references.
    pub(super) fn allows_skip_mode(
        &self,
        references: &References,
        slots: [usize; REFS],
    ) -> Result<bool, Error> {
        let mut hints = [0; REFS];
        for (hint, slot) in hints.iter_mut().zip(slots) {
            *hint = self.later(references, slot)?;
        }
        let forward = hints.into_iter().filter(|hint| *hint < 0).max();
        let Some(forward) = forward else { return Ok(false) };
        Ok(hints.into_iter().any(|hint| hint > 0 || hint < forward))
    }

    /// `set_frame_refs` (7.8): the references of a frame that names two of them.
    pub(super) fn references(
        &self,
        references: &References,
        last: usize,
        golden: usize,
    ) -> Result<[usize; REFS], Error> {
        let mut hints = [0; SLOTS];
        for (slot, hint) in hints.iter_mut().enumerate() {
            *hint = self.later(references, slot)?;
        }
        Ok(Search::new(hints, last, golden).finish())
    }
}

/// The references found so far.
struct Search {
    /// How much later each slot is than the frame.
    hints: [i64; SLOTS],
    is_used: [bool; SLOTS],
    found: [Option<usize>; REFS],
}

impl Search {
    fn new(hints: [i64; SLOTS], last: usize, golden: usize) -> Self {
        let mut search = Self { hints, is_used: [false; SLOTS], found: [None; REFS] };
        search.set(0, Some(last));
        search.set(GOLDEN, Some(golden));
        search
    }

    fn finish(mut self) -> [usize; REFS] {
        // ALTREF is the latest of those after the frame, BWDREF and ALTREF2 the nearest.
        let latest = self.unused(|hint| hint >= 0).max_by_key(|(_, hint)| *hint);
        self.set(6, latest.map(|(slot, _)| slot));
        for place in [4, 5] {
            let nearest = self.unused(|hint| hint >= 0).min_by_key(|(_, hint)| *hint);
            self.set(place, nearest.map(|(slot, _)| slot));
        }
        // LAST2, LAST3, and what is still missing, are the nearest of those before it.
        for place in [1, 2, 4, 5, 6] {
            if self.found.get(place).is_some_and(Option::is_none) {
                let nearest = self.unused(|hint| hint < 0).max_by_key(|(_, hint)| *hint);
                self.set(place, nearest.map(|(slot, _)| slot));
            }
        }
        let earliest = self.hints.iter().enumerate().min_by_key(|(_, hint)| **hint);
        let earliest = earliest.map_or(0, |(slot, _)| slot);
        self.found.map(|slot| slot.unwrap_or(earliest))
    }

    /// Slots that are not used yet, with their hints.
    fn unused(&self, is_wanted: impl Fn(i64) -> bool) -> impl Iterator<Item = (usize, i64)> {
        let slots = self.hints.into_iter().zip(self.is_used).enumerate();
        slots
            .filter(move |(_, (hint, is_used))| !is_used && is_wanted(*hint))
            .map(|(slot, (hint, _))| (slot, hint))
    }

    fn set(&mut self, place: usize, slot: Option<usize>) {
        let Some(slot) = slot else { return };
        if let Some((found, is_used)) = self.found.get_mut(place).zip(self.is_used.get_mut(slot)) {
            (*found, *is_used) = (Some(slot), true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn references(hints: [u32; SLOTS]) -> References {
        let mut references = References::default();
        for (slot, hint) in hints.into_iter().enumerate() {
            references.set_order_hint(slot, hint);
        }
        references
    }

    /// Found by hand, by the steps of 7.8.
    #[test]
    fn references_are_the_nearest_before_and_after_a_frame() {
        let order = Order { bits: 7, hint: 20 };
        for (hints, last, golden, expected) in [
            // Of two at 16, the one in the later slot comes first.
            ([16, 18, 10, 12, 24, 22, 28, 16], 1, 2, [1, 7, 0, 2, 5, 4, 6]),
            // None after the frame.
            ([1, 2, 3, 4, 5, 6, 7, 8], 7, 0, [7, 6, 5, 0, 4, 3, 2]),
            // Only one before it: the earliest stands for what is missing.
            ([9, 20, 20, 20, 20, 20, 20, 20], 0, 0, [0, 0, 0, 0, 1, 2, 7]),
        ] {
            let found = order.references(&references(hints), last, golden).unwrap();
            assert_eq!(found, expected, "{hints:?}");
        }
        let unknown = order.references(&References::default(), 0, 0).unwrap_err();
        assert!(unknown.to_string().contains("not in the same fragment"), "{unknown}");
    }

    #[test]
    fn skip_mode_needs_two_frames_before_or_one_on_each_side() {
        let allows = |bits, hint, hints| {
            let order = Order { bits, hint };
            order.allows_skip_mode(&references(hints), [0, 1, 2, 3, 4, 5, 6]).unwrap()
        };
        assert!(allows(7, 20, [18, 18, 18, 18, 18, 18, 21, 0]));
        assert!(allows(7, 20, [18, 18, 18, 18, 18, 18, 17, 0]));
        assert!(!allows(7, 20, [18, 18, 18, 18, 18, 18, 20, 0]));
        assert!(!allows(7, 20, [21, 21, 21, 21, 21, 21, 22, 0]));
        // Hints of 3 bits wrap: 7 is two before 1.
        assert!(allows(3, 1, [7, 7, 7, 7, 7, 7, 2, 0]));
    }
}
