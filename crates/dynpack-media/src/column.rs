//! One column of a sample table, in the smallest of four shapes.

use std::ops::Range;

/// Entries between two checkpoints of a [`Summed`] column.
const STRIDE: u32 = 64;

/// A column of 32-bit values, one a sample, stored in whichever shape takes the fewest bytes:
/// runs of equal values (8 bytes a run), indices into a palette of at most 256 values (1 byte a sample), 16 or 32 bits a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    shape: Shape,
    len: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Runs { starts: Box<[u32]>, values: Box<[u32]> },
    Palette { indices: Box<[u8]>, values: Box<[u32]> },
    Narrow(Box<[u16]>),
    Wide(Box<[u32]>),
}

impl Column {
    /// A column of `len` equal values, which takes no memory a sample.
    #[must_use]
    pub fn constant(value: u32, len: u32) -> Self {
        Self::from_runs([(value, len)].into_iter())
    }

    /// A column of runs, each a value and how often it stands there, in its smallest shape. Equal neighbours need not be joined.
    ///
    /// Goes over the runs twice and keeps nothing of them, so that a table in memory becomes a column without a copy between. Memory
    /// follows the number of runs, never the counts they claim; the length saturates at `u32::MAX`, which no sample table passes.
    #[must_use]
    pub fn from_runs(runs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let survey = Survey::of(runs.clone());
        Self { shape: survey.shape(runs), len: survey.len }
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
            Shape::Runs { starts, values } => values.get(run_of(starts, index)).copied().unwrap_or_default(),
            Shape::Palette { indices, values } => {
                indices.get(at).and_then(|&entry| values.get(usize::from(entry))).copied().unwrap_or_default()
            }
            Shape::Narrow(values) => values.get(at).copied().unwrap_or_default().into(),
            Shape::Wide(values) => values.get(at).copied().unwrap_or_default(),
        }
    }

    /// Calls `each` with the values of `range`, in order, and with how often each stands there: equal neighbours come together where they
    /// are stored so. Many times faster than [`get`](Self::get) for each of them. Indices past the end are left out.
    pub fn for_each_run(&self, range: Range<u32>, mut each: impl FnMut(u32, u32)) {
        let end = range.end.min(self.len);
        let entries = range.start as usize..end as usize;
        match &self.shape {
            _ if range.start >= end => {}
            Shape::Runs { starts, values } => {
                let first = run_of(starts, range.start);
                for (at, value) in values.iter().enumerate().skip(first) {
                    let from = starts.get(at).map_or(end, |&start| start.max(range.start));
                    if from >= end {
                        break;
                    }
                    let to = starts.get(at + 1).map_or(end, |&next| next.min(end));
                    each(*value, to - from);
                }
            }
            Shape::Palette { indices, values } => {
                let value = |entry: &u8| values.get(usize::from(*entry)).copied().unwrap_or_default();
                indices.get(entries).unwrap_or_default().iter().map(value).for_each(|value| each(value, 1));
            }
            Shape::Narrow(values) => values.get(entries).unwrap_or_default().iter().for_each(|&value| each(value.into(), 1)),
            Shape::Wide(values) => values.get(entries).unwrap_or_default().iter().for_each(|&value| each(value, 1)),
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
            Shape::Runs { starts, .. } => run_of(starts, range.start) == run_of(starts, range.end - 1),
            _ => range.clone().all(|index| self.get(index) == first),
        };
        same.then_some(first)
    }

    /// The least of the values, as the bits of an `i32`; `None` for an empty column. Looks at each stored value once.
    pub(crate) fn least_signed(&self) -> Option<i32> {
        let least = |values: &[u32]| values.iter().map(|value| value.cast_signed()).min();
        match &self.shape {
            Shape::Runs { values, .. } | Shape::Palette { values, .. } => least(values),
            Shape::Narrow(values) => values.iter().min().map(|&value| value.into()),
            Shape::Wide(values) => least(values),
        }
    }

    /// Whether one of the values is `value`. Looks at each stored value once.
    pub(crate) fn contains(&self, value: u32) -> bool {
        match &self.shape {
            Shape::Runs { values, .. } | Shape::Palette { values, .. } | Shape::Wide(values) => values.contains(&value),
            Shape::Narrow(values) => u16::try_from(value).is_ok_and(|value| values.contains(&value)),
        }
    }

    /// Bytes of memory the column holds beside itself.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        match &self.shape {
            Shape::Runs { starts, values } => (starts.len() + values.len()) * 4,
            Shape::Palette { indices, values } => indices.len() + values.len() * 4,
            Shape::Narrow(values) => values.len() * 2,
            Shape::Wide(values) => values.len() * 4,
        }
    }
}

