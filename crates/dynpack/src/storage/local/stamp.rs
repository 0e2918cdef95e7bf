//! How versions of a file are distinguished.

use std::fs::Metadata;
use std::io;
use std::time::SystemTime;

/// The metadata by which two versions of a file differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) len: u64,
    pub(super) modified: SystemTime,
    pub(super) place: Place,
}

impl Stamp {
    pub(super) fn of(metadata: &Metadata) -> io::Result<Self> {
        Ok(Self { len: metadata.len(), modified: metadata.modified()?, place: place(metadata) })
    }
}

/// Where a file is on this machine, by two numbers.
pub(super) type Place = (u64, u64);

#[cfg(unix)]
fn place(metadata: &Metadata) -> Place {
    use std::os::unix::fs::MetadataExt;

    (metadata.dev(), metadata.ino())
}

/// The time of the last change of a file: of its bytes, or only of its name, its modification time
/// or its permissions. In nanoseconds modulo 2^64. No program can set it, so it changes even where
/// a copy has the length and the modification time of the file that it replaces.
#[cfg(unix)]
pub(super) fn last_change(metadata: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;

    metadata.ctime().wrapping_mul(1_000_000_000).wrapping_add(metadata.ctime_nsec())
}

/// There is no such time.
#[cfg(windows)]
pub(super) fn last_change(_: &Metadata) -> i64 {
    0
}

/// There is no inode. The creation time changes when a file is replaced.
#[cfg(windows)]
fn place(metadata: &Metadata) -> Place {
    use std::os::windows::fs::MetadataExt;

    (0, metadata.creation_time())
}
