//! Numbers in blocks of 64, as an index file keeps them: each block has its least number, and the
//! distances of all from it in as few bytes as the farthest takes.

use std::ops::Range;

use bytes::{BufMut, Bytes};

/// Numbers in a block; the last block may have fewer.
pub(crate) const BLOCK: u32 = 64;

/// Bytes of an entry of the directory: the least number of a block, and where its distances end.
const ENTRY: usize = 12;

/// Numbers in blocks of [`BLOCK`], looked up where they are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    /// An [`ENTRY`] for each block.
    directory: Bytes,
    /// The distances, block after block. All of a block take equally many bytes, the first the most
    /// significant.
    distances: Bytes,
    len: u32,
}

/// One block.
struct Block<'a> {
    least: i64,
    /// Bytes of each distance, 0 to 8.
    width: usize,
    distances: &'a [u8],
    len: u32,
}

impl Blocks {
    /// Takes `len` numbers from the start of `bytes`, and checks the directory. `None` if that
    /// contradicts itself or the length of `bytes`.
    pub(crate) fn take(bytes: &mut Bytes, len: u32) -> Option<Self> {
        let blocks = len.div_ceil(BLOCK) as usize;
        let directory = take(bytes, blocks.checked_mul(ENTRY)?)?;
        let mut start = 0;
        let mut left = len;
        for entry in directory.as_chunks::<ENTRY>().0 {
            let (_, end) = read(entry);
            let count = left.min(BLOCK) as usize;
            left = left.saturating_sub(BLOCK);
            let distances = end.checked_sub(start)?;
            let width = distances.checked_div(count)?;
            if !distances.is_multiple_of(count) || width > size_of::<u64>() {
                return None;
            }
            start = end;
        }
        let distances = take(bytes, start)?;
        Some(Self { directory, distances, len })
    }

    /// Appends numbers. `None` if their distances take more than 32 bits of bytes.
    pub(crate) fn put(numbers: &[i64], out: &mut impl BufMut) -> Option<()> {
        let (mut directory, mut distances) = (Vec::new(), Vec::new());
        for block in numbers.chunks(BLOCK as usize) {
            let least = block.iter().copied().min().unwrap_or_default();
            let farthest = block.iter().map(|&number| number.wrapping_sub(least).cast_unsigned());
            let farthest = farthest.max().unwrap_or_default();
            let zeros = farthest.leading_zeros() as usize / 8;
            for &number in block {
                let distance = number.wrapping_sub(least).to_be_bytes();
                distances.extend_from_slice(distance.get(zeros..).unwrap_or_default());
            }
            directory.put_i64(least);
            directory.put_u32(u32::try_from(distances.len()).ok()?);
        }
        out.put_slice(&directory);
        out.put_slice(&distances);
        Some(())
    }

    /// Number of numbers.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// The number at `index`. O(1).
    pub(crate) fn get(&self, index: u32) -> Option<i64> {
        if index >= self.len {
            return None;
        }
        let block = self.block((index / BLOCK) as usize)?;
        let at = ((index % BLOCK) as usize).checked_mul(block.width)?;
        let distance = block.distances.get(at..at.checked_add(block.width)?)?;
        let mut whole = [0; size_of::<u64>()];
        let zeros = whole.len().checked_sub(block.width)?;
        whole.get_mut(zeros..)?.copy_from_slice(distance);
        Some(block.least.wrapping_add(i64::from_be_bytes(whole)))
    }

    /// Calls `each` with the numbers of `range`, in order. Those past the end are left out.
    pub(crate) fn for_each(&self, range: Range<u32>, mut each: impl FnMut(i64)) {
        let end = range.end.min(self.len);
        let mut start = range.start;
        while start < end {
            let Some(block) = self.block((start / BLOCK) as usize) else { return };
            let first = start % BLOCK;
            let count = end.saturating_sub(start).min(BLOCK.saturating_sub(first));
            block.for_each(first, count, &mut each);
            start = start.saturating_add(count);
        }
    }

    /// Calls `each` with the sum of the low 32 bits of each number, block by block. Stops where it
    /// returns `None`.
    pub(crate) fn sums(&self, mut each: impl FnMut(u64) -> Option<()>) -> Option<()> {
        for block in self.blocks() {
            let mut sum = 0_u64;
            block.for_each(0, block.len, |number| {
                sum = sum.wrapping_add(low(number).into());
            });
            each(sum)?;
        }
        Some(())
    }

