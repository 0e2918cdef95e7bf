//! Builds a sample table sample by sample.

use super::SampleTable;
use crate::{ColumnBuilder, Error, Sample, SampleColumns, SampleIndex};

/// Gathers the samples of a track that is made of samples of another.
#[derive(Default)]
pub(crate) struct SampleTableBuilder {
    durations: ColumnBuilder,
    composition_offsets: ColumnBuilder,
    sizes: ColumnBuilder,
    chunks: Vec<(SampleIndex, u64)>,
    sync_samples: Vec<SampleIndex>,
}

impl SampleTableBuilder {
    /// Number of samples so far.
    pub(crate) const fn len(&self) -> u32 {
        self.sizes.len()
    }

    /// Appends a sample that is stored at that offset of its file. Its index and decode time follow
    /// from the samples before it. `None` if its duration or its composition offset takes more than
    /// 32 bits.
    pub(crate) fn push(&mut self, sample: &Sample, place: u64) -> Option<()> {
        let index = SampleIndex(self.len());
        let offset = i32::try_from(sample.composition_offset.0).ok()?;
        self.durations.push_run(u32::try_from(sample.duration.0).ok()?, 1);
        self.composition_offsets.push_run(offset.cast_unsigned(), 1);
        self.sizes.push_run(sample.size, 1);
        self.chunks.push((index, place));
        if sample.is_sync {
            self.sync_samples.push(index);
        }
        Some(())
    }

    /// The table.
    ///
    /// # Errors
    /// Those of [`SampleTable::new`].
    pub(crate) fn finish(self) -> Result<SampleTable, Error> {
        let is_all = self.sync_samples.len() == self.chunks.len();
        SampleTable::new(SampleColumns {
            durations: self.durations.finish(),
            composition_offsets: self.composition_offsets.finish(),
            sizes: self.sizes.finish(),
            chunks: self.chunks,
            sync_samples: (!is_all).then_some(self.sync_samples),
        })
    }
}
