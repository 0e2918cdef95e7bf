//! The samples of a track: their places in the file and their times.

mod builder;
mod indexed;

use std::ops::Range;

pub(crate) use self::builder::SampleTableBuilder;

use crate::chunk::Chunk;
use crate::chunks::Chunks;
use crate::column::Summed;
use crate::{Column, Error, Extent, Sample, SampleColumns, SampleIndex, StoredChunks, Ticks};

/// The samples of one track, checked once: every index below [`len`](Self::len) has a time, a size
/// and a place, and no accessor fails.
///
/// # Memory
/// As columns, a typical film with B-frames takes about 5.5 bytes a video sample (size 4,
/// composition offset 1, the rest shared by many) and about 2.5 a sample of AAC (size 2). The worst
/// case (every duration, offset and size different, one sample a chunk) is under 29.
///
/// Stored tables take 4 bytes a size, 4 or 8 a chunk and 12 a run of chunks, as in the file. They
/// are parts of a larger buffer, which stays in memory as a whole unless they are
/// [copied](Self::unshare). Those of an [index](Self::take_indexed) take a byte or two a size, and
/// three or four a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleTable {
    durations: Summed,
    composition_offsets: Column,
    least_composition_offset: i32,
    has_empty: bool,
    sizes: Summed,
    chunks: Chunks,
    sync_samples: Option<Box<[SampleIndex]>>,
    /// Bytes of the file that stay in memory around the stored tables.
    held_besides: usize,
}

impl SampleTable {
    /// A table of no samples.
    #[must_use]
    pub fn empty() -> Self {
        let none = || Column::constant(0, 0);
        let columns = SampleColumns {
            durations: none(),
            composition_offsets: none(),
            sizes: none(),
            chunks: Vec::new(),
            sync_samples: None,
        };
        Self::new(columns).expect("columns without entries do not differ")
    }

    /// Checks the columns against each other.
    ///
    /// # Errors
    /// [`Error::SampleTable`] if the columns differ in length, the chunks or sync samples do not
    /// ascend or lie outside, the sizes sum up to more than 63 bits, or the durations to more than
    /// [`Ticks::FARTHEST`].
    pub fn new(columns: SampleColumns) -> Result<Self, Error> {
        Self::with(columns, listed)
    }

    /// The same with the chunks that a file stores, instead of those in `columns`.
    ///
    /// # Errors
    /// The same, and where the chunks are of another number of samples.
    pub fn with_stored_chunks(columns: SampleColumns, chunks: StoredChunks) -> Result<Self, Error> {
        Self::with(columns, |_, sizes| match (chunks.len(), sizes.column().len()) {
            (chunk_len, len) if chunk_len != len => {
                Err(Error::SampleTable(format!("chunks of {chunk_len} samples for {len} sizes")))
            }
            _ => Ok(Chunks::Stored(chunks)),
        })
    }

    fn with(
        columns: SampleColumns,
        chunks: impl FnOnce(Vec<(SampleIndex, u64)>, &Summed) -> Result<Chunks, Error>,
    ) -> Result<Self, Error> {
        let len = columns.sizes.len();
        for (name, other) in [
            ("durations", columns.durations.len()),
            ("composition offsets", columns.composition_offsets.len()),
        ] {
            if other != len {
                return Err(Error::SampleTable(format!("{other} {name} for {len} sizes")));
            }
        }
        let sizes = Summed::new(columns.sizes)
            .ok_or_else(|| Error::SampleTable("the sizes sum up to more than 63 bits".into()))?;
        let durations = Summed::new(columns.durations)
            .filter(|durations| ticks(durations.before(len)).is_plausible())
            .ok_or_else(|| {
                Error::SampleTable("the durations sum up to more than 2^61 ticks".into())
            })?;
        let chunks = chunks(columns.chunks, &sizes)?;
        if let Some(sync_samples) = &columns.sync_samples {
            check_sync_samples(sync_samples, len)?;
        }
        Ok(Self {
            durations,
            least_composition_offset: columns
                .composition_offsets
                .least_signed()
                .unwrap_or_default(),
            composition_offsets: columns.composition_offsets,
            has_empty: !matches!(chunks, Chunks::Stored(_)) && sizes.column().contains(0),
            sizes,
            chunks,
            sync_samples: columns.sync_samples.map(Into::into),
            held_besides: 0,
        })
    }