    /// Whether the low 32 bits of a number are `value`. Skips blocks whose numbers are all above
    /// it.
    pub(crate) fn contains(&self, value: u32) -> bool {
        self.blocks().any(|block| {
            let bound = block.bound().filter(|&bound| bound <= u32::MAX.into());
            let mut is_found = false;
            if block.least <= value.into() || bound.is_none() {
                block.for_each(0, block.len, |number| is_found |= low(number) == value);
            }
            is_found
        })
    }

    /// A number that none is above. `None` if it passes 63 bits. O(blocks).
    pub(crate) fn bound(&self) -> Option<i64> {
        self.blocks().try_fold(0, |max, block| Some(block.bound()?.max(max)))
    }

    /// Whether a number is below 0. O(blocks).
    pub(crate) fn has_negative(&self) -> bool {
        self.blocks().any(|block| block.least < 0 || block.bound().is_none())
    }

    /// Bytes that it takes.
    pub(crate) const fn byte_len(&self) -> usize {
        self.directory.len().saturating_add(self.distances.len())
    }

    fn blocks(&self) -> impl Iterator<Item = Block<'_>> {
        (0..).map_while(|at| self.block(at))
    }

    fn block(&self, at: usize) -> Option<Block<'_>> {
        let entries = self.directory.as_chunks::<ENTRY>().0;
        let (least, end) = read(entries.get(at)?);
        let start = match at.checked_sub(1) {
            Some(before) => read(entries.get(before)?).1,
            None => 0,
        };
        let distances = self.distances.get(start..end)?;
        let before = u32::try_from(at).ok()?.checked_mul(BLOCK)?;
        let len = self.len.checked_sub(before)?.min(BLOCK);
        Some(Block { least, width: distances.len().checked_div(len as usize)?, distances, len })
    }
}

impl Block<'_> {
    /// A number that none is above. `None` if it passes 63 bits.
    fn bound(&self) -> Option<i64> {
        let bits = u32::try_from(self.width.checked_mul(8)?).ok()?;
        let farthest = 1_i64.checked_shl(bits).map_or(i64::MAX, |next| next.saturating_sub(1));
        self.least.checked_add(farthest)
    }

    /// Calls `each` with `count` numbers from the one at `first` on.
    fn for_each(&self, first: u32, count: u32, each: impl FnMut(i64)) {
        match self.width {
            0 => (0..count).map(|_| self.least).for_each(each),
            1 => self.for_each_of::<1>(first, count, each),
            2 => self.for_each_of::<2>(first, count, each),
            3 => self.for_each_of::<3>(first, count, each),
            4 => self.for_each_of::<4>(first, count, each),
            5 => self.for_each_of::<5>(first, count, each),
            6 => self.for_each_of::<6>(first, count, each),
            7 => self.for_each_of::<7>(first, count, each),
            _ => self.for_each_of::<8>(first, count, each),
        }
    }

    fn for_each_of<const WIDTH: usize>(&self, first: u32, count: u32, each: impl FnMut(i64)) {
        let number = |distance: &[u8; WIDTH]| {
            let distance = distance.iter().fold(0_i64, |sum, &byte| sum << 8 | i64::from(byte));
            self.least.wrapping_add(distance)
        };
        let distances = self.distances.as_chunks::<WIDTH>().0.iter();
        distances.skip(first as usize).take(count as usize).map(number).for_each(each);
    }
}

