//! Where chunks start, as a table of the file has it.

use bytes::Bytes;

/// Where chunks start, in bytes from the start of the file. The most significant byte of each
/// number comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the standard has these two")]
pub enum StoredOffsets {
    /// Four bytes each (`stco`, ISO/IEC 14496-12, 8.7.5).
    Narrow(Bytes),
    /// Eight bytes each (`co64`).
    Wide(Bytes),
}

impl StoredOffsets {
    /// Number of chunks.
    pub(crate) fn len(&self) -> u32 {
        let len = match self {
            Self::Narrow(table) => narrow(table).len(),
            Self::Wide(table) => wide(table).len(),
        };
        u32::try_from(len).unwrap_or(u32::MAX)
    }

    pub(crate) fn get(&self, chunk: u32) -> Option<u64> {
        let at = chunk as usize;
        match self {
            Self::Narrow(table) => {
                narrow(table).get(at).map(|&word| u32::from_be_bytes(word).into())
            }
            Self::Wide(table) => wide(table).get(at).map(|&word| u64::from_be_bytes(word)),
        }
    }

    /// The first chunk that starts at most `len` bytes before the one that starts last.
    pub(crate) fn first_near_end(&self, len: u64) -> u32 {
        let first = match self {
            Self::Narrow(table) => {
                first_near_end(narrow(table), |word| u32::from_be_bytes(word).into(), len)
            }
            Self::Wide(table) => first_near_end(wide(table), u64::from_be_bytes, len),
        };
        u32::try_from(first).unwrap_or(u32::MAX)
    }

    /// Keeps only the first `len`. `None` if there are fewer.
    pub(crate) fn truncate(&mut self, len: u32) -> Option<()> {
        let is_enough = len <= self.len();
        let (table, entry) = match self {
            Self::Narrow(table) => (table, size_of::<u32>()),
            Self::Wide(table) => (table, size_of::<u64>()),
        };
        table.truncate((len as usize).checked_mul(entry)?);
        is_enough.then_some(())
    }

    /// Copies the table to a buffer of its own.
    pub(crate) fn unshare(&mut self) {
        let (Self::Narrow(table) | Self::Wide(table)) = self;
        *table = Bytes::copy_from_slice(table);
    }

    /// Bytes of the table.
    pub(crate) const fn byte_len(&self) -> usize {
        let (Self::Narrow(table) | Self::Wide(table)) = self;
        table.len()
    }
}

/// Looks at each offset once if they ascend, as they do in most files.
fn first_near_end<W: Copy>(table: &[W], offset: impl Fn(W) -> u64, len: u64) -> usize {
    if table.is_sorted_by_key(|&word| offset(word)) {
        let earliest = table.last().map_or(0, |&last| offset(last)).saturating_sub(len);
        return table.partition_point(|&word| offset(word) < earliest);
    }
    let max = table.iter().map(|&word| offset(word)).max().unwrap_or_default();
    let earliest = max.saturating_sub(len);
    table.iter().position(|&word| offset(word) >= earliest).unwrap_or_default()
}

fn narrow(table: &Bytes) -> &[[u8; 4]] {
    table.as_chunks().0
}

fn wide(table: &Bytes) -> &[[u8; 8]] {
    table.as_chunks().0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_chunk_near_the_end_is_before_the_first(
            mut offsets in prop::collection::vec(0_u32..1000, 1..50),
            (is_sorted, len) in (any::<bool>(), 0_u64..1200),
        ) {
            if is_sorted {
                offsets.sort_unstable();
            }
            let last = u64::from(*offsets.iter().max().unwrap());
            let expected = offsets.iter().position(|&at| u64::from(at) + len >= last).unwrap();
            let words = offsets.iter().map(|&at| u64::from(at));
            for table in [
                StoredOffsets::Narrow(offsets.iter().flat_map(|at| at.to_be_bytes()).collect()),
                StoredOffsets::Wide(words.flat_map(u64::to_be_bytes).collect()),
            ] {
                prop_assert_eq!(table.first_near_end(len) as usize, expected);
            }
        }
    }
}