/// The run which holds `index`.
fn run_of(starts: &[u32], index: u32) -> usize {
    starts.partition_point(|&start| start <= index).saturating_sub(1)
}

/// Gathers a [`Column`] run by run; memory follows the number of runs pushed, never the counts they claim.
#[derive(Debug, Default)]
pub struct ColumnBuilder {
    starts: Vec<u32>,
    values: Vec<u32>,
    len: u32,
}

impl ColumnBuilder {
    /// Appends `count` times `value`. The length saturates at `u32::MAX`, which no sample table passes.
    pub fn push_run(&mut self, value: u32, count: u32) {
        if count == 0 {
            return;
        }
        if self.values.last() != Some(&value) {
            self.starts.push(self.len);
            self.values.push(value);
        }
        self.len = self.len.saturating_add(count);
    }

    /// Number of values so far.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether nothing has been pushed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The column, in its smallest shape.
    #[must_use]
    pub fn finish(self) -> Column {
        let ends = self.starts.iter().skip(1).copied().chain([self.len]);
        let counts = self.starts.iter().zip(ends).map(|(start, end)| end - start);
        Column::from_runs(self.values.iter().copied().zip(counts))
    }
}

/// What decides the shape of a column.
struct Survey {
    len: u32,
    /// Runs of equal values, neighbours joined.
    runs: usize,
    most: u32,
    /// The distinct values in the order of their appearance, while they are few enough for a linear search to pay.
    palette: Option<Vec<u32>>,
}

impl Survey {
    fn of(runs: impl Iterator<Item = (u32, u32)>) -> Self {
        const MOST: usize = 64;
        let mut survey = Self { len: 0, runs: 0, most: 0, palette: Some(Vec::new()) };
        let mut last = None;
        for (value, count) in runs {
            survey.len = survey.len.saturating_add(count);
            if count == 0 || last == Some(value) {
                continue;
            }
            last = Some(value);
            survey.runs += 1;
            survey.most = survey.most.max(value);
            match &mut survey.palette {
                Some(palette) if palette.contains(&value) => {}
                Some(palette) if palette.len() < MOST => palette.push(value),
                palette => *palette = None,
            }
        }
        survey
    }

    fn shape(&self, runs: impl Iterator<Item = (u32, u32)>) -> Shape {
        let (run_bytes, samples) = (self.runs.saturating_mul(8), self.len as usize);
        let is_narrow = u16::try_from(self.most).is_ok();
        // A palette can only win when the runs are short.
        let bytes_a_sample = match &self.palette {
            Some(_) => 1,
            None if is_narrow => 2,
            None => 4,
        };
        if run_bytes <= samples.saturating_mul(bytes_a_sample) {
            let (starts, values) = join(runs, self.runs);
            return Shape::Runs { starts: starts.into(), values: values.into() };
        }
        match &self.palette {
            Some(palette) => {
                let index_of = |value: u32| palette.iter().position(|&entry| entry == value).and_then(|at| u8::try_from(at).ok());
                let indices = expand(runs, samples, |value| index_of(value).unwrap_or_default());
                Shape::Palette { indices, values: palette.clone().into() }
            }
            None if is_narrow => Shape::Narrow(expand(runs, samples, |value| u16::try_from(value).unwrap_or_default())),
            None => Shape::Wide(expand(runs, samples, |value| value)),
        }
    }
}

