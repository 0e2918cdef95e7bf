//! How the values of a column are stored.

use bytes::Bytes;

use super::blocks::Blocks;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Runs {
        starts: Box<[u32]>,
        values: Box<[u32]>,
    },
    Palette {
        indices: Bytes,
        values: Box<[u32]>,
    },
    Narrow(Box<[u16]>),
    Wide(Box<[u32]>),
    /// Four bytes a sample, the first the most significant, as a file holds them.
    Stored(Bytes),
    /// The low 32 bits of each number, as an index file holds them.
    Blocks(Blocks),
}

/// The values of a stored column.
pub(super) fn words(stored: &Bytes) -> impl Iterator<Item = u32> + Clone + '_ {
    entries(stored).iter().map(|word| u32::from_be_bytes(*word))
}

/// The entries of a stored column.
pub(super) fn entries(stored: &Bytes) -> &[[u8; 4]] {
    stored.as_chunks().0
}

/// The run which holds `index`.
pub(super) fn run_of(starts: &[u32], index: u32) -> usize {
    starts.partition_point(|&start| start <= index).saturating_sub(1)
}
