//! A storage that is read through the cache.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Source, Storage, StorageError};

use crate::blocks::Blocks;
use crate::source::CachedSource;

/// How long after its last write a file is read past the cache, where its identity cannot exclude
/// that it was written again since: versions of such storages are times of whole seconds.
const SETTLED_AFTER: Duration = Duration::from_secs(10);

/// A storage whose files are read through a [`DiskCache`](crate::DiskCache). Listings and
/// identities are those of the storage, at each call.
#[derive(Clone)]
pub struct CachedStorage<S> {
    storage: S,
    name: Arc<str>,
    blocks: Arc<Blocks>,
    block: u32,
}

impl<S> CachedStorage<S> {
    pub(crate) fn new(storage: S, name: &str, blocks: Arc<Blocks>, block: u32) -> Self {
        Self { storage, name: name.into(), blocks, block }
    }
}

#[async_trait]
impl<S: Storage> Storage for CachedStorage<S> {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.storage.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.storage.open(path).await?;
        if !is_settled(source.identity()) {
            return Ok(source);
        }
        let blocks = Arc::clone(&self.blocks);
        Ok(Arc::new(CachedSource::new(source, &self.name, path, blocks, self.block)))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.storage.identity(path).await
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.storage.put(path, bytes).await
    }
}

/// Whether equal identities of the file mean equal bytes.
fn is_settled(identity: &Identity) -> bool {
    let age = |time| SystemTime::now().duration_since(time).unwrap_or_default();
    identity.last_write().is_none_or(|time| age(time) >= SETTLED_AFTER)
}