/// The low 32 bits of a number.
pub(crate) const fn low(number: i64) -> u32 {
    let [_, _, _, _, a, b, c, d] = number.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// An entry of the directory.
fn read(entry: &[u8; ENTRY]) -> (i64, usize) {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = *entry;
    let end = u32::from_be_bytes([i, j, k, l]);
    (i64::from_be_bytes([a, b, c, d, e, f, g, h]), end as usize)
}

/// The first `len` bytes, if there are so many.
pub(crate) fn take(bytes: &mut Bytes, len: usize) -> Option<Bytes> {
    (len <= bytes.len()).then(|| bytes.split_to(len))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stored(numbers: &[i64]) -> Blocks {
        let mut out = Vec::new();
        Blocks::put(numbers, &mut out).unwrap();
        let (mut bytes, len) = (Bytes::from(out), u32::try_from(numbers.len()).unwrap());
        let blocks = Blocks::take(&mut bytes, len).unwrap();
        assert!(bytes.is_empty());
        blocks
    }

    #[test]
    fn a_block_takes_as_many_bytes_as_its_farthest_number() {
        assert_eq!(stored(&[7; 64]).byte_len(), 12);
        assert_eq!(stored(&[1_000_000, 1_000_255]).byte_len(), 12 + 2);
        assert_eq!(stored(&[-1, 255]).byte_len(), 12 + 4);
        assert_eq!(stored(&[i64::MIN, i64::MAX]).byte_len(), 12 + 16);
        assert_eq!(stored(&[0; 65]).byte_len(), 24);
        assert_eq!(stored(&[]).byte_len(), 0);
    }

    #[test]
    fn directories_that_contradict_themselves_are_refused() {
        let taken = |ends: &[u32], len: u32| {
            let mut bytes: Vec<u8> = Vec::new();
            for &end in ends {
                bytes.put_i64(0);
                bytes.put_u32(end);
            }
            bytes.extend([0; 16]);
            Blocks::take(&mut bytes.into(), len).is_some()
        };
        assert!(taken(&[4], 2) && taken(&[0], 2) && taken(&[16], 2) && taken(&[0, 1], 65));
        assert!(!taken(&[3], 2), "not the same for all");
        assert!(!taken(&[18], 2), "nine bytes each");
        assert!(!taken(&[20], 4), "past the end");
        assert!(!taken(&[64, 63], 65), "back");
        assert!(Blocks::take(&mut Bytes::from_static(&[0; 11]), 1).is_none(), "a block too few");
    }

    #[test]
    fn bounds_pass_no_number() {
        assert_eq!(stored(&[3, 4, 300]).bound(), Some(3 + 0xffff));
        assert_eq!(stored(&[i64::MAX]).bound(), Some(i64::MAX));
        assert_eq!(stored(&[i64::MAX - 1, i64::MAX]).bound(), None);
        assert_eq!(stored(&[0, i64::MAX]).bound(), Some(i64::MAX));
        assert_eq!((stored(&[-9, -4]).bound(), stored(&[]).bound()), (Some(246), Some(0)));
    }

    #[test]
    fn values_are_found_by_their_low_32_bits() {
        let blocks = stored(&[vec![500; 64], vec![5, 1 << 32], vec![-1]].concat());
        assert!([500, 5, 0, u32::MAX].into_iter().all(|value| blocks.contains(value)));
        assert!([1, 4, 501].into_iter().all(|value| !blocks.contains(value)));
    }

    proptest! {
        #[test]
        fn blocks_give_back_what_was_put(
            numbers in prop::collection::vec((any::<i64>(), 0_u32..64), 0..300),
            ranges in prop::collection::vec((0_u32..320, 0_u32..320), 8),
        ) {
            let numbers: Vec<_> = numbers.into_iter().map(|(number, by)| number >> by).collect();
            let blocks = stored(&numbers);
            for (at, number) in (0..).zip(&numbers) {
                prop_assert_eq!(blocks.get(at), Some(*number));
            }
            prop_assert_eq!(blocks.get(blocks.len()), None);
            for (start, end) in ranges {
                let mut all = Vec::new();
                blocks.for_each(start..end, |number| all.push(number));
                let len = numbers.len();
                let expected = (start as usize).min(len)..(end as usize).min(len);
                prop_assert_eq!(&all[..], numbers.get(expected).unwrap_or_default());
            }
            let mut sums = Vec::new();
            blocks.sums(|sum| { sums.push(sum); Some(()) }).unwrap();
            let expected = numbers.chunks(64).map(|block| {
                block.iter().map(|&number| u64::from(low(number))).sum::<u64>()
            });
            prop_assert_eq!(sums, expected.collect::<Vec<_>>());
        }

        #[test]
        fn any_bytes_are_blocks_or_refused(bytes: Vec<u8>, len in 0_u32..400) {
            if let Some(blocks) = Blocks::take(&mut bytes.into(), len) {
                let mut count = 0;
                blocks.for_each(0..len, |_| count += 1);
                prop_assert_eq!(count, len);
                prop_assert!((0..len).all(|at| blocks.get(at).is_some()));
            }
        }
    }
}
