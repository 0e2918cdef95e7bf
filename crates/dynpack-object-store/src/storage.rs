//! The storage.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Source, Storage, StorageError, check_path};

use crate::counts::Counts;
use crate::error::UrlError;
use crate::options::Options;
use crate::source::ObjectSource;
use crate::store::Store;

/// The objects below a prefix of an object store, or below a folder of an HTTP server. Clones share
/// their connections and counters.
///
/// A version is identified by its length and its strong ETag. Where a server has none, it is
/// identified by a weak ETag and `Last-Modified`, and each read is followed by another look at
/// them. A source whose object was replaced or removed fails with [`StorageError::Changed`].
#[derive(Clone)]
pub struct ObjectStorage {
    store: Arc<Store>,
}

impl ObjectStorage {
    /// The objects below a URL: `s3://bucket/prefix`, `az://container/prefix`,
    /// `gs://bucket/prefix`, `http://host/prefix` or `https://host/prefix`. Nothing is requested
    /// yet.
    ///
    /// # Errors
    /// [`UrlError`] if the URL or a setting cannot be used. The operator can fix it.
    pub fn from_url(url: &str, options: Options) -> Result<Self, UrlError> {
        Ok(Self { store: Arc::new(Store::at(url, options)?) })
    }

    /// What was asked of the server so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.store.counts()
    }
}

#[async_trait]
impl Storage for ObjectStorage {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        if !folder.is_empty() {
            check_path(folder)?;
        }
        self.store.list(folder).await.map_err(|failure| failure.at(folder))
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        check_path(path)?;
        let version = self.store.version(path).await.map_err(|failure| failure.at(path))?;
        Ok(Arc::new(ObjectSource::new(Arc::clone(&self.store), path, version)))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        check_path(path)?;
        let version = self.store.version(path).await.map_err(|failure| failure.at(path))?;
        Ok(version.identity())
    }

    /// Object stores of clouds are written to, HTTP servers are not.
    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        check_path(path)?;
        self.store.write(path, &bytes).await.map_err(|failure| failure.at(path))
    }
}

/// The URL, without the parts that may be secret.
impl fmt::Display for ObjectStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.store.name())
    }
}

impl fmt::Debug for ObjectStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectStorage")
            .field("name", &self.store.name())
            .field("counts", &self.counts())
            .finish_non_exhaustive()
    }
}
