//! Which ranges are read together.

use dynpack_media::Extent;

/// One read that returns the bytes of several ranges. See [`coalesce`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What is read: from the start of its first range to the end of its last.
    pub extent: Extent,
    /// The indices of its ranges among the requested ones, in the order of the file. No two of them
    /// overlap.
    pub ranges: Vec<usize>,
}

/// Divides ranges into runs, each of which is read at once. For implementations of
/// [`Source`](super::Source): an interleaved film needs a hundred ranges of a file for one segment,
/// and a request for each of them would cost more than the bytes between them.
///
/// Ranges are read together if at most `max_gap` bytes are between them, and if the run has at most
/// `max_len` bytes. A range that is longer than `max_len` is a run by itself. So is one that
/// overlaps the range before it, so that each byte of a run belongs to one range at most. Empty
/// ranges are in no run.
///
/// ```
/// use dynpack::Extent;
/// use dynpack::storage::{Run, coalesce};
///
/// let ranges = [Extent::new(900, 100), Extent::new(0, 100), Extent::new(120, 30)];
/// let runs = coalesce(&ranges, 64, 1 << 20);
/// assert_eq!(runs, [
///     Run { extent: Extent::new(0, 150), ranges: vec![1, 2] },
///     Run { extent: Extent::new(900, 100), ranges: vec![0] },
/// ]);
/// ```
#[must_use]
pub fn coalesce(ranges: &[Extent], max_gap: u64, max_len: u64) -> Vec<Run> {
    let mut ordered: Vec<(usize, Extent)> =
        ranges.iter().copied().enumerate().filter(|(_, range)| range.len > 0).collect();
    ordered.sort_by_key(|(_, range)| range.offset);
    let mut runs: Vec<Run> = Vec::new();
    for (at, range) in ordered {
        match runs.last_mut() {
            Some(Run { extent, ranges }) if joins(*extent, range, max_gap, max_len) => {
                extent.len = range.end().saturating_sub(extent.offset);
                ranges.push(at);
            }
            _ => runs.push(Run { extent: range, ranges: vec![at] }),
        }
    }
    runs
}

/// Whether a run may go on to the end of the range after it.
fn joins(run: Extent, next: Extent, max_gap: u64, max_len: u64) -> bool {
    let gap = next.offset.checked_sub(run.end());
    gap.is_some_and(|gap| gap <= max_gap) && next.end().saturating_sub(run.offset) <= max_len
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn runs(ranges: &[(u64, u64)], max_gap: u64, max_len: u64) -> Vec<(u64, u64, Vec<usize>)> {
        let ranges: Vec<_> = ranges.iter().map(|&(offset, len)| Extent::new(offset, len)).collect();
        let runs = coalesce(&ranges, max_gap, max_len).into_iter();
        runs.map(|Run { extent, ranges }| (extent.offset, extent.len, ranges)).collect()
    }

    #[test]
    fn gaps_and_lengths_are_bounded() {
        assert_eq!(runs(&[(0, 10), (18, 2)], 8, 20), [(0, 20, vec![0, 1])]);
        assert_eq!(runs(&[(0, 10), (18, 2)], 7, 20).len(), 2, "a gap of 8");
        assert_eq!(runs(&[(0, 10), (18, 2)], 8, 19).len(), 2, "a run of 20");
        assert_eq!(runs(&[(0, 100)], 0, 10), [(0, 100, vec![0])], "one long range");
        assert_eq!(runs(&[(5, 0), (0, 10)], 0, 10), [(0, 10, vec![1])], "an empty range");
        assert_eq!(
            runs(&[(0, 10), (5, 10), (15, 1)], 9, 99),
            [(0, 10, vec![0]), (5, 11, vec![1, 2])]
        );
        assert!(runs(&[], 9, 99).is_empty());
    }

    proptest! {
        #[test]
        fn each_range_is_in_one_run(
            ranges in prop::collection::vec((0_u64..5_000, 0_u64..300), 0..40),
            max_gap in 0_u64..200,
            max_len in 1_u64..2_000,
        ) {
            let ranges: Vec<_> =
                ranges.iter().map(|&(offset, len)| Extent::new(offset, len)).collect();
            let mut found = Vec::new();
            for Run { extent, ranges: within } in coalesce(&ranges, max_gap, max_len) {
                prop_assert!(extent.len <= max_len || within.len() == 1);
                let mut position = extent.offset;
                for &at in &within {
                    prop_assert!(ranges[at].offset >= position);
                    prop_assert!(ranges[at].offset <= position.saturating_add(max_gap));
                    position = ranges[at].end();
                }
                prop_assert_eq!(position, extent.end());
                found.extend(within);
            }
            found.sort_unstable();
            let wanted = (0..ranges.len()).filter(|&at| ranges[at].len > 0);
            prop_assert_eq!(found, wanted.collect::<Vec<_>>());
        }
    }
}