/// The first sample and the value of each run, equal neighbours joined.
fn join(runs: impl Iterator<Item = (u32, u32)>, count: usize) -> (Vec<u32>, Vec<u32>) {
    let (mut starts, mut values) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut len = 0_u32;
    runs.filter(|(_, count)| *count > 0).for_each(|(value, count)| {
        if values.last() != Some(&value) {
            starts.push(len);
            values.push(value);
        }
        len = len.saturating_add(count);
    });
    (starts, values)
}

/// An entry a sample. The runs are short, or another shape would have been chosen: `len` is a small multiple of their number.
fn expand<T: Copy>(runs: impl Iterator<Item = (u32, u32)>, len: usize, entry: impl Fn(u32) -> T) -> Box<[T]> {
    let mut expanded = Vec::with_capacity(len);
    for (value, count) in runs {
        match count {
            1 => expanded.push(entry(value)),
            count => expanded.extend(std::iter::repeat_n(entry(value), count as usize)),
        }
    }
    expanded.into()
}

/// A column with its prefix sums: what lies before a sample (its decode time, or its place in the file), and back, in O(log n).
///
/// Costs 8 bytes a run, or 8 bytes for 64 samples, beside the column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summed {
    column: Column,
    /// The sum before each run, or before each 64th sample.
    checkpoints: Box<[u64]>,
    total: u64,
}

impl Summed {
    /// `None` if the sum passes `i64::MAX`.
    pub(crate) fn new(column: Column) -> Option<Self> {
        let mut total = 0_u64;
        let mut checkpoints = Vec::new();
        let mut push = |sum: u64| {
            checkpoints.push(total);
            total = total.checked_add(sum)?;
            Some(())
        };
        match &column.shape {
            Shape::Runs { starts, values } => {
                let ends = starts.iter().skip(1).copied().chain([column.len]);
                for ((start, end), value) in starts.iter().zip(ends).zip(values) {
                    push(u64::from(*value) * u64::from(end - start))?;
                }
            }
            Shape::Palette { indices, values } => {
                let value = |index: &u8| u64::from(values.get(usize::from(*index)).copied().unwrap_or_default());
                indices.chunks(STRIDE as usize).try_for_each(|block| push(block.iter().map(value).sum()))?;
            }
            Shape::Narrow(values) => {
                values.chunks(STRIDE as usize).try_for_each(|block| push(block.iter().copied().map(u64::from).sum()))?;
            }
            Shape::Wide(values) => {
                values.chunks(STRIDE as usize).try_for_each(|block| push(block.iter().copied().map(u64::from).sum()))?;
            }
        }
        i64::try_from(total).ok()?;
        Some(Self { column, checkpoints: checkpoints.into(), total })
    }

    pub(crate) const fn column(&self) -> &Column {
        &self.column
    }

    /// The sum of all values before `index`; of all values for an index past the end.
    pub(crate) fn before(&self, index: u32) -> u64 {
        if index >= self.column.len {
            return self.total;
        }
        if let Shape::Runs { starts, values } = &self.column.shape {
            let run = run_of(starts, index);
            let (start, value) = (starts.get(run).copied().unwrap_or_default(), values.get(run).copied().unwrap_or_default());
            return self.checkpoint(run) + u64::from(index - start) * u64::from(value);
        }
        let stride = index / STRIDE;
        let sum = self.checkpoint(stride as usize);
        (stride * STRIDE..index).fold(sum, |sum, index| sum + u64::from(self.column.get(index)))
    }

    /// The sum of the values of `range`, which costs no more than the range is long.
    pub(crate) fn sum(&self, range: Range<u32>) -> u64 {
        match &self.column.shape {
            Shape::Palette { .. } | Shape::Narrow(_) | Shape::Wide(_) if range.end.saturating_sub(range.start) < STRIDE => {
                range.fold(0, |sum, index| sum + u64::from(self.column.get(index)))
            }
            _ => self.before(range.end).saturating_sub(self.before(range.start)),
        }
    }

