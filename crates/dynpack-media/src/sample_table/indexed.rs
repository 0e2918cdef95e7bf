//! Sample tables as an index file keeps them (`docs/index-files.md`).

use bytes::{Buf, BufMut, Bytes};

use super::SampleTable;
use crate::chunks::{Chunks, CountedChunks};
use crate::column::{Blocks, take};
use crate::{Column, ColumnBuilder, Error, SampleColumns, SampleIndex};

impl SampleTable {
    /// Appends the table as an index file keeps it: to be looked up in place, in fewer bytes than
    /// the tables of a file take.
    ///
    /// # Errors
    /// [`Error::SampleTable`] if a column takes 4 GiB or more, or a chunk lies past 63 bits.
    pub fn put_indexed(&self, out: &mut impl BufMut) -> Result<(), Error> {
        self.put(out).ok_or_else(|| Error::SampleTable("it is too large for an index".into()))
    }

    fn put(&self, out: &mut impl BufMut) -> Option<()> {
        self.durations.column().put(out)?;
        self.composition_offsets.put(out)?;
        self.sizes.column().put(out)?;
        let (counts, offsets) = self.counted_chunks()?;
        counts.put(out)?;
        Blocks::put(&offsets, out)?;
        out.put_u8(self.sync_samples.is_some().into());
        if let Some(sync_samples) = &self.sync_samples {
            out.put_u32(u32::try_from(sync_samples.len()).ok()?);
            sync_samples.iter().for_each(|sample| out.put_u32(sample.0));
        }
        Some(())
    }

    /// Takes such a table from the start of `bytes`, and checks it as [`new`](Self::new) does.
    ///
    /// Sizes, composition offsets and places stay in `bytes`. What is made of the rest takes at
    /// most three times its bytes.
    ///
    /// # Errors
    /// [`Error::SampleTable`] if it is not whole, or contradicts itself.
    pub fn take_indexed(bytes: &mut Bytes) -> Result<Self, Error> {
        let malformed = |what: &str| Error::SampleTable(format!("the {what} cannot be read"));
        let mut column = |what| Column::take(bytes).ok_or_else(|| malformed(what));
        let durations = column("durations")?;
        let composition_offsets = column("composition offsets")?;
        let sizes = column("sizes")?;
        let counts = column("samples of chunks")?;
        let offsets =
            Blocks::take(bytes, counts.len()).ok_or_else(|| malformed("offsets of chunks"))?;
        let sync_samples = take_sync_samples(bytes).ok_or_else(|| malformed("sync samples"))?;
        let chunks = Vec::new();
        let columns = SampleColumns { durations, composition_offsets, sizes, chunks, sync_samples };
        Self::with(columns, |_, sizes| {
            let chunks = CountedChunks::new(counts, offsets, sizes);
            chunks.map(Chunks::Counted).ok_or_else(|| malformed("places of samples"))
        })
    }

    /// The number of samples and the offset of each chunk. Those that follow each other in the file
    /// are one. `None` if an offset passes 63 bits.
    fn counted_chunks(&self) -> Option<(Column, Vec<i64>)> {
        let (mut counts, mut offsets) = (ColumnBuilder::default(), Vec::new());
        let (mut count, mut end) = (0_u32, None);
        for chunk in self.chunks.from(0, self.len()) {
            if end != Some(chunk.offset) {
                counts.push_run(count, (count > 0).into());
                count = 0;
                offsets.push(i64::try_from(chunk.offset).ok()?);
            }
            let samples = chunk.samples;
            count = count.checked_add(samples.end.saturating_sub(samples.start))?;
            end = chunk.offset.checked_add(self.sizes.sum(samples));
        }
        counts.push_run(count, (count > 0).into());
        Some((counts.finish(), offsets))
    }
}