    /// The same samples, where decoding can start at these alone.
    ///
    /// # Errors
    /// [`Error::SampleTable`] if they do not ascend or lie outside.
    pub fn with_sync_samples(self, sync_samples: Vec<SampleIndex>) -> Result<Self, Error> {
        check_sync_samples(&sync_samples, self.len())?;
        Ok(Self { sync_samples: Some(sync_samples.into()), ..self })
    }

    /// Number of samples.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.sizes.column().len()
    }

    /// Whether the track has no samples.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Decode time of a sample, from 0; the end of the last sample for an index past the end. O(log
    /// n).
    #[must_use]
    pub fn decode_time(&self, index: SampleIndex) -> Ticks {
        ticks(self.durations.before(index.0))
    }

    /// The composition time of a sample on the track's own clock, before edit lists: its decode
    /// time plus its offset. O(log n).
    #[must_use]
    pub fn composition_time(&self, index: SampleIndex) -> Ticks {
        self.decode_time(index) + self.composition_offset(index)
    }

    /// The last sample which is decoded at or before `time`. O(log n).
    #[must_use]
    pub fn index_at(&self, time: Ticks) -> SampleIndex {
        SampleIndex(self.durations.index_at(time.0.max(0).unsigned_abs()))
    }

    /// Duration of a sample, in ticks.
    #[must_use]
    pub fn duration(&self, index: SampleIndex) -> Ticks {
        Ticks(self.durations.column().get(index.0).into())
    }

    /// Composition time less decode time of a sample, in ticks.
    #[must_use]
    pub fn composition_offset(&self, index: SampleIndex) -> Ticks {
        Ticks(self.composition_offsets.get(index.0).cast_signed().into())
    }

    /// The least composition offset of all samples, in ticks: decode times moved by it never pass
    /// composition times. O(1).
    #[must_use]
    pub fn least_composition_offset(&self) -> Ticks {
        Ticks(self.least_composition_offset.into())
    }

    /// Lowers the [least composition offset](Self::least_composition_offset) to that, as if another
    /// sample had it.
    pub(crate) fn lower_composition_offset(&mut self, least: i32) {
        self.least_composition_offset = self.least_composition_offset.min(least);
    }

    /// Size of a sample, in bytes.
    #[must_use]
    pub fn size(&self, index: SampleIndex) -> u32 {
        self.sizes.column().get(index.0)
    }

    /// Whether there are samples without bytes: damaged files have them, and others have them over
    /// a gap. O(1).
    #[must_use]
    pub const fn has_empty_samples(&self) -> bool {
        self.has_empty
    }

    /// Bytes of all samples of `range` together. O(log n).
    #[must_use]
    pub fn byte_len(&self, range: Range<SampleIndex>) -> u64 {
        self.sizes.sum(range.start.0..range.end.0)
    }

    /// Calls `each` with the sizes of `range`, in bytes and in decoding order, and with the number
    /// of samples of each: equal neighbours come in one call if they are stored as a run. About a
    /// nanosecond a sample.
    pub fn each_size(&self, range: Range<SampleIndex>, each: impl FnMut(u32, u32)) {
        self.sizes.column().for_each_run(range.start.0..range.end.0, each);
    }

    /// The same for durations, in ticks.
    pub fn each_duration(&self, range: Range<SampleIndex>, each: impl FnMut(u32, u32)) {
        self.durations.column().for_each_run(range.start.0..range.end.0, each);
    }

    /// Whether decoding can start at a sample.
    #[must_use]
    pub fn is_sync(&self, index: SampleIndex) -> bool {
        self.sync_samples.as_ref().is_none_or(|samples| samples.binary_search(&index).is_ok())
    }

    /// The samples of `range` at which decoding can start, as a list; `None` where all are.
    #[must_use]
    pub fn sync_samples(&self, range: Range<SampleIndex>) -> Option<&[SampleIndex]> {
        let samples = self.sync_samples.as_deref()?;
        let start = samples.partition_point(|&sample| sample < range.start);
        let end = samples.partition_point(|&sample| sample < range.end);
        Some(samples.get(start..end).unwrap_or_default())
    }

    /// The last sample at or before `index` at which decoding can start, if there is one.
    #[must_use]
    pub fn sync_at_or_before(&self, index: SampleIndex) -> Option<SampleIndex> {
        match &self.sync_samples {
            None => Some(index),
            Some(samples) => samples
                .get(samples.partition_point(|&sample| sample <= index).checked_sub(1)?)
                .copied(),
        }
    }

    /// The duration that all samples of `range` have, if they share one.
    #[must_use]
    pub fn uniform_duration(&self, range: Range<SampleIndex>) -> Option<u32> {
        self.durations.column().uniform(range.start.0..range.end.0)
    }

    /// The composition offset that all samples of `range` have, if they share one.
    #[must_use]
    pub fn uniform_composition_offset(&self, range: Range<SampleIndex>) -> Option<i32> {
        self.composition_offsets.uniform(range.start.0..range.end.0).map(u32::cast_signed)
    }

    /// The size that all samples of `range` have, if they share one.
    #[must_use]
    pub fn uniform_size(&self, range: Range<SampleIndex>) -> Option<u32> {
        self.sizes.column().uniform(range.start.0..range.end.0)
    }

    /// The samples of `range`, in decoding order. Indices past the end are left out.
    pub fn samples(&self, range: Range<SampleIndex>) -> impl Iterator<Item = Sample> + '_ {
        let mut decode_time = self.decode_time(range.start);
        // Looked up once for all samples where that is possible.
        let uniform = self.uniform_duration(range.clone()).map(|duration| Ticks(duration.into()));
        let mut sync =
            self.sync_samples(range.clone()).map(|samples| samples.iter().copied().peekable());
        (range.start.0..range.end.0.min(self.len())).map(move |index| {
            let index = SampleIndex(index);
            let duration = uniform.unwrap_or_else(|| self.duration(index));
            let sample = Sample {
                index,
                decode_time,
                duration,
                composition_offset: self.composition_offset(index),
                size: self.size(index),
                is_sync: sync.as_mut().is_none_or(|sync| sync.next_if_eq(&index).is_some()),
            };
            decode_time += duration;
            sample
        })
    }

    /// The samples of `range`, each with its offset in the file, in bytes. That of a sample without
    /// bytes is where the sample before it ends.
    pub fn placed_samples(
        &self,
        range: Range<SampleIndex>,
    ) -> impl Iterator<Item = (Sample, u64)> + '_ {
        let mut extents = self.extents(range.clone());
        let mut rest = Extent::new(0, 0);
        self.samples(range).map(move |sample| {
            let size = u64::from(sample.size);
            if size > 0 && rest.len == 0 {
                rest = extents.next().unwrap_or(rest);
            }
            let offset = rest.offset;
            rest = Extent::new(offset.saturating_add(size), rest.len.saturating_sub(size));
            (sample, offset)
        })
    }

    /// Where the samples of `range` lie in the file, in decoding order; samples that follow each
    /// other there are one extent.
    pub fn extents(&self, range: Range<SampleIndex>) -> impl Iterator<Item = Extent> + '_ {
        let (start, end) = (range.start.0, range.end.0.min(self.len()));
        let chunks = self.chunks.from(start, self.len());
        let chunks = chunks.take_while(move |chunk| chunk.samples.start < end && start < end);
        let parts = chunks.map(move |Chunk { samples, offset }| {
            let (from, to) = (start.max(samples.start), end.min(samples.end));
            let before = self.sizes.sum(samples.start..from);
            Extent::new(offset.saturating_add(before), self.sizes.sum(from..to))
        });
        let mut parts = parts.filter(|part| part.len > 0).peekable();
        std::iter::from_fn(move || {
            let mut extent = parts.next()?;
            while let Some(next) = parts.next_if(|next| next.offset == extent.end()) {
                extent.len = extent.len.saturating_add(next.len);
            }
            Some(extent)
        })
    }

    /// Sum of all durations, in ticks.
    #[must_use]
    pub fn total_duration(&self) -> Ticks {
        self.decode_time(SampleIndex(self.len()))
    }

    /// Bytes of tables that it holds as its file has them. They may be parts of one buffer, which
    /// stays in memory as a whole.
    #[must_use]
    pub fn stored_len(&self) -> usize {
        let chunks = match &self.chunks {
            Chunks::Listed { .. } | Chunks::Counted(_) => 0,
            Chunks::Stored(chunks) => chunks.stored_len(),
        };
        self.sizes.column().stored_len().saturating_add(chunks)
    }

    /// Copies those tables to buffers of their own.
    pub fn unshare(&mut self) {
        self.sizes.unshare();
        if let Chunks::Stored(chunks) = &mut self.chunks {
            chunks.unshare();
        }
    }

    /// Counts so many more bytes as memory that the table holds: those around its stored tables.
    pub const fn hold_besides(&mut self, bytes: usize) {
        self.held_besides = bytes;
    }

    /// Bytes of memory the table holds.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        [
            size_of::<Self>(),
            self.held_besides,
            self.durations.memory_size(),
            self.composition_offsets.memory_size(),
            self.sizes.memory_size(),
            self.chunks.memory_size(),
            self.sync_samples.as_deref().map_or(0, size_of_val),
        ]
        .into_iter()
        .fold(0, usize::saturating_add)
    }
}

