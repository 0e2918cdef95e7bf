//! Sums over a column, and back.

use std::ops::Range;

use super::Column;
use super::blocks::BLOCK;
use super::shape::{Shape, entries, run_of};

/// Entries between two checkpoints of a [`Summed`] column.
const STRIDE: u32 = BLOCK;

/// A column with its prefix sums: the sum before a sample (its decode time, or its place in the
/// file), and back, in O(log n).
///
/// Costs 8 bytes a run, or 8 bytes for 64 samples, in addition to the column.
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
                    push(u64::from(*value).checked_mul(end.saturating_sub(*start).into())?)?;
                }
            }
            Shape::Palette { indices, values } => {
                let value = |index: &u8| {
                    u64::from(values.get(usize::from(*index)).copied().unwrap_or_default())
                };
                indices
                    .chunks(STRIDE as usize)
                    .try_for_each(|block| push(block.iter().map(value).sum()))?;
            }
            Shape::Narrow(values) => {
                values
                    .chunks(STRIDE as usize)
                    .try_for_each(|block| push(block.iter().copied().map(u64::from).sum()))?;
            }
            Shape::Wide(values) => {
                values
                    .chunks(STRIDE as usize)
                    .try_for_each(|block| push(block.iter().copied().map(u64::from).sum()))?;
            }
            Shape::Stored(table) => {
                let value = |word: &[u8; 4]| u64::from(u32::from_be_bytes(*word));
                entries(table)
                    .chunks(STRIDE as usize)
                    .try_for_each(|block| push(block.iter().map(value).sum()))?;
            }
            Shape::Blocks(blocks) => blocks.sums(push)?,
        }
        i64::try_from(total).ok()?;
        Some(Self { column, checkpoints: checkpoints.into(), total })
    }

    pub(crate) fn unshare(&mut self) {
        self.column.unshare();
    }

    pub(crate) const fn column(&self) -> &Column {
        &self.column
    }

    /// The sum of all values before `index`; of all values for an index past the end.
    #[expect(clippy::arithmetic_side_effects, reason = "no sum passes the total, of 63 bits")]
    pub(crate) fn before(&self, index: u32) -> u64 {
        if index >= self.column.len {
            return self.total;
        }
        if let Shape::Runs { starts, values } = &self.column.shape {
            let run = run_of(starts, index);
            let (start, value) = (
                starts.get(run).copied().unwrap_or_default(),
                values.get(run).copied().unwrap_or_default(),
            );
            return self.checkpoint(run) + u64::from(index - start) * u64::from(value);
        }
        let stride = index / STRIDE;
        let sum = self.checkpoint(stride as usize);
        sum + self.sum_of_each(stride * STRIDE..index)
    }

    /// The sum of the values of `range`, in no more steps than the range is long.
    pub(crate) fn sum(&self, range: Range<u32>) -> u64 {
        match &self.column.shape {
            Shape::Palette { .. }
            | Shape::Narrow(_)
            | Shape::Wide(_)
            | Shape::Stored(_)
            | Shape::Blocks(_)
                if range.end.saturating_sub(range.start) < STRIDE =>
            {
                self.sum_of_each(range)
            }
            _ => self.before(range.end).saturating_sub(self.before(range.start)),
        }
    }

    #[expect(clippy::arithmetic_side_effects, reason = "no sum passes the total, of 63 bits")]
    fn sum_of_each(&self, range: Range<u32>) -> u64 {
        let mut sum = 0;
        self.column.for_each_run(range, |value, count| sum += u64::from(value) * u64::from(count));
        sum
    }

    /// The last index with a sum [`before`](Self::before) it of at most `sum`.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "no sum passes the total, of 63 bits, and no index the length, of 32"
    )]
    pub(crate) fn index_at(&self, sum: u64) -> u32 {
        let block =
            self.checkpoints.partition_point(|&checkpoint| checkpoint <= sum).saturating_sub(1);
        let mut before = self.checkpoint(block);
        if let Shape::Runs { starts, values } = &self.column.shape {
            let start = starts.get(block).copied().unwrap_or_default();
            let end = starts.get(block + 1).copied().unwrap_or(self.column.len);
            let value = u64::from(values.get(block).copied().unwrap_or_default());
            let last = u64::from(end - start).saturating_sub(1);
            // Of a run of zeros, all have the same sum before them.
            let within = (sum - before.min(sum)).checked_div(value).map_or(last, |at| at.min(last));
            let within = u32::try_from(within).expect("a run has a length of 32 bits");
            return start + within;
        }
        let mut index = u32::try_from(block).expect("fewer blocks than samples") * STRIDE;
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
        self.column.memory_size().saturating_add(size_of_val(&*self.checkpoints))
    }

    fn checkpoint(&self, block: usize) -> u64 {
        self.checkpoints.get(block).copied().unwrap_or_default()
    }
}