    /// The last index whose [`before`](Self::before) is at most `sum`.
    pub(crate) fn index_at(&self, sum: u64) -> u32 {
        let block = self.checkpoints.partition_point(|&checkpoint| checkpoint <= sum).saturating_sub(1);
        let mut before = self.checkpoint(block);
        if let Shape::Runs { starts, values } = &self.column.shape {
            let start = starts.get(block).copied().unwrap_or_default();
            let end = starts.get(block + 1).copied().unwrap_or(self.column.len);
            let value = u64::from(values.get(block).copied().unwrap_or_default());
            let within = (sum - before.min(sum)).checked_div(value).unwrap_or(u64::MAX);
            let last = u64::from(end - start).saturating_sub(1);
            return start + u32::try_from(within.min(last)).unwrap_or_default();
        }
        let mut index = u32::try_from(block).unwrap_or_default() * STRIDE;
        while index + 1 < self.column.len {
            before += u64::from(self.column.get(index));
            if before > sum {
                break;
            }
            index += 1;
        }
        index
    }

    pub(crate) fn memory_size(&self) -> usize {
        self.column.memory_size() + self.checkpoints.len() * 8
    }

    fn checkpoint(&self, block: usize) -> u64 {
        self.checkpoints.get(block).copied().unwrap_or_default()
    }
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

    fn values() -> impl Strategy<Value = Vec<u32>> {
        prop_oneof![
            prop::collection::vec(0_u32..4, 1..400),
            prop::collection::vec(0_u32..70_000, 1..400),
            prop::collection::vec((0_u32..3, 1_usize..90), 1..20)
                .prop_map(|runs| runs.into_iter().flat_map(|(value, count)| vec![value; count]).collect()),
        ]
    }

    proptest! {
        #[test]
        fn the_least_value_is_found_in_every_shape(values in values(), down in 0_u32..300) {
            let signed: Vec<u32> = values.iter().map(|value| value.wrapping_sub(down)).collect();
            for values in [values, signed] {
                let expected = values.iter().map(|value| value.cast_signed()).min();
                prop_assert_eq!(build(&values).least_signed(), expected);
            }
        }

        #[test]
        fn a_column_returns_what_was_pushed(values in values()) {
            let column = build(&values);
            let read: Vec<u32> = (0..column.len()).map(|index| column.get(index)).collect();
            prop_assert_eq!(read, values);
        }

        #[test]
        fn a_range_is_gone_over_in_order(values in values(), from in 0_u32..450, to in 0_u32..450) {
            let column = build(&values);
            let mut seen = Vec::new();
            column.for_each_run(from..to, |value, count| seen.extend(vec![value; count as usize]));
            let expected: Vec<u32> = (from..to.min(column.len())).map(|index| column.get(index)).collect();
            prop_assert_eq!(seen, expected);
            prop_assert_eq!(column.contains(to), values.contains(&to));
        }

        #[test]
        fn sums_agree_with_a_plain_loop(values in values(), probe in 0_u64..100_000) {
            let summed = Summed::new(build(&values)).unwrap();
            let mut sums = vec![0_u64];
            for value in &values {
                sums.push(sums.last().unwrap() + u64::from(*value));
            }
            for (index, sum) in sums.iter().enumerate() {
                prop_assert_eq!(summed.before(u32::try_from(index).unwrap()), *sum);
            }
            let probe_at = |probe: u64| usize::try_from(probe).unwrap() % sums.len();
            let (from, to) = (probe_at(probe), probe_at(probe / 7));
            let range = u32::try_from(from.min(to)).unwrap()..u32::try_from(from.max(to)).unwrap();
            prop_assert_eq!(summed.sum(range), sums[from.max(to)] - sums[from.min(to)]);
            let last = values.len() - 1;
            let expected = (0..=last).rev().find(|&index| sums[index] <= probe).unwrap();
            prop_assert_eq!(summed.index_at(probe) as usize, expected);
        }
    }
}
