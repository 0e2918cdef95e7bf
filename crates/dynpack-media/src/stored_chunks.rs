//! Where the samples of a track lie, as the tables of its file have it.

use std::ops::Range;

use bytes::Bytes;

use crate::chunk::Chunk;
use crate::search::partition_point;
use crate::{Column, SampleIndex, StoredOffsets};

/// Runs of chunks from one checkpoint to the next.
const STRIDE: usize = 64;

/// Where the samples of a track lie, looked up in the tables of its file: `stsc`, and `stco` or
/// `co64` (ISO/IEC 14496-12, 8.7.4 and 8.7.5).
///
/// Takes the memory of the tables, and 4 bytes for 64 runs of chunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredChunks {
    /// The entries of `stsc`, as [`Entry::read`] reads them.
    runs: Bytes,
    /// The first sample of each 64th run.
    checkpoints: Box<[u32]>,
    offsets: StoredOffsets,
    /// Number of samples.
    len: u32,
    end_in_file: u64,
}

impl StoredChunks {
    /// The chunks of samples of these sizes, by the entries of both tables. Those for more samples
    /// are left out.
    ///
    /// `None` if they do not give each sample a place, or not in the usual way: runs ascend from
    /// chunk 1, and no chunk and no sample is empty.
    #[must_use]
    pub fn new(mut runs: Bytes, mut offsets: StoredOffsets, sizes: &Column) -> Option<Self> {
        let (_, max_size) = sizes.bounds().filter(|(min, _)| *min > 0)?;
        let (len, mut checkpoints) = (sizes.len(), Vec::new());
        let (mut used, mut chunk, mut sample, mut max_samples) = (0_usize, 0, 0_u32, 0);
        let mut following = Entry::read(&runs, 0);
        while sample < len {
            let Entry { first_chunk, samples_per_chunk } = following?;
            if used.is_multiple_of(STRIDE) {
                checkpoints.push(sample);
            }
            used = used.checked_add(1)?;
            following = Entry::read(&runs, used);
            let end = following.map_or(u32::MAX, |next| next.first_chunk);
            let mut chunks = end.checked_sub(first_chunk)?;
            if first_chunk != chunk || chunks == 0 || samples_per_chunk == 0 {
                return None;
            }
            let before = sample;
            sample = sample.saturating_add(chunks.saturating_mul(samples_per_chunk));
            if sample > len {
                chunks = len.saturating_sub(before).div_ceil(samples_per_chunk);
            }
            chunk = chunk.checked_add(chunks)?;
            max_samples = max_samples.max(samples_per_chunk);
        }
        runs.truncate(used.checked_mul(Entry::LEN)?);
        offsets.truncate(chunk)?;
        let checkpoints = checkpoints.into();
        let chunks = Self { runs, checkpoints, offsets, len, end_in_file: 0 };
        let max_len = u64::from(max_samples).saturating_mul(max_size.into());
        Some(Self { end_in_file: chunks.last_end(sizes, max_len)?, ..chunks })
    }

    /// The end in the file of the chunk that ends last. `None` if it passes 64 bits.
    ///
    /// No chunk has more than `max_len` bytes, so those that end last start within `max_len` of the
    /// one that starts last. In most files they are the last in the table, and only their sizes
    /// are looked at.
    fn last_end(&self, sizes: &Column, max_len: u64) -> Option<u64> {
        let first = self.offsets.first_near_end(max_len);
        let mut end = 0;
        for Chunk { samples, offset } in self.from(self.first_sample(first)) {
            let mut len = 0_u64;
            sizes.for_each_run(samples, |size, count| {
                len = len.saturating_add(u64::from(size).saturating_mul(count.into()));
            });
            end = offset.checked_add(len)?.max(end);
        }
        Some(end)
    }

    /// Number of samples.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// One past the last byte of the file that a sample occupies.
    #[must_use]
    pub const fn end_in_file(&self) -> u64 {
        self.end_in_file
    }

