//! The folder of a disk cache.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};

use fs4::fs_std::FileExt;

use crate::error::CacheError;
use crate::options::Options;

/// The version of how blocks are kept, which is part of the layout.
const VERSION: u32 = 1;

/// The file that one process locks. Its text is the layout of the blocks.
const LOCK: &str = "layout";

/// The folder of the blocks.
const BLOCKS: &str = "blocks";

/// A folder that this process alone uses, until this is dropped.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) blocks: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, and makes it if it does not exist. Blocks of another layout are removed.
    /// Blocks the thread.
    pub(crate) fn open(folder: &Path, options: &Options) -> Result<Self, CacheError> {
        fs::create_dir_all(folder)?;
        let lock = OpenOptions::new()
            .create(true)
            .read(true)
            .write(true)
            .truncate(false)
            .open(folder.join(LOCK))?;
        if !lock.try_lock_exclusive()? {
            return Err(CacheError::InUse);
        }
        let blocks = folder.join(BLOCKS);
        let layout = format!(
            "dynpack disk cache {VERSION}: {} bytes in files of {}, blocks of {}\n",
            options.capacity,
            options.file_size(),
            options.block
        );
        if read(&lock).as_deref() != Some(&layout) {
            match fs::remove_dir_all(&blocks) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            write(&lock, &layout)?;
        }
        Ok(Self { blocks, _lock: lock })
    }
}

fn read(mut file: &File) -> Option<String> {
    let mut text = String::new();
    file.take(1_000).read_to_string(&mut text).ok()?;
    file.rewind().ok()?;
    Some(text)
}

fn write(mut file: &File, text: &str) -> Result<(), CacheError> {
    file.rewind()?;
    file.set_len(0)?;
    Ok(file.write_all(text.as_bytes())?)
}
