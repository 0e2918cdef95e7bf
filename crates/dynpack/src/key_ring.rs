//! The keys that were asked for lately.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use crate::keys::{KeyError, KeyProvider, KeySet};
use crate::{Encryption, Locator};

/// How many sets of keys are kept.
const MOST_KEPT: usize = 10_000;

/// Keys as a provider handed them out, each set asked for once however many requests wait for it.
pub(crate) struct KeyRing {
    provider: Arc<dyn KeyProvider>,
    max_age: Duration,
    kept: Cache<(String, Encryption), (Arc<KeySet>, Instant)>,
}

impl KeyRing {
    pub(crate) fn new(provider: Arc<dyn KeyProvider>, max_age: Duration) -> Self {
        Self { provider, max_age, kept: Cache::new(MOST_KEPT) }
    }

    pub(crate) async fn keys(&self, locator: &Locator, encryption: Encryption) -> Result<Arc<KeySet>, KeyError> {
        let place = (locator.id.clone(), encryption);
        let max_age = self.max_age;
        self.kept.remove_if(&place, |(_, since)| since.elapsed() >= max_age);
        let asked = async { Ok((self.provider.keys(locator, encryption).await?, Instant::now())) };
        self.kept.get_or_insert_async(&place, asked).await.map(|(keys, _)| keys)
    }
}
