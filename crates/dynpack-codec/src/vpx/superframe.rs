//! Superframes of VP9: several frames in one sample (VP9 Bitstream & Decoding Process
//! Specification, annex B).

use std::ops::Range;

/// Where the frames of a sample are, in bytes of it. A sample without a superframe index is one
/// frame. `None` if the frames pass the index.
pub(super) fn frames(sample: &[u8]) -> Option<Vec<Range<usize>>> {
    let (sizes, len) = match index(sample) {
        Some(index) => (index.sizes().collect(), index.start),
        None => (vec![sample.len()], sample.len()),
    };
    let mut start = 0_usize;
    let mut frames = Vec::with_capacity(sizes.len());
    for size in sizes {
        let end = start.checked_add(size).filter(|end| *end <= len)?;
        frames.push(start..end);
        start = end;
    }
    Some(frames)
}

/// The superframe index at the end of a sample (B.2).
struct Index<'a> {
    /// Where it starts in the sample.
    start: usize,
    /// The sizes of the frames, least significant byte first.
    sizes: &'a [u8],
    bytes_per_size: usize,
}

impl Index<'_> {
    fn sizes(&self) -> impl Iterator<Item = usize> {
        self.sizes.chunks(self.bytes_per_size).map(|size| {
            size.iter().rev().fold(0_usize, |size, byte| size << 8 | usize::from(*byte))
        })
    }
}

fn index(sample: &[u8]) -> Option<Index<'_>> {
    let header = *sample.last()?;
    if header >> 5 != 0b110 {
        return None;
    }
    let bytes_per_size = usize::from(header >> 3 & 0b11).checked_add(1)?;
    let len = usize::from(header & 0b111).checked_add(1)?.checked_mul(bytes_per_size)?;
    let start = sample.len().checked_sub(len.checked_add(2)?)?;
    let (first, rest) = sample.get(start..)?.split_first()?;
    (*first == header).then_some(Index { start, sizes: rest.get(..len)?, bytes_per_size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_at_the_end_divides_a_sample() {
        // Two frames, with two bytes for the size of each.
        let index = [0b1100_1001, 3, 0, 0, 1, 0b1100_1001];
        let sample = [&[7; 259][..], &index].concat();
        let ends = |sample: &[u8]| {
            frames(sample).map(|frames| frames.iter().map(|frame| frame.end).collect::<Vec<_>>())
        };
        assert_eq!(ends(&sample), Some(vec![3, 259]));
        assert_eq!(ends(&sample[1..]), None);
        // An index has its header at both ends.
        assert_eq!(ends(&index[1..]), Some(vec![5]));
        assert_eq!([ends(&[0x82]), ends(&[])], [Some(vec![1]), Some(vec![0])]);
    }
}
