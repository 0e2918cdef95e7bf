//! The samples at which decoding of a track can start.

use std::cell::Cell;

use crate::SampleIndex;
use crate::search::partition_point_near;

/// The samples of a track at which decoding can start, from the first that is presented.
pub(super) struct SyncPoints<'a, 'b> {
    pub(super) first: SampleIndex,
    pub(super) len: u32,
    pub(super) listed: Option<&'a [SampleIndex]>,
    /// The last point that was found: the next is near.
    pub(super) last: &'b Cell<usize>,
}

impl SyncPoints<'_, '_> {
    pub(super) fn len(&self) -> u32 {
        match self.listed {
            Some(listed) => u32::try_from(listed.len()).expect("samples are counted in 32 bits"),
            None => self.len.saturating_sub(self.first.0),
        }
    }

    pub(super) fn get(&self, at: u32) -> Option<SampleIndex> {
        match self.listed {
            Some(listed) => listed.get(at as usize).copied(),
            None => (at < self.len()).then(|| SampleIndex(self.first.0.saturating_add(at))),
        }
    }

    /// The first point for which `before` no longer holds. Takes few steps if it is near the last
    /// one that was found.
    pub(super) fn partition_point(&self, before: impl Fn(SampleIndex) -> bool) -> u32 {
        let point = partition_point_near(self.len() as usize, self.last.get(), |at| {
            u32::try_from(at).ok().and_then(|at| self.get(at)).is_some_and(&before)
        });
        self.last.set(point);
        u32::try_from(point).expect("at most the number of points")
    }
}
