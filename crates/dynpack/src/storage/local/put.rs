//! Stores a file as a whole.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use super::StorageError;

/// Files that this process has stored, so that no two of them have one name meanwhile.
static STORED: AtomicU64 = AtomicU64::new(0);

/// Stores a file at `target`, whole or not at all. Errors name its `path`.
pub(super) fn put(target: &Path, path: &str, bytes: &[u8]) -> Result<(), StorageError> {
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let number = STORED.fetch_add(1, Ordering::Relaxed);
    let part = target.with_file_name(format!(".{name}.{}-{number}.part", process::id()));
    write(&part, target, bytes).map_err(|error| {
        // It may not have been made.
        let _ = fs::remove_file(&part);
        StorageError::from_io(path, error)
    })
}

fn write(part: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(part)?;
    file.write_all(bytes)?;
    // A power failure after the rename must not leave a file without its bytes.
    file.sync_all()?;
    fs::rename(part, target)
}
