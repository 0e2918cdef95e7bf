//! What a sample table is made from.

use crate::{Column, SampleIndex};

/// The columns from which a [`SampleTable`](crate::SampleTable) is made; all of one length.
#[derive(Clone, Debug)]
pub struct SampleColumns {
    /// Durations in ticks (`stts`).
    pub durations: Column,
    /// Composition offsets in ticks, as the bits of an `i32` (`ctts`); all zero where the box is
    /// absent.
    pub composition_offsets: Column,
    /// Sizes in bytes (`stsz`, `stz2`).
    pub sizes: Column,
    /// Stretches of samples that follow each other in the file (`stsc`, `stco`, `co64`):
    /// the first sample of each with its offset, in bytes from the start of the file.
    /// Samples ascend, the first entry is sample 0.
    pub chunks: Vec<(SampleIndex, u64)>,
    /// Samples at which decoding can start, ascending (`stss`); `None` where all are.
    pub sync_samples: Option<Vec<SampleIndex>>,
}
