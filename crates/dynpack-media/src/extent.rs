//! A stretch of a source file.

/// A half-open byte range of a source: `offset .. offset + len`, in bytes from the start of the
/// file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Extent {
    /// First byte.
    pub offset: u64,
    /// Number of bytes.
    pub len: u64,
}

impl Extent {
    /// The range of `len` bytes from `offset`.
    #[must_use]
    pub const fn new(offset: u64, len: u64) -> Self {
        Self { offset, len }
    }

    /// One past the last byte; saturates at `u64::MAX`.
    #[must_use]
    pub const fn end(self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// Its first `len` bytes, or all if it has fewer, and the rest.
    #[must_use]
    pub fn split_at(self, len: u64) -> (Self, Self) {
        let first = Self::new(self.offset, len.min(self.len));
        (first, Self::new(first.end(), self.len.saturating_sub(len)))
    }
}
