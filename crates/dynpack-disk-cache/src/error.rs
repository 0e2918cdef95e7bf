//! Why a folder cannot be used as a disk cache.

use std::io;

/// Why a folder cannot be used as a disk cache. The operator can fix it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// The capacity is too small.
    #[error("a disk cache has at least {min} bytes, not {capacity}")]
    TooSmall {
        /// The capacity.
        capacity: u64,
        /// The least capacity.
        min: u64,
    },
    /// The block size is not usable.
    #[error("blocks of a disk cache have from 4096 bytes to half a megabyte, not {block}")]
    BlockSize {
        /// The size.
        block: u32,
    },
    /// Another process uses the folder.
    #[error("the folder is the disk cache of another process")]
    InUse,
    /// The folder cannot be read or written.
    #[error("the folder cannot be used: {0}")]
    Io(#[from] io::Error),
    /// The cache cannot be opened for another reason.
    #[error("the disk cache cannot be opened: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}
