//! The cache of keys.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dynpack_packager::{Encryption, KeySet, Locator};
use quick_cache::sync::Cache;

use super::{KeyProvider, KeyProviderError};
use crate::tasks::InFlight;

/// The maximum number of cached key sets.
const MAX_CACHED: usize = 10_000;

/// The key of the cache: a locator's id, and the protection.
type Place = (String, Encryption);

/// The cache of the keys of a provider. Each set is requested once, even if many requests wait for
/// it.
pub(crate) struct KeyRing {
    provider: Arc<dyn KeyProvider>,
    max_age: Duration,
    cache: Arc<Cache<Place, (Arc<KeySet>, Instant)>>,
    being_asked: InFlight<Place, Result<Arc<KeySet>, KeyProviderError>>,
}

impl KeyRing {
    pub(crate) fn new(provider: Arc<dyn KeyProvider>, max_age: Duration) -> Self {
        Self {
            provider,
            max_age,
            cache: Arc::new(Cache::new(MAX_CACHED)),
            being_asked: InFlight::new(),
        }
    }

    /// An empty cache with the same provider.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(Arc::clone(&self.provider), self.max_age)
    }

    pub(crate) async fn keys(
        &self,
        locator: &Locator,
        encryption: Encryption,
    ) -> Result<Arc<KeySet>, KeyProviderError> {
        let place = (locator.id.clone(), encryption);
        let max_age = self.max_age;
        match self.cache.get(&place) {
            Some((keys, since)) if since.elapsed() < max_age => return Ok(keys),
            _ => {}
        }
        let (provider, cache) = (Arc::clone(&self.provider), Arc::clone(&self.cache));
        let (locator, asked_for) = (locator.clone(), place.clone());
        let asked = async move {
            let keys = provider.keys(&locator, encryption).await?;
            cache.retain(|_, (_, since)| since.elapsed() < max_age);
            cache.insert(asked_for, (Arc::clone(&keys), Instant::now()));
            Ok(keys)
        };
        self.being_asked.join(place, asked).await
    }
}