/// `None` if the list is not whole; a list of `None` where decoding can start everywhere.
#[expect(clippy::option_option, reason = "whether it can be read, and whether there is a list")]
fn take_sync_samples(bytes: &mut Bytes) -> Option<Option<Vec<SampleIndex>>> {
    match bytes.try_get_u8().ok()? {
        0 => Some(None),
        1 => {
            let count = bytes.try_get_u32().ok()?;
            let list = take(bytes, (count as usize).checked_mul(4)?)?;
            let words = list.as_chunks().0.iter();
            Some(Some(words.map(|word| SampleIndex(u32::from_be_bytes(*word))).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Extent, Ticks};
    use proptest::prelude::*;

    fn taken(table: &[u8]) -> Result<SampleTable, Error> {
        let mut bytes = Bytes::copy_from_slice(table);
        let table = SampleTable::take_indexed(&mut bytes)?;
        assert!(bytes.is_empty(), "{} bytes are left", bytes.len());
        Ok(table)
    }

    fn put(table: &SampleTable) -> Vec<u8> {
        let mut out = Vec::new();
        table.put_indexed(&mut out).unwrap();
        out
    }

    /// Samples with their duration, composition offset, size, gap before them and whether they are
    /// sync samples.
    type Samples = Vec<(u32, i32, u32, u64, bool)>;

    fn table(samples: &Samples, all_are_sync: bool) -> SampleTable {
        let column = |value: fn(&(u32, i32, u32, u64, bool)) -> u32| {
            Column::from_runs(samples.iter().map(|sample| (value(sample), 1)))
        };
        let (mut chunks, mut end) = (Vec::new(), 0);
        for (index, (.., size, gap, _)) in (0..).map(SampleIndex).zip(samples) {
            if *gap > 0 || index.0 == 0 {
                chunks.push((index, end + gap));
            }
            end += gap + u64::from(*size);
        }
        let sync = (0..).map(SampleIndex).zip(samples).filter(|(_, sample)| sample.4);
        let sync = sync.map(|(index, _)| index).collect();
        SampleTable::new(SampleColumns {
            durations: column(|sample| sample.0),
            composition_offsets: column(|sample| sample.1.cast_unsigned()),
            sizes: column(|sample| sample.2),
            chunks,
            sync_samples: (!all_are_sync).then_some(sync),
        })
        .unwrap()
    }

    fn samples() -> impl Strategy<Value = Samples> {
        let size = prop_oneof![0_u32..2, 0_u32..300, 0_u32..100_000];
        let gap = prop_oneof![Just(0), 0_u64..1000, Just(1 << 33)];
        let offset = prop_oneof![Just(0), -3000_i32..3000, Just(i32::MIN)];
        let duration = prop_oneof![Just(512), 0_u32..2000];
        prop::collection::vec((duration, offset, size, gap, any::<bool>()), 0..400)
    }

    proptest! {
        #[test]
        fn an_indexed_table_has_the_same_samples(
            samples in samples(),
            all_are_sync: bool,
            ranges in prop::collection::vec((0_u32..420, 0_u32..420), 8),
        ) {
            let table = table(&samples, all_are_sync);
            let stored = put(&table);
            let back = taken(&stored).unwrap();
            let all = SampleIndex(0)..SampleIndex(table.len());
            prop_assert!(back.placed_samples(all.clone()).eq(table.placed_samples(all.clone())));
            prop_assert_eq!(back.sync_samples(all.clone()), table.sync_samples(all));
            prop_assert_eq!(back.has_empty_samples(), table.has_empty_samples());
            prop_assert_eq!(back.least_composition_offset(), table.least_composition_offset());
            for (start, end) in ranges {
                let range = SampleIndex(start)..SampleIndex(end);
                let extents: Vec<Extent> = back.extents(range.clone()).collect();
                prop_assert_eq!(extents, table.extents(range.clone()).collect::<Vec<_>>());
                prop_assert_eq!(back.byte_len(range.clone()), table.byte_len(range));
                let time = Ticks(i64::from(start) * 512);
                prop_assert_eq!(back.index_at(time), table.index_at(time));
            }
            prop_assert_eq!(put(&back), stored);
        }

        #[test]
        fn damaged_tables_are_tables_or_refused(
            samples in samples(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            len: prop::sample::Index,
        ) {
            let mut stored = put(&table(&samples, false));
            for (at, byte) in damage {
                let at = at.index(stored.len());
                stored[at] = byte;
            }
            let cut = len.index(stored.len() * 4).min(stored.len());
            let mut bytes = Bytes::from(stored).slice(..cut);
            if let Ok(table) = SampleTable::take_indexed(&mut bytes) {
                let all = SampleIndex(0)..SampleIndex(table.len().min(10_000));
                let sizes = table.samples(all.clone()).map(|sample| u64::from(sample.size));
                let sizes: u64 = sizes.sum();
                let extents: u64 = table.extents(all.clone()).map(|extent| extent.len).sum();
                prop_assert_eq!(sizes, table.byte_len(all.clone()));
                prop_assert_eq!(sizes, extents);
                prop_assert_eq!(table.placed_samples(all.clone()).count(), all.end.0 as usize);
            }
        }
    }

    #[test]
    fn problems_name_the_column() {
        let stored = put(&table(&vec![(1, 0, 5, 0, true); 3], false));
        let problem = |len: usize| taken(&stored[..len]).unwrap_err().to_string();
        let contradicts = "the sample table contradicts itself: the";
        assert_eq!(problem(0), format!("{contradicts} durations cannot be read"));
        assert_eq!(problem(stored.len() - 1), format!("{contradicts} sync samples cannot be read"));
        let far = table(&vec![(1, 0, 5, 1 << 63, true)], true);
        assert_eq!(
            far.put_indexed(&mut Vec::new()).unwrap_err().to_string(),
            "the sample table contradicts itself: it is too large for an index"
        );
    }
}
