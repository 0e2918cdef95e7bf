//! The cache of protections.

use std::sync::{Arc, Weak};

use dynpack_packager::{Encryption, KeySet, Protected, Protection};
use quick_cache::sync::Cache;

use super::ring::KeyRing;
use crate::assets::Asset;
use crate::error::Error;

/// The maximum number of cached protections, of a few kilobytes each.
const MAX_CACHED: usize = 10_000;

/// The cache of protections. Each is made once for a version of an asset and a set of keys.
pub(crate) struct Protections {
    keys: KeyRing,
    cache: Cache<(String, String, Encryption), CachedProtection>,
}

/// A protection, with the asset and the keys that it was made from.
#[derive(Clone)]
struct CachedProtection {
    asset: Weak<Asset>,
    keys: Weak<KeySet>,
    protection: Arc<Protection>,
}

impl Protections {
    pub(crate) fn new(keys: KeyRing) -> Self {
        Self { keys, cache: Cache::new(MAX_CACHED) }
    }

    /// An empty cache, with keys from the same provider.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(self.keys.emptied())
    }

    /// How an asset is protected under a locator.
    pub(crate) async fn of(
        &self,
        asset: &Arc<Asset>,
        protected: &Protected<'_>,
    ) -> Result<Arc<Protection>, Error> {
        let Protected { encryption, locator, terms, .. } = protected;
        let keys = self.keys.keys(locator, *encryption).await?;
        let place = (locator.id.clone(), asset.path.ism().to_owned(), *encryption);
        match self.cache.get(&place) {
            Some(cached) if cached.is_for(asset, &keys) => return Ok(cached.protection),
            _ => {}
        }
        let protection = Arc::new(Protection::new(
            *encryption,
            &asset.presentation,
            &asset.version,
            terms,
            &keys,
        )?);
        let (asset, keys) = (Arc::downgrade(asset), Arc::downgrade(&keys));
        self.cache.retain(|_, cached| cached.is_in_use());
        self.cache
            .insert(place, CachedProtection { asset, keys, protection: Arc::clone(&protection) });
        Ok(protection)
    }
}

impl CachedProtection {
    fn is_for(&self, asset: &Arc<Asset>, keys: &Arc<KeySet>) -> bool {
        self.asset.as_ptr() == Arc::as_ptr(asset) && self.keys.as_ptr() == Arc::as_ptr(keys)
    }

    /// Whether its asset is still open, and its keys are still used.
    fn is_in_use(&self) -> bool {
        self.asset.strong_count() > 0 && self.keys.strong_count() > 0
    }
}
