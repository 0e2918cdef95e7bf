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

/// There is no inode. The creation time changes when a file is replaced.
#[cfg(windows)]
fn place(metadata: &Metadata) -> Place {
    use std::os::windows::fs::MetadataExt;

    (0, metadata.creation_time())
}
