//! Assets that were refused.

use std::sync::Arc;
use std::time::Duration;

use dynpack_packager::AssetPath;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::last_check::LastCheck;
use super::witness::Seen;
use crate::cache::bounded;
use crate::error::Error;
use crate::storage::Storage;

/// Maximum size in bytes of all refusals together.
const MAX_BYTES: u64 = 4 << 20;

/// Bytes of the refusal of an asset of a few files.
const TYPICAL: u64 = 2 << 10;

/// Assets that cannot be served, which are not opened again while their files are the same.
pub(super) struct Refusals {
    known: Cache<AssetPath, Arc<Refusal>, Weight>,
}

struct Refusal {
    error: Error,
    seen: Seen,
    last_check: LastCheck,
}

#[derive(Clone)]
struct Weight;

impl Weighter<AssetPath, Arc<Refusal>> for Weight {
    fn weight(&self, _path: &AssetPath, refusal: &Arc<Refusal>) -> u64 {
        let error = refusal.error.to_string().len();
        (error.saturating_add(refusal.seen.memory_size()) as u64).saturating_add(TYPICAL / 2)
    }
}

impl Refusals {
    pub(super) fn new() -> Self {
        Self { known: bounded(1, MAX_BYTES, MAX_BYTES / TYPICAL, Weight) }
    }

    /// Why an asset was refused, if all that was seen of it is the same, or was when it was last
    /// checked.
    pub(super) async fn get(
        &self,
        path: &AssetPath,
        storage: &dyn Storage,
        revalidate_after: Duration,
    ) -> Option<Error> {
        let refusal = self.known.get(path)?;
        if refusal.last_check.takes_turn(revalidate_after) && !refusal.seen.is_same(storage).await {
            self.known.remove_if(path, |now| Arc::ptr_eq(now, &refusal));
            return None;
        }
        Some(refusal.error.clone())
    }

    /// Remembers why an asset was refused, if its files are the reason.
    pub(super) fn insert(&self, path: &AssetPath, error: &Error, seen: Seen) {
        if let Error::Unusable { .. } | Error::EncryptedInput { .. } = error {
            let (error, last_check) = (error.clone(), LastCheck::now());
            self.known.insert(path.clone(), Arc::new(Refusal { error, seen, last_check }));
        }
    }
}
