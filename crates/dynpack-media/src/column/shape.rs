//! How the values of a column are stored.

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Runs { starts: Box<[u32]>, values: Box<[u32]> },
    Palette { indices: Box<[u8]>, values: Box<[u32]> },
    Narrow(Box<[u16]>),
    Wide(Box<[u32]>),
}

/// The run which holds `index`.
pub(super) fn run_of(starts: &[u32], index: u32) -> usize {
    starts.partition_point(|&start| start <= index).saturating_sub(1)
}
