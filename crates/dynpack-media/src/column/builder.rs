//! Builds a column run by run.

use super::Column;

/// Gathers a [`Column`] run by run; memory follows the number of runs pushed, never the counts they
/// claim.
#[derive(Debug, Default)]
pub struct ColumnBuilder {
    starts: Vec<u32>,
    values: Vec<u32>,
    len: u32,
}

impl ColumnBuilder {
    /// Appends `count` times `value`. The length saturates at `u32::MAX`, which no sample table
    /// passes.
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

    /// The last run of equal values: the value, and how many there are.
    #[must_use]
    pub fn last_run(&self) -> Option<(u32, u32)> {
        let (start, value) = self.starts.last().zip(self.values.last())?;
        Some((*value, self.len.saturating_sub(*start)))
    }

    /// Keeps only the first `len` values, and returns the sum of the others.
    pub fn truncate(&mut self, len: u32) -> u64 {
        let mut sum = 0_u64;
        while let Some((value, count)) = self.last_run() {
            let removed = self.len.saturating_sub(len).min(count);
            if removed == 0 {
                break;
            }
            sum = sum.saturating_add(u64::from(value).saturating_mul(removed.into()));
            self.len = self.len.saturating_sub(removed);
            if removed == count {
                self.starts.pop();
                self.values.pop();
            }
        }
        sum
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
        let counts = self.starts.iter().zip(ends).map(|(start, end)| end.saturating_sub(*start));
        Column::from_runs(self.values.iter().copied().zip(counts))
    }
}
