//! One column of a sample table, in the smallest of four shapes, or as a file or an index holds
//! it.

mod blocks;
mod builder;
mod indexed;
mod palette;
mod shape;
mod summed;
mod survey;

use std::ops::Range;

use bytes::Bytes;

use self::blocks::low;
use self::shape::{Shape, entries, run_of, words};
use self::survey::Survey;

pub(crate) use self::blocks::{Blocks, take};
pub use self::builder::ColumnBuilder;
pub(crate) use self::summed::Summed;

/// A column of 32-bit values, one a sample, stored in whichever shape takes the fewest bytes: runs
/// of equal values (8 bytes a run), indices into a palette of at most 256 values (1 byte a sample),
/// 16 or 32 bits a sample. A [stored](Self::stored) one stays in the file's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    shape: Shape,
    len: u32,
}

impl Column {
    /// A column of `len` equal values, which takes no memory a sample.
    #[must_use]
    pub fn constant(value: u32, len: u32) -> Self {
        Self::from_runs([(value, len)].into_iter())
    }

    /// A column of runs, each a value and its count, in its smallest shape. Equal
    /// neighbours need not be joined, and the values of empty runs are ignored.
    ///
    /// Goes over the runs twice and keeps nothing of them, so that a table in memory becomes a
    /// column without a copy between. Memory follows the number of runs, never the counts they
    /// claim; the length saturates at `u32::MAX`, which no sample table passes.
    #[must_use]
    pub fn from_runs(runs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let survey = Survey::of(runs.clone());
        Self { len: survey.len, shape: survey.shape(runs) }
    }

    /// A column of 32-bit values, the most significant byte of each first, as a file holds them.
    /// Takes no memory but `table`, and no time.
    #[must_use]
    pub fn stored(table: Bytes) -> Self {
        let len = u32::try_from(entries(&table).len()).unwrap_or(u32::MAX);
        Self { shape: Shape::Stored(table), len }
    }

    /// Bytes of a file that a stored column holds.
    pub(crate) fn stored_len(&self) -> usize {
        match &self.shape {
            Shape::Stored(table) => table.len(),
            Shape::Runs { .. }
            | Shape::Palette { .. }
            | Shape::Narrow(_)
            | Shape::Wide(_)
            | Shape::Blocks(_) => 0,
        }
    }

    /// Copies those bytes to a buffer of their own.
    pub(crate) fn unshare(&mut self) {
        if let Shape::Stored(table) = &mut self.shape {
            *table = Bytes::copy_from_slice(table);
        }
    }

    /// Number of values.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether the column holds no values.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The value at `index`; 0 past the end.
    #[must_use]
    pub fn get(&self, index: u32) -> u32 {
        let at = index as usize;
        match &self.shape {
            _ if index >= self.len => 0,
            Shape::Runs { starts, values } => {
                values.get(run_of(starts, index)).copied().unwrap_or_default()
            }
            Shape::Palette { indices, values } => indices
                .get(at)
                .and_then(|&entry| values.get(usize::from(entry)))
                .copied()
                .unwrap_or_default(),
            Shape::Narrow(values) => values.get(at).copied().unwrap_or_default().into(),
            Shape::Wide(values) => values.get(at).copied().unwrap_or_default(),
            Shape::Stored(table) => {
                entries(table).get(at).copied().map(u32::from_be_bytes).unwrap_or_default()
            }
            Shape::Blocks(blocks) => blocks.get(index).map(low).unwrap_or_default(),
        }
    }

    /// Calls `each` with the values of `range`, in order, and with the length of each run:
    /// equal neighbours come in one call if they are stored as a run. Many times faster than
    /// [`get`](Self::get) for each of them. Indices past the end are left out.
    pub fn for_each_run(&self, range: Range<u32>, mut each: impl FnMut(u32, u32)) {
        let end = range.end.min(self.len);
        let places = range.start as usize..end as usize;
        match &self.shape {
            _ if range.start >= end => {}
            Shape::Runs { starts, values } => {
                let first = run_of(starts, range.start);
                for (at, value) in values.iter().enumerate().skip(first) {
                    let from = starts.get(at).map_or(end, |&start| start.max(range.start));
                    if from >= end {
                        break;
                    }
                    let to = starts.get(at.saturating_add(1)).map_or(end, |&next| next.min(end));
                    each(*value, to.saturating_sub(from));
                }
            }
            Shape::Palette { indices, values } => {
                let value =
                    |entry: &u8| values.get(usize::from(*entry)).copied().unwrap_or_default();
                indices
                    .get(places)
                    .unwrap_or_default()
                    .iter()
                    .map(value)
                    .for_each(|value| each(value, 1));
            }
            Shape::Narrow(values) => values
                .get(places)
                .unwrap_or_default()
                .iter()
                .for_each(|&value| each(value.into(), 1)),
            Shape::Wide(values) => {
                values.get(places).unwrap_or_default().iter().for_each(|&value| each(value, 1))
            }
            Shape::Stored(table) => entries(table)
                .get(places)
                .unwrap_or_default()
                .iter()
                .for_each(|word| each(u32::from_be_bytes(*word), 1)),
            Shape::Blocks(blocks) => blocks.for_each(range, |number| each(low(number), 1)),
        }
    }

