//! The samples of a track while they are gathered, from the tables of its `moov` and from movie fragments.

use dynpack_media::{ColumnBuilder, SampleColumns, SampleIndex, SampleTable};

/// The samples of a track while they are gathered.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// In ticks.
    pub(crate) durations: ColumnBuilder,
    /// In ticks, as the bits of an `i32`.
    pub(crate) composition_offsets: ColumnBuilder,
    /// In bytes.
    pub(crate) sizes: ColumnBuilder,
    /// Samples at which decoding can start; `None` where all are.
    pub(crate) sync_samples: Option<Vec<SampleIndex>>,
    chunks: Vec<(SampleIndex, u64)>,
    /// Where the last chunk ends in the file.
    chunk_end: Option<u64>,
    end_in_file: u64,
    byte_len: u64,
}

impl Samples {
    /// Appends a chunk: the samples from `first` on lie at `offset` and take `len` bytes. `None` if that passes 64 bits.
    pub(crate) fn push_chunk(&mut self, first: u32, offset: u64, len: u64) -> Option<()> {
        let end = offset.checked_add(len)?;
        // Chunks which follow each other in the file are one stretch.
        if self.chunk_end != Some(offset) {
            self.chunks.push((SampleIndex(first), offset));
        }
        self.chunk_end = Some(end);
        if len > 0 {
            self.end_in_file = self.end_in_file.max(end);
        }
        self.byte_len = self.byte_len.checked_add(len)?;
        Some(())
    }

    /// One past the last byte of the file that a sample occupies.
    pub(crate) const fn end_in_file(&self) -> u64 {
        self.end_in_file
    }

    /// Bytes of all samples together.
    pub(crate) const fn byte_len(&self) -> u64 {
        self.byte_len
    }

    /// The table.
    pub(crate) fn finish(self) -> Result<SampleTable, dynpack_media::Error> {
        SampleTable::new(SampleColumns {
            durations: self.durations.finish(),
            composition_offsets: self.composition_offsets.finish(),
            sizes: self.sizes.finish(),
            chunks: self.chunks,
            sync_samples: self.sync_samples,
        })
    }
}
