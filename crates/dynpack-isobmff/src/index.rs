//! Where fragments start, as indexes declare: `sidx` (ISO/IEC 14496-12, 8.16.3) and `mfra` (8.8.9).
//!
//! An index is a hint of what to read ahead and no more: one that is absent, broken or wrong
//! changes nothing about what is found.

use std::collections::BTreeSet;

use dynpack_boxes::Sidx;

use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of the `mfro` box, the last of a file that has one.
pub(crate) const MFRO_LEN: u64 = 16;

/// How many places are kept at a time: as many as files have fragments by the default
/// [`Limits`](crate::Limits).
const MAX: usize = 1 << 20;

/// Where boxes at the top are said to start, in bytes from the start of the file.
#[derive(Debug, Default)]
pub(crate) struct Index {
    offsets: BTreeSet<u64>,
}

impl Index {
    pub(crate) fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    pub(crate) fn contains(&self, offset: u64) -> bool {
        self.offsets.contains(&offset)
    }

    /// The first from `offset` on. O(log n).
    pub(crate) fn first_from(&self, offset: u64) -> Option<u64> {
        self.offsets.range(offset..).next().copied()
    }

    /// Takes over the entries of a `sidx`, and returns the end of its last segment.
    pub(crate) fn read_sidx(&mut self, sidx: &BoxRef<'_>) -> Result<u64, Error> {
        let Sidx { first_offset, references, .. } = sidx.read()?;
        let mut offset =
            sidx.offset.saturating_add(sidx.whole.len() as u64).saturating_add(first_offset);
        self.let_go_before(sidx.offset);
        for reference in references.iter() {
            self.insert(offset);
            offset = offset.saturating_add(reference.size.into());
        }
        Ok(offset)
    }

    /// One more is passed over where there are too many: then it is not read ahead.
    fn insert(&mut self, offset: u64) {
        if self.offsets.len() < MAX {
            self.offsets.insert(offset);
        }
    }

    /// Earlier entries were visited already, or are invalid.
    fn let_go_before(&mut self, position: u64) {
        while self.offsets.first().is_some_and(|&offset| offset < position) {
            self.offsets.pop_first();
        }
    }

    /// Takes over the entries of an `mfra`.
    pub(crate) fn read_mfra(&mut self, mfra: &BoxRef<'_>) -> Result<(), Error> {
        for tfra in mfra.children().all_of_kind(b"tfra") {
            self.read_tfra(&tfra?)?;
        }
        Ok(())
    }

    fn read_tfra(&mut self, tfra: &BoxRef<'_>) -> Result<(), Error> {
        let mut fields = tfra.fields();
        let (version, _) = fields.version_and_flags()?;
        fields.skip(4)?;
        let [.., lengths] = fields.u32()?.to_be_bytes();
        let numbers = [4, 2, 0].map(|shift| usize::from((lengths >> shift & 3).saturating_add(1)));
        for _ in 0..fields.u32()? {
            fields.versioned(version)?;
            self.insert(fields.versioned(version)?);
            fields.skip(numbers.iter().sum())?;
        }
        Ok(())
    }
}

/// Bytes of the `mfra` box before the end of the file, as its last box declares; `None` if that is
/// none.
pub(crate) fn mfra_len(mfro: &[u8]) -> Option<u64> {
    let (header, len) = mfro.split_at_checked(12)?;
    let is_mfro = header.starts_with(&[0, 0, 0, 16]) && header.get(4..8)? == b"mfro";
    is_mfro.then_some(u32::from_be_bytes(len.try_into().ok()?).into())
}

#[cfg(test)]
mod tests {
    use dynpack_media::FourCc;

    use super::*;

    /// Takes over a `sidx` at that place, with segments of these lengths.
    fn read(index: &mut Index, offset: u64, lengths: &[u32]) -> u64 {
        let count = u16::try_from(lengths.len()).unwrap();
        let mut sidx = [&[0; 30][..], &count.to_be_bytes()].concat();
        sidx.extend(lengths.iter().flat_map(|len| [&len.to_be_bytes()[..], &[0; 8]].concat()));
        index.read_sidx(&BoxRef::top(FourCc(*b"sidx"), offset, &sidx.into(), 8)).unwrap()
    }

    #[test]
    fn places_that_lie_behind_are_let_go() {
        let mut index = Index::default();
        let mut at = 0;
        for _ in 0..100 {
            at = read(&mut index, at, &[5, 5]);
            assert!(index.offsets.len() <= 4, "{:?}", index.offsets);
        }
        assert_eq!(index.offsets.last(), Some(&(at - 5)));
    }

    #[test]
    fn no_more_places_are_kept_than_a_file_has_fragments() {
        let mut index = Index::default();
        let lengths = vec![1; u16::MAX.into()];
        for place in (0..18).rev() {
            read(&mut index, place << 32, &lengths);
        }
        assert_eq!(index.offsets.len(), MAX);
    }
}