/// The listed chunks of samples of these sizes. Those that follow each other in the file are
/// joined.
fn listed(chunks: Vec<(SampleIndex, u64)>, sizes: &Summed) -> Result<Chunks, Error> {
    let len = sizes.column().len();
    let max_chunks = chunks.len();
    let (mut chunk_samples, mut chunk_offsets) =
        (Vec::<u32>::with_capacity(max_chunks), Vec::<u64>::with_capacity(max_chunks));
    let (mut before, mut stretch) = (0, 0_u64);
    for (SampleIndex(sample), offset) in chunks {
        let expected_first = chunk_samples.is_empty();
        let ascends = chunk_samples.last().map_or(sample == 0, |&last| last < sample);
        if !ascends || sample >= len {
            let problem = if expected_first {
                "does not start at sample 0"
            } else {
                "does not ascend below the sample count"
            };
            return Err(Error::SampleTable(format!(
                "chunk {} {problem}: sample {sample} of {len}",
                chunk_samples.len()
            )));
        }
        // Chunks which follow each other in the file are one stretch.
        stretch = stretch.saturating_add(sizes.sum(before..sample));
        before = sample;
        let contiguous =
            chunk_offsets.last().is_some_and(|&start| start.checked_add(stretch) == Some(offset));
        if !contiguous {
            chunk_samples.push(sample);
            chunk_offsets.push(offset);
            stretch = 0;
        }
    }
    if len > 0 && chunk_samples.is_empty() {
        return Err(Error::SampleTable(format!("{len} samples lie in no chunk")));
    }
    if chunk_offsets.iter().any(|offset| offset.checked_add(sizes.before(len)).is_none()) {
        return Err(Error::SampleTable("a chunk ends past 64 bits".into()));
    }
    Ok(Chunks::Listed { samples: chunk_samples.into(), offsets: chunk_offsets.into() })
}