    /// The value that all of `range` has, if there is one; stops at the first that differs.
    #[must_use]
    pub fn uniform(&self, range: Range<u32>) -> Option<u32> {
        if range.start >= range.end || range.end > self.len {
            return None;
        }
        let first = self.get(range.start);
        let same = match &self.shape {
            Shape::Runs { starts, .. } => {
                run_of(starts, range.start) == run_of(starts, range.end.saturating_sub(1))
            }
            _ => range.clone().all(|index| self.get(index) == first),
        };
        same.then_some(first)
    }

    /// The least of the values, as the bits of an `i32`; `None` for an empty column. Looks at each
    /// stored value once.
    pub(crate) fn least_signed(&self) -> Option<i32> {
        let least = |values: &[u32]| values.iter().map(|value| value.cast_signed()).min();
        match &self.shape {
            Shape::Runs { values, .. } | Shape::Palette { values, .. } => least(values),
            Shape::Narrow(values) => values.iter().min().map(|&value| value.into()),
            Shape::Wide(values) => least(values),
            Shape::Stored(table) => words(table).map(u32::cast_signed).min(),
            Shape::Blocks(_) => self.bounds_by(u32::cast_signed).map(|(least, _)| least),
        }
    }

    /// The least and the largest of the values; `None` for an empty column. Looks at each stored
    /// value once.
    pub(crate) fn bounds(&self) -> Option<(u32, u32)> {
        let bounds = |values: &[u32]| bounds_of(values.iter().copied());
        match &self.shape {
            Shape::Runs { values, .. } | Shape::Palette { values, .. } => bounds(values),
            Shape::Narrow(values) => bounds_of(values.iter().map(|&value| value.into())),
            Shape::Wide(values) => bounds(values),
            Shape::Stored(table) => bounds_of(words(table)),
            Shape::Blocks(_) => self.bounds_by(|value| value),
        }
    }

    /// The least and the largest of what `read` makes of the values.
    fn bounds_by<T: Ord + Copy>(&self, read: impl Fn(u32) -> T) -> Option<(T, T)> {
        let mut bounds = None;
        self.for_each_run(0..self.len, |value, _| {
            let value = read(value);
            let (min, max) = bounds.unwrap_or((value, value));
            bounds = Some((value.min(min), value.max(max)));
        });
        bounds
    }

    /// Whether one of the values is `value`. Looks at each stored value once.
    pub(crate) fn contains(&self, value: u32) -> bool {
        match &self.shape {
            Shape::Runs { values, .. } | Shape::Palette { values, .. } | Shape::Wide(values) => {
                values.contains(&value)
            }
            Shape::Narrow(values) => {
                u16::try_from(value).is_ok_and(|value| values.contains(&value))
            }
            Shape::Stored(table) => entries(table).contains(&value.to_be_bytes()),
            Shape::Blocks(blocks) => blocks.contains(value),
        }
    }

    /// Bytes of memory that the column holds.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        match &self.shape {
            Shape::Runs { starts, values } => {
                size_of_val(&**starts).saturating_add(size_of_val(&**values))
            }
            Shape::Palette { indices, values } => {
                size_of_val(&**indices).saturating_add(size_of_val(&**values))
            }
            Shape::Narrow(values) => size_of_val(&**values),
            Shape::Wide(values) => size_of_val(&**values),
            Shape::Stored(table) => table.len(),
            Shape::Blocks(blocks) => blocks.byte_len(),
        }
    }
}

