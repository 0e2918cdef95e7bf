//! What opening an asset saw of its storage.

use std::future::ready;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use dynpack_packager::fingerprint;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use crate::storage::{Identity, Listing, Source, Storage, StorageError};

/// How many folders and files are looked at in parallel.
const LOOKS_AT_ONCE: usize = 16;

/// A storage that remembers what was seen of it: opening the same asset again has the same outcome
/// while that is the same.
pub(super) struct Witness {
    storage: Arc<dyn Storage>,
    seen: Mutex<Seen>,
}

/// Folders and files of a storage, as they were. `None` for those that did not exist.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    /// Fingerprints of what folders contained.
    folders: Vec<(String, Option<String>)>,
    files: Vec<(String, Option<Identity>)>,
}

impl Witness {
    pub(super) fn new(storage: Arc<dyn Storage>) -> Self {
        Self { storage, seen: Mutex::default() }
    }

    pub(super) fn seen(self) -> Seen {
        self.seen.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn remember(&self, remember: impl FnOnce(&mut Seen)) {
        remember(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl Storage for Witness {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        let listing = self.storage.list(folder).await;
        let folded = existing(&listing).map(fingerprint_of);
        self.remember(|seen| seen.folders.push((folder.to_owned(), folded)));
        listing
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.storage.open(path).await;
        let identity = existing(&source).map(|source| source.identity().clone());
        self.remember(|seen| seen.files.push((path.to_owned(), identity)));
        source
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        let identity = self.storage.identity(path).await;
        let seen_as = existing(&identity).cloned();
        self.remember(|seen| seen.files.push((path.to_owned(), seen_as)));
        identity
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.storage.put(path, bytes).await
    }
}

impl Seen {
    /// Whether all of it is as it was.
    pub(super) async fn is_same(&self, storage: &dyn Storage) -> bool {
        let mut looks: Vec<BoxFuture<'_, bool>> = Vec::new();
        for (folder, before) in &self.folders {
            let listing = storage.list(folder);
            looks.push(async { existing(&listing.await).map(fingerprint_of) == *before }.boxed());
        }
        for (path, before) in &self.files {
            let identity = storage.identity(path);
            looks.push(async { existing(&identity.await) == before.as_ref() }.boxed());
        }
        stream::iter(looks).buffered(LOOKS_AT_ONCE).all(ready).await
    }

    /// Bytes of memory that it takes.
    pub(super) fn memory_size(&self) -> usize {
        const EACH: usize = 256;
        let names = self.folders.iter().map(|(name, _)| name);
        let names = names.chain(self.files.iter().map(|(name, _)| name));
        names.map(|name| name.len().saturating_add(EACH)).fold(0, usize::saturating_add)
    }
}

fn existing<T>(found: &Result<T, StorageError>) -> Option<&T> {
    found.as_ref().ok()
}

fn fingerprint_of(listing: &Listing) -> String {
    let names = |names: &[String]| fingerprint(names);
    fingerprint([names(&listing.files), names(&listing.folders)])
}