    /// The first sample of each chunk with its offset, in bytes from the start of the file.
    pub fn iter(&self) -> impl Iterator<Item = (SampleIndex, u64)> + '_ {
        self.from(0).map(|chunk| (SampleIndex(chunk.samples.start), chunk.offset))
    }

    /// Bytes of memory that the tables take.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        self.stored_len().saturating_add(size_of_val(&*self.checkpoints))
    }

    /// Bytes of the tables.
    pub(crate) const fn stored_len(&self) -> usize {
        self.runs.len().saturating_add(self.offsets.byte_len())
    }

    /// Copies the tables to buffers of their own.
    pub(crate) fn unshare(&mut self) {
        self.runs = Bytes::copy_from_slice(&self.runs);
        self.offsets.unshare();
    }

    /// The chunk that holds `sample`, and those after it. O(log n).
    pub(crate) fn from(&self, sample: u32) -> impl Iterator<Item = Chunk> + '_ {
        let block = self.checkpoints.partition_point(|&first| first <= sample).saturating_sub(1);
        let runs = self.runs_from(block).skip_while(move |run| run.samples.end <= sample);
        runs.flat_map(move |run| run.chunks_from(sample))
            .map_while(|(chunk, samples)| Some(Chunk { samples, offset: self.offsets.get(chunk)? }))
    }

    /// The first sample of a chunk. O(log n).
    fn first_sample(&self, chunk: u32) -> u32 {
        let is_before =
            |at| Entry::read(&self.runs, at).is_some_and(|run| run.first_chunk <= chunk);
        let runs = self.runs.len().checked_div(Entry::LEN).unwrap_or_default();
        let at = partition_point(runs, is_before).saturating_sub(1);
        let run = self.runs_from(at / STRIDE).nth(at % STRIDE);
        run.map_or(self.len, |run| run.samples_of(chunk).start)
    }

    /// The runs from a checkpoint on.
    fn runs_from(&self, block: usize) -> impl Iterator<Item = Run> + '_ {
        let mut sample = self.checkpoints.get(block).copied().unwrap_or(self.len);
        (block.saturating_mul(STRIDE)..).map_while(move |at| {
            let Entry { first_chunk, samples_per_chunk } = Entry::read(&self.runs, at)?;
            let next = Entry::read(&self.runs, at.saturating_add(1));
            let end = next.map_or(self.offsets.len(), |next| next.first_chunk);
            let chunks = end.saturating_sub(first_chunk);
            let first = sample;
            sample = sample.saturating_add(chunks.saturating_mul(samples_per_chunk)).min(self.len);
            Some(Run { chunks: first_chunk..end, samples: first..sample, samples_per_chunk })
        })
    }
}

/// An entry of `stsc`.
#[derive(Clone, Copy)]
struct Entry {
    /// From 0.
    first_chunk: u32,
    samples_per_chunk: u32,
}

impl Entry {
    const LEN: usize = 12;

    /// `None` past the end, and for an entry that names chunk 0.
    fn read(table: &Bytes, at: usize) -> Option<Self> {
        let [a, b, c, d, e, f, g, h, ..] = *table.as_chunks::<{ Self::LEN }>().0.get(at)?;
        let first_chunk = u32::from_be_bytes([a, b, c, d]).checked_sub(1)?;
        Some(Self { first_chunk, samples_per_chunk: u32::from_be_bytes([e, f, g, h]) })
    }
}

/// Chunks that hold equally many samples.
#[derive(Clone)]
struct Run {
    chunks: Range<u32>,
    samples: Range<u32>,
    samples_per_chunk: u32,
}

impl Run {
    fn samples_of(&self, chunk: u32) -> Range<u32> {
        let before = chunk.saturating_sub(self.chunks.start).saturating_mul(self.samples_per_chunk);
        let first = self.samples.start.saturating_add(before);
        first..first.saturating_add(self.samples_per_chunk).min(self.samples.end)
    }

