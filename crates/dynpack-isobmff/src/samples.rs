//! The samples of a track while they are gathered, from the tables of its `moov` and from movie
//! fragments.

use dynpack_media::{Column, SampleColumns, SampleIndex, SampleTable, StoredChunks};

/// The samples of a track while they are gathered.
#[derive(Debug)]
pub(crate) struct Samples {
    /// In ticks.
    pub(crate) durations: Column,
    /// In ticks, as the bits of an `i32`.
    pub(crate) composition_offsets: Column,
    /// In bytes.
    pub(crate) sizes: Column,
    /// Samples at which decoding can start; `None` where all are.
    pub(crate) sync_samples: Option<Vec<SampleIndex>>,
    pub(crate) places: Places,
}

/// Where the samples lie in the file.
#[derive(Debug)]
pub(crate) enum Places {
    Listed(Chunks),
    /// In the tables of the `moov`.
    Stored(StoredChunks),
}

impl Samples {
    /// No samples.
    pub(crate) fn none() -> Self {
        let none = || Column::constant(0, 0);
        Self {
            durations: none(),
            composition_offsets: none(),
            sizes: none(),
            sync_samples: None,
            places: Places::Listed(Chunks::default()),
        }
    }

    /// The table.
    pub(crate) fn finish(self) -> Result<SampleTable, dynpack_media::Error> {
        let (listed, stored) = match self.places {
            Places::Listed(chunks) => (chunks.starts, None),
            Places::Stored(chunks) => (Vec::new(), Some(chunks)),
        };
        let columns = SampleColumns {
            durations: self.durations,
            composition_offsets: self.composition_offsets,
            sizes: self.sizes,
            chunks: listed,
            sync_samples: self.sync_samples,
        };
        match stored {
            Some(chunks) => SampleTable::with_stored_chunks(columns, chunks),
            None => SampleTable::new(columns),
        }
    }
}

impl Places {
    /// One past the last byte of the file that a sample occupies.
    pub(crate) const fn end_in_file(&self) -> u64 {
        match self {
            Self::Listed(chunks) => chunks.end_in_file,
            Self::Stored(chunks) => chunks.end_in_file(),
        }
    }
}

/// A list of where the samples lie in the file.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    starts: Vec<(SampleIndex, u64)>,
    /// Where the last chunk ends.
    last_end: Option<u64>,
    end_in_file: u64,
    byte_len: u64,
}

impl Chunks {
    /// No chunks, with room for so many: the file holds bytes for each.
    pub(crate) fn with_capacity(count: usize) -> Self {
        Self { starts: Vec::with_capacity(count), ..Self::default() }
    }

    /// Appends a chunk: the samples from `first` on lie at `offset` and take `len` bytes. `None` if
    /// that passes 64 bits.
    pub(crate) fn push(&mut self, first: u32, offset: u64, len: u64) -> Option<()> {
        let end = offset.checked_add(len)?;
        // Chunks which follow each other in the file are one stretch.
        if self.last_end != Some(offset) {
            self.starts.push((SampleIndex(first), offset));
        }
        self.last_end = Some(end);
        if len > 0 {
            self.end_in_file = self.end_in_file.max(end);
        }
        self.byte_len = self.byte_len.checked_add(len)?;
        Some(())
    }

    /// Keeps only the samples before `len`. The others took `removed` bytes.
    pub(crate) fn truncate(&mut self, len: u32, removed: u64) {
        let kept = self.starts.partition_point(|(first, _)| first.0 < len);
        self.starts.truncate(kept);
        // The end of the last chunk is not known, so the next one cannot be joined to it.
        self.last_end = None;
        self.byte_len = self.byte_len.saturating_sub(removed);
    }

    /// Bytes of all samples together.
    pub(crate) const fn byte_len(&self) -> u64 {
        self.byte_len
    }
}
