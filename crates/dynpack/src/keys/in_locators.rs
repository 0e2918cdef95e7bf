//! Keys in the locators themselves.

use std::sync::Arc;

use async_trait::async_trait;

use dynpack_packager::{Encryption, KeySet, Locator};

use super::{KeyProvider, KeyProviderError};

/// Provides the keys in the locators themselves. This is the default provider.
#[derive(Clone, Copy, Debug, Default)]
pub struct LocatorKeys;

#[async_trait]
impl KeyProvider for LocatorKeys {
    async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError> {
        let keys = locator.content_keys.iter().filter(|key| key.serves(encryption)).cloned();
        Ok(Arc::new(KeySet::Labelled(keys.collect())))
    }
}