    /// Its chunks from the one that holds `sample` on, with their samples.
    fn chunks_from(self, sample: u32) -> impl Iterator<Item = (u32, Range<u32>)> {
        let before = sample.saturating_sub(self.samples.start).checked_div(self.samples_per_chunk);
        let first = self.chunks.start.saturating_add(before.unwrap_or_default());
        (first..self.chunks.end).map(move |chunk| (chunk, self.samples_of(chunk)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Extent, SampleColumns, SampleTable};
    use proptest::prelude::*;

    fn runs(entries: &[(u32, u32)]) -> Bytes {
        let numbers = entries.iter().flat_map(|&(first, samples)| [first, samples, 1]);
        numbers.flat_map(u32::to_be_bytes).collect()
    }

    fn narrow(offsets: &[u32]) -> StoredOffsets {
        StoredOffsets::Narrow(offsets.iter().flat_map(|offset| offset.to_be_bytes()).collect())
    }

    fn wide(offsets: &[u32]) -> StoredOffsets {
        let offsets = offsets.iter().map(|&offset| u64::from(offset));
        StoredOffsets::Wide(offsets.flat_map(u64::to_be_bytes).collect())
    }

    fn sizes(sizes: &[u32]) -> Column {
        Column::stored(sizes.iter().flat_map(|size| size.to_be_bytes()).collect())
    }

    /// Entries and offsets of chunks with so many samples each, with a run for each chunk where it
    /// is `split`, and chunks of those sizes with a gap of a byte or none before each.
    fn tables(chunks: &[(u32, u32, bool)], split: bool) -> (Vec<(u32, u32)>, Vec<u32>, Vec<u32>) {
        let (mut entries, mut offsets, mut sizes) =
            (Vec::<(u32, u32)>::new(), Vec::new(), Vec::new());
        let mut offset = 40;
        for (number, &(samples, size, is_apart)) in (1..).zip(chunks) {
            if split || entries.last().is_none_or(|last| last.1 != samples) {
                entries.push((number, samples));
            }
            offset += u32::from(is_apart);
            offsets.push(offset);
            offset += samples * size;
            sizes.extend(vec![size; samples as usize]);
        }
        (entries, offsets, sizes)
    }

    fn columns(sizes: Column, chunks: Vec<(SampleIndex, u64)>) -> SampleColumns {
        SampleColumns {
            durations: Column::constant(1, sizes.len()),
            composition_offsets: Column::constant(0, sizes.len()),
            sizes,
            chunks,
            sync_samples: None,
        }
    }

    #[test]
    fn unusual_tables_are_not_taken() {
        let taken = |entries: &[(u32, u32)], offsets: &[u32], of: &[u32]| {
            let chunks = StoredChunks::new(runs(entries), narrow(offsets), &sizes(of));
            chunks.map(|chunks| (chunks.iter().count(), chunks.end_in_file()))
        };
        assert_eq!(taken(&[(1, 2)], &[10, 30], &[5, 6, 7]), Some((2, 37)));
        assert_eq!(
            taken(&[(1, 2), (3, 1)], &[10, 30], &[5, 6, 7]),
            Some((2, 37)),
            "a run too many"
        );
        assert_eq!(taken(&[(1, 2)], &[90, 30, 99], &[5, 6, 7]), Some((2, 101)), "out of order");
        assert_eq!(taken(&[(1, 2)], &[10], &[5, 6, 7]), None, "a chunk is missing");
        assert_eq!(taken(&[(1, 2), (2, 0)], &[10, 30], &[5, 6, 7]), None, "an empty chunk");
        assert_eq!(taken(&[(1, 2)], &[10, 30], &[5, 0, 7]), None, "an empty sample");
        assert_eq!(taken(&[(0, 2)], &[10, 30], &[5, 6, 7]), None, "chunk 0");
        assert_eq!(taken(&[(2, 2)], &[10, 30], &[5, 6]), None, "no chunk 1");
        assert_eq!(taken(&[(1, 1), (1, 1)], &[10, 30], &[5, 6]), None, "two runs of chunk 1");
        assert_eq!(taken(&[], &[], &[]), None, "no samples");
        let end = StoredOffsets::Wide(u64::MAX.to_be_bytes().to_vec().into());
        assert_eq!(StoredChunks::new(runs(&[(1, 1)]), end, &sizes(&[1])), None, "past 64 bits");
    }

    #[test]
    fn chunks_of_other_samples_are_refused() {
        let chunks = StoredChunks::new(runs(&[(1, 2)]), narrow(&[0]), &sizes(&[1, 1])).unwrap();
        let columns = columns(sizes(&[1]), Vec::new());
        let error = SampleTable::with_stored_chunks(columns, chunks).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the sample table contradicts itself: chunks of 2 samples for 1 sizes"
        );
    }

    proptest! {
        #[test]
        fn a_stored_table_gives_the_extents_of_a_list(
            chunks in prop::collection::vec((1_u32..5, 1_u32..100, any::<bool>()), 1..300),
            (split, cut) in any::<(bool, bool)>(),
            ranges in prop::collection::vec((0_u32..800, 0_u32..300), 1..20),
        ) {
            let (entries, offsets, mut all) = tables(&chunks, split);
            if cut && all.len() > 1 {
                all.pop();
            }
            let sizes = sizes(&all);
            let stored = StoredChunks::new(runs(&entries), narrow(&offsets), &sizes).unwrap();
            let with_wide = StoredChunks::new(runs(&entries), wide(&offsets), &sizes).unwrap();
            prop_assert!(with_wide.iter().eq(stored.iter()));
            let list = SampleTable::new(columns(sizes.clone(), stored.iter().collect())).unwrap();
            let end = stored.end_in_file();
            let table = SampleTable::with_stored_chunks(columns(sizes, Vec::new()), stored);
            let table = table.unwrap();
            let extents = |table: &SampleTable, first, count| {
                let range = SampleIndex(first)..SampleIndex(first + count);
                table.extents(range).collect::<Vec<Extent>>()
            };
            for (first, count) in ranges {
                prop_assert_eq!(extents(&table, first, count), extents(&list, first, count));
            }
            let last = extents(&list, 0, list.len()).into_iter().map(Extent::end).max();
            prop_assert_eq!(Some(end), last);
        }
    }
}