fn bounds_of(values: impl Iterator<Item = u32>) -> Option<(u32, u32)> {
    let (min, max) =
        values.fold((u32::MAX, 0), |(min, max), value| (min.min(value), max.max(value)));
    (min <= max).then_some((min, max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn build(values: &[u32]) -> Column {
        let mut builder = ColumnBuilder::default();
        for value in values {
            builder.push_run(*value, 1);
        }
        builder.finish()
    }

    /// The same values in their smallest shape, and as a file holds them.
    fn both(values: &[u32]) -> [Column; 2] {
        let table: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
        [build(values), Column::stored(table.into())]
    }

    #[test]
    fn each_shape_is_chosen_where_it_is_smallest() {
        assert_eq!(Column::constant(7, u32::MAX).memory_size(), 8);
        let pattern: Vec<u32> = (0..1000).map(|index| [2, 5, 0, 1][index % 4]).collect();
        assert_eq!(build(&pattern).memory_size(), 1000 + 4 * 4);
        let narrow: Vec<u32> = (0..1000).collect();
        assert_eq!(build(&narrow).memory_size(), 2000);
        let wide: Vec<u32> = (0..1000).map(|value| value + 70_000).collect();
        assert_eq!(build(&wide).memory_size(), 4000);
    }

    #[test]
    fn long_runs_before_short_ones_do_no_harm() {
        let short = (0..90_000).map(|at| (at % 3, 1));
        let column = Column::from_runs([(7, 20_000)].into_iter().chain(short));
        assert_eq!(column.memory_size(), 110_000 + 4 * 4);
        assert_eq!([0, 19_999, 20_000, 20_001, 109_999].map(|at| column.get(at)), [7, 7, 0, 1, 2]);
    }

    fn values() -> impl Strategy<Value = Vec<u32>> {
        prop_oneof![
            prop::collection::vec(0_u32..4, 1..400),
            prop::collection::vec(0_u32..70_000, 1..400),
            prop::collection::vec((0_u32..3, 1_usize..90), 1..20).prop_map(|runs| runs
                .into_iter()
                .flat_map(|(value, count)| vec![value; count])
                .collect()),
        ]
    }

    proptest! {
        #[test]
        fn the_least_value_is_found_in_every_shape(values in values(), down in 0_u32..300) {
            let signed: Vec<u32> = values.iter().map(|value| value.wrapping_sub(down)).collect();
            for values in [values, signed] {
                let expected = values.iter().map(|value| value.cast_signed()).min();
                for column in both(&values) {
                    prop_assert_eq!(column.least_signed(), expected);
                    let bounds = values.iter().min().zip(values.iter().max());
                    prop_assert_eq!(column.bounds(), bounds.map(|(min, max)| (*min, *max)));
                }
            }
        }

        #[test]
        fn a_column_returns_what_was_pushed(values in values()) {
            for column in both(&values) {
                let read: Vec<u32> = (0..column.len()).map(|index| column.get(index)).collect();
                prop_assert_eq!(&read, &values);
                prop_assert_eq!(column.get(column.len()), 0);
            }
        }

        #[test]
        fn runs_of_nothing_do_not_count(values in values(), other in any::<u32>()) {
            let runs = values.iter().flat_map(|value| [(other, 0), (*value, 1), (other, 0)]);
            prop_assert_eq!(Column::from_runs(runs), build(&values));
        }

        #[test]
        fn a_range_is_gone_over_in_order(values in values(), from in 0_u32..450, to in 0_u32..450) {
            for column in both(&values) {
                let mut seen = Vec::new();
                column.for_each_run(from..to, |value, count| {
                    seen.extend(vec![value; count as usize]);
                });
                let expected: Vec<u32> =
                    (from..to.min(column.len())).map(|index| column.get(index)).collect();
                let first = expected.first().filter(|_| to <= column.len()).copied();
                let uniform = first.filter(|first| expected.iter().all(|value| value == first));
                prop_assert_eq!(column.uniform(from..to), uniform);
                prop_assert_eq!(seen, expected);
                prop_assert_eq!(column.contains(to), values.contains(&to));
            }
        }

        #[test]
        fn sums_agree_with_a_plain_loop(values in values(), probe in 0_u64..100_000) {
            let both = both(&values).map(|column| Summed::new(column).unwrap());
            let mut sums = vec![0_u64];
            for value in &values {
                sums.push(sums.last().unwrap() + u64::from(*value));
            }
            let probe_at = |probe: u64| usize::try_from(probe).unwrap() % sums.len();
            let (from, to) = (probe_at(probe), probe_at(probe / 7));
            let range = u32::try_from(from.min(to)).unwrap()..u32::try_from(from.max(to)).unwrap();
            let last = values.len() - 1;
            let expected = (0..=last).rev().find(|&index| sums[index] <= probe).unwrap();
            for summed in both {
                for (index, sum) in sums.iter().enumerate() {
                    prop_assert_eq!(summed.before(u32::try_from(index).unwrap()), *sum);
                }
                let sum = summed.sum(range.clone());
                prop_assert_eq!(sum, sums[from.max(to)] - sums[from.min(to)]);
                prop_assert_eq!(summed.index_at(probe) as usize, expected);
            }
        }
    }
}
