//! How large a disk cache is.

/// How large a disk cache is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The maximum number of bytes on the disk, at least [`MIN_CAPACITY`](Self::MIN_CAPACITY).
    /// Opening the cache sets aside the names of its files, and the disk fills as media is read.
    pub capacity: u64,
    /// The maximum number of bytes that are also in memory. The default is 32 MiB.
    pub memory: usize,
    /// Bytes of a block: files are read from the storage and kept in blocks of this size, of which
    /// the last one of a file is shorter. The default is 256 KiB.
    pub block: u32,
}

impl Options {
    /// The least capacity, in bytes: 16 MiB.
    pub const MIN_CAPACITY: u64 = 16 << 20;

    /// At most so many bytes on the disk, and the defaults for the rest.
    #[must_use]
    pub const fn with_capacity(capacity: u64) -> Self {
        Self { capacity, memory: 32 << 20, block: 256 << 10 }
    }

    /// Bytes of the files on the disk: a 64th of all, from 1 to 16 MiB. The oldest file is cleared
    /// as a whole when the disk is full.
    pub(crate) fn file_size(&self) -> u64 {
        let size = (self.capacity / 64).clamp(1 << 20, 16 << 20);
        // A multiple of the pages of disks.
        size.next_multiple_of(4 << 10)
    }
}
