//! Tables of runs: how many samples, and a number which they share.

use dynpack_media::Column;

use crate::boxes::pair;

/// The entries of a table of runs which describe the samples there are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Runs<'a> {
    /// The entries that are used in full.
    full: &'a [[u8; 8]],
    /// The number of the entry after them, with the count of those samples that are left for it.
    last: (u32, u32),
    /// How many samples the entries describe, at most as many as there are.
    pub(crate) given: u32,
}

impl<'a> Runs<'a> {
    /// Takes entries for `count` samples; those for more go unused.
    pub(crate) fn take(entries: &'a [[u8; 8]], count: u32) -> Self {
        let mut given = 0_u32;
        for (at, (samples, value)) in entries.iter().map(pair).enumerate() {
            let left = count.saturating_sub(given);
            if samples >= left {
                return Self {
                    full: entries.get(..at).unwrap_or_default(),
                    last: (value, left),
                    given: count,
                };
            }
            given = given.saturating_add(samples);
        }
        Self { full: entries, last: (0, 0), given }
    }

    /// Each value with the number of samples that share it.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + Clone + use<'a> {
        self.full.iter().map(pair).map(|(samples, value)| (value, samples)).chain([self.last])
    }

    /// The value of the last sample.
    pub(crate) fn last_value(&self) -> Option<u32> {
        self.iter().filter(|(_, samples)| *samples > 0).last().map(|(value, _)| value)
    }

    /// The column, with `missing` samples of `value` after those that are given.
    pub(crate) fn column(&self, (value, missing): (u32, u32)) -> Column {
        Column::from_runs(self.iter().chain([(value, missing)]))
    }
}