fn check_sync_samples(sync_samples: &[SampleIndex], len: u32) -> Result<(), Error> {
    let ascend = sync_samples.iter().zip(sync_samples.iter().skip(1)).all(|(one, next)| one < next);
    if !ascend || sync_samples.last().is_some_and(|last| last.0 >= len) {
        return Err(Error::SampleTable("sync samples do not ascend below the sample count".into()));
    }
    Ok(())
}

fn ticks(sum: u64) -> Ticks {
    Ticks(i64::try_from(sum).expect("the total was checked against i64::MAX"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnBuilder;

    fn column(values: &[u32]) -> Column {
        let mut builder = ColumnBuilder::default();
        for value in values {
            builder.push_run(*value, 1);
        }
        builder.finish()
    }

    fn columns() -> SampleColumns {
        SampleColumns {
            durations: column(&[10, 10, 20, 10]),
            composition_offsets: column(&[0, (-5_i32).cast_unsigned(), 7, 0]),
            sizes: column(&[100, 50, 25, 5]),
            chunks: vec![(SampleIndex(0), 1000), (SampleIndex(1), 1100), (SampleIndex(2), 5000)],
            sync_samples: Some(vec![SampleIndex(0), SampleIndex(2)]),
        }
    }

    #[test]
    fn samples_carry_their_times_sizes_and_sync_flags() {
        let table = SampleTable::new(columns()).unwrap();
        let samples: Vec<_> = table
            .samples(SampleIndex(1)..SampleIndex(9))
            .map(|sample| {
                (sample.decode_time.0, sample.composition_offset.0, sample.size, sample.is_sync)
            })
            .collect();
        assert_eq!(samples, [(10, -5, 50, false), (20, 7, 25, true), (40, 0, 5, false)]);
        assert_eq!(table.least_composition_offset(), Ticks(-5));
        assert_eq!(table.index_at(Ticks(39)), SampleIndex(2));
        assert_eq!(table.sync_at_or_before(SampleIndex(1)), Some(SampleIndex(0)));
    }

    #[test]
    fn chunks_that_touch_become_one_extent() {
        let table = SampleTable::new(columns()).unwrap();
        let extents: Vec<_> = table.extents(SampleIndex(0)..SampleIndex(3)).collect();
        assert_eq!(extents, [Extent::new(1000, 150), Extent::new(5000, 25)]);
        let inner: Vec<_> = table.extents(SampleIndex(1)..SampleIndex(2)).collect();
        assert_eq!(inner, [Extent::new(1100, 50)]);
        assert_eq!(table.extents(SampleIndex(2)..SampleIndex(2)).count(), 0);
    }

    #[test]
    fn columns_that_contradict_each_other_are_refused() {
        let refused = |change: fn(&mut SampleColumns)| {
            let mut columns = columns();
            change(&mut columns);
            SampleTable::new(columns).unwrap_err().to_string()
        };
        assert!(
            refused(|columns| columns.durations = column(&[1])).contains("1 durations for 4 sizes")
        );
        assert!(refused(|columns| columns.chunks.clear()).contains("no chunk"));
        assert!(
            refused(|columns| columns.chunks[0].0 = SampleIndex(1)).contains("start at sample 0")
        );
        assert!(refused(|columns| columns.chunks[2].0 = SampleIndex(4)).contains("ascend"));
        assert!(refused(|columns| columns.chunks[2].1 = u64::MAX).contains("64 bits"));
        assert!(
            refused(|columns| columns.sync_samples = Some(vec![SampleIndex(4)]))
                .contains("sync samples")
        );
    }

    #[test]
    fn a_claimed_count_takes_no_memory() {
        let table = SampleTable::new(SampleColumns {
            durations: Column::constant(1, u32::MAX),
            composition_offsets: Column::constant(0, u32::MAX),
            sizes: Column::constant(1, u32::MAX),
            chunks: vec![(SampleIndex(0), 0)],
            sync_samples: None,
        })
        .unwrap();
        assert!(table.memory_size() < 1024, "{}", table.memory_size());
        assert_eq!(table.decode_time(SampleIndex(u32::MAX)), Ticks(i64::from(u32::MAX)));
    }
}
