//! Keys from CPIX documents.

use std::sync::Arc;

use async_trait::async_trait;
use dynpack_crypt::cpix::Cpix;
use dynpack_media::Extent;
use dynpack_packager::{Encryption, KeySet, Locator};
use zeroize::{Zeroize, Zeroizing};

use super::{KeyProvider, KeyProviderError, LocatorKeys};
use crate::storage::{Storage, StorageError, read_exactly};

/// Provides keys from CPIX documents in a storage (DASH-IF, *Content Protection Information
/// Exchange Format* 2.3). The document of a locator is `{id}.{encryption}.xml`, such as
/// `ignite.cenc.xml`, or `{id}.xml` for all protections. A locator without a document has the keys
/// in the locator itself.
///
/// The storage contains secrets, so it must not be the one that is served.
pub struct CpixKeys {
    storage: Box<dyn Storage>,
}

impl CpixKeys {
    /// Keys from the documents in that storage.
    #[must_use]
    pub fn new(storage: impl Storage) -> Self {
        Self { storage: Box::new(storage) }
    }

    async fn document(&self, path: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyProviderError> {
        let unavailable =
            |error: StorageError| KeyProviderError::Unavailable { problem: error.to_string() };
        let source = match self.storage.open(path).await {
            Err(StorageError::NotFound { .. }) => return Ok(None),
            opened => opened.map_err(unavailable)?,
        };
        if source.len() > Cpix::MAX_BYTES as u64 {
            return Err(KeyProviderError::Unusable {
                problem: format!("the document has {} bytes", source.len()),
            });
        }
        let parts = read_exactly(source.as_ref(), &[Extent::new(0, source.len())])
            .await
            .map_err(unavailable)?;
        let document = Zeroizing::new(parts.concat());
        // Only the buffers that nothing else uses are wiped: the storage is responsible for its own
        // copies, such as a cache.
        for mut part in parts.into_iter().filter_map(|part| part.try_into_mut().ok()) {
            part.as_mut().zeroize();
        }
        Ok(Some(document))
    }
}

#[async_trait]
impl KeyProvider for CpixKeys {
    async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError> {
        let id = &locator.id;
        for path in [format!("{id}.{encryption}.xml"), format!("{id}.xml")] {
            if let Some(document) = self.document(&path).await? {
                let read = Cpix::parse(&document)
                    .map_err(|error| KeyProviderError::Unusable { problem: error.to_string() })?;
                return Ok(Arc::new(KeySet::Cpix(Box::new(read))));
            }
        }
        LocatorKeys.keys(locator, encryption).await
    }
}

impl std::fmt::Debug for CpixKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CpixKeys").finish_non_exhaustive()
    }
}
