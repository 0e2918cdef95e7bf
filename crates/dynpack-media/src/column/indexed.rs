//! Columns as an index file keeps them (`docs/index-files.md`).

use bytes::{Buf, BufMut, Bytes};

use super::Column;
use super::blocks::{Blocks, take};
use super::shape::Shape;

/// The shapes that an index file has.
const RUNS: u8 = 0;
const PALETTE: u8 = 1;
const BLOCKS: u8 = 2;

impl Column {
    /// Appends the column as an index file keeps it: runs, indices into a palette, or blocks.
    /// `None` if it takes 4 GiB or more.
    pub(crate) fn put(&self, out: &mut impl BufMut) -> Option<()> {
        let count = |values: &[u32]| u32::try_from(values.len()).ok();
        match &self.shape {
            Shape::Runs { values, .. } => {
                out.put_u8(RUNS);
                out.put_u32(self.len);
                out.put_u32(count(values)?);
                self.for_each_run(0..self.len, |value, count| {
                    out.put_u32(value);
                    out.put_u32(count);
                });
            }
            Shape::Palette { indices, values } => {
                out.put_u8(PALETTE);
                out.put_u32(self.len);
                out.put_u32(count(values)?);
                values.iter().for_each(|&value| out.put_u32(value));
                out.put_slice(indices);
            }
            Shape::Narrow(_) | Shape::Wide(_) | Shape::Stored(_) | Shape::Blocks(_) => {
                let mut numbers = Vec::new();
                self.for_each_run(0..self.len, |value, _| {
                    numbers.push(value.cast_signed().into());
                });
                out.put_u8(BLOCKS);
                out.put_u32(self.len);
                Blocks::put(&numbers, out)?;
            }
        }
        Some(())
    }

    /// Takes such a column from the start of `bytes`. `None` if it is not whole, or contradicts
    /// itself.
    ///
    /// Indices and blocks stay in `bytes`. Runs take the memory that they have there.
    pub(crate) fn take(bytes: &mut Bytes) -> Option<Self> {
        let (shape, len) = (bytes.try_get_u8().ok()?, bytes.try_get_u32().ok()?);
        let shape = match shape {
            RUNS => {
                let table = take_entries::<8>(bytes)?;
                let mut end = 0_u32;
                let (mut starts, mut values) = (Vec::new(), Vec::new());
                for [a, b, c, d, e, f, g, h] in table.as_chunks::<8>().0.iter().copied() {
                    let count = u32::from_be_bytes([e, f, g, h]);
                    starts.push(end);
                    values.push(u32::from_be_bytes([a, b, c, d]));
                    end = end.checked_add(count).filter(|_| count > 0)?;
                }
                if end != len {
                    return None;
                }
                Shape::Runs { starts: starts.into(), values: values.into() }
            }
            PALETTE => {
                let table = take_entries::<4>(bytes)?;
                let values = table.as_chunks().0.iter().map(|word| u32::from_be_bytes(*word));
                let values: Box<[u32]> = values.collect();
                let indices = take(bytes, len as usize)?;
                let max = indices.iter().copied().max().map_or(0, usize::from);
                if len > 0 && max >= values.len() {
                    return None;
                }
                Shape::Palette { indices, values }
            }
            BLOCKS => Shape::Blocks(Blocks::take(bytes, len)?),
            _ => return None,
        };
        Some(Self { shape, len })
    }
}

/// Takes a count, and so many entries of `LEN` bytes.
fn take_entries<const LEN: usize>(bytes: &mut Bytes) -> Option<Bytes> {
    let count = bytes.try_get_u32().ok()?;
    take(bytes, (count as usize).checked_mul(LEN)?)
}

#[cfg(test)]
mod tests {
    use super::super::Summed;
    use super::*;
    use proptest::prelude::*;

    fn taken(mut bytes: Bytes) -> Option<Column> {
        Column::take(&mut bytes).filter(|_| bytes.is_empty())
    }

    fn put(column: &Column) -> Bytes {
        let mut out = Vec::new();
        column.put(&mut out).unwrap();
        out.into()
    }

    fn values(column: &Column) -> Vec<u32> {
        (0..column.len()).map(|at| column.get(at)).collect()
    }

    #[test]
    fn columns_that_contradict_themselves_are_refused() {
        let column = |head: &[u8], words: &[u32]| {
            let words = words.iter().flat_map(|word| word.to_be_bytes());
            taken(head.iter().copied().chain(words).collect()).map(|column| values(&column))
        };
        assert_eq!(column(&[RUNS], &[3, 2, 9, 1, 8, 2]), Some(vec![9, 8, 8]));
        assert_eq!(column(&[RUNS], &[0, 0]), Some(vec![]));
        assert_eq!(column(&[RUNS], &[4, 2, 9, 1, 8, 2]), None, "another length");
        assert_eq!(column(&[RUNS], &[1, 2, 9, 1, 8, 0]), None, "an empty run");
        assert_eq!(column(&[RUNS], &[1, 1 << 31, 9, 1]), None, "more runs than bytes");
        assert_eq!(column(&[RUNS], &[0, 2, 9, u32::MAX, 8, 1]), None, "past 32 bits");
        let palette = |index: u32| column(&[PALETTE], &[4, 2, 9, 8, 0x0001_0000 | index]);
        assert_eq!((palette(1), palette(2)), (Some(vec![9, 8, 9, 8]), None));
        assert_eq!(column(&[BLOCKS], &[2, 0, 5, 0]), Some(vec![5, 5]));
        assert_eq!((column(&[3], &[0, 0]), column(&[], &[])), (None, None));
    }

    proptest! {
        #[test]
        fn any_column_comes_back(
            runs in prop::collection::vec((any::<u32>(), 0_u32..32, 1_u32..4), 0..200),
            is_stored: bool,
        ) {
            let runs = runs.into_iter().map(|(value, by, count)| (value >> by, count));
            let runs: Vec<_> = runs.collect();
            let mut column = Column::from_runs(runs.iter().copied());
            if is_stored {
                let words = values(&column).into_iter().flat_map(u32::to_be_bytes);
                column = Column::stored(words.collect());
            }
            let back = taken(put(&column)).unwrap();
            prop_assert_eq!(values(&back), values(&column));
            prop_assert_eq!(back.bounds(), column.bounds());
            prop_assert_eq!(back.least_signed(), column.least_signed());
            for value in [0, 1, column.get(0)] {
                prop_assert_eq!(back.contains(value), column.contains(value));
            }
            for at in 0..=column.len() {
                let (sums, expected) = (Summed::new(back.clone()), Summed::new(column.clone()));
                prop_assert_eq!(
                    sums.map(|sums| sums.before(at)),
                    expected.map(|sums| sums.before(at))
                );
            }
            prop_assert_eq!(put(&back), put(&column));
        }

        #[test]
        fn any_bytes_are_a_column_or_refused(bytes: Vec<u8>, shape in 0_u8..4, len in 0_u32..300) {
            let head = [&[shape][..], &len.to_be_bytes()].concat();
            if let Some(column) = taken([head, bytes].concat().into()) {
                prop_assert_eq!(column.len(), len);
                let back = taken(put(&column)).map(|back| values(&back));
                prop_assert_eq!(back, Some(values(&column)));
            }
        }
    }
}
