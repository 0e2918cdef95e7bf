//! The cache.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use dynpack::storage::Storage;

use crate::blocks::Blocks;
use crate::counts::Counts;
use crate::error::CacheError;
use crate::folder::Folder;
use crate::options::Options;
use crate::storage::CachedStorage;

/// The bounds of [`Options::block`]: a page of disks, and half of the smallest file on the disk.
const BLOCK_SIZES: std::ops::RangeInclusive<u32> = 4 << 10..=512 << 10;

/// A folder that keeps what was read of storages. Clones share it.
#[derive(Clone)]
pub struct DiskCache {
    blocks: Arc<Blocks>,
    options: Options,
    _folder: Arc<Folder>,
}

impl DiskCache {
    /// Opens a folder, and makes it if it does not exist. Blocks that were kept there before are
    /// found again, unless the options were others. One process uses a folder at a time.
    ///
    /// # Errors
    /// [`CacheError`] if the folder or an option cannot be used.
    pub async fn open(folder: impl AsRef<Path>, options: Options) -> Result<Self, CacheError> {
        let (capacity, min) = (options.capacity, Options::MIN_CAPACITY);
        if capacity < min {
            return Err(CacheError::TooSmall { capacity, min });
        }
        if !BLOCK_SIZES.contains(&options.block) {
            return Err(CacheError::BlockSize { block: options.block });
        }
        let path = folder.as_ref().to_owned();
        let opened = tokio::task::spawn_blocking(move || Folder::open(&path, &options)).await;
        let folder =
            opened.map_err(|error| CacheError::Refused { reason: error.to_string() })??;
        let blocks = Arc::new(Blocks::open(&folder.blocks, &options).await?);
        Ok(Self { blocks, options, _folder: Arc::new(folder) })
    }

    /// A storage whose files are read through the cache. Its `name` must be another for another
    /// storage in the same folder, now or later: its URL will do.
    pub fn around<S: Storage>(&self, storage: S, name: &str) -> CachedStorage<S> {
        CachedStorage::new(storage, name, Arc::clone(&self.blocks), self.options.block)
    }

    /// How often the cache helped so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.blocks.counters.counts()
    }

    /// Waits until all that was read is on the disk. After that, nothing is kept any more. Without
    /// it, the newest blocks may be missing after a restart.
    pub async fn close(&self) {
        self.blocks.close().await;
    }
}

impl fmt::Debug for DiskCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskCache")
            .field("options", &self.options)
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
