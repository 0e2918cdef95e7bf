//! Samples that follow each other in a file.

use std::ops::Range;

/// Samples that follow each other in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    pub(crate) samples: Range<u32>,
    /// In bytes from the start of the file.
    pub(crate) offset: u64,
}
