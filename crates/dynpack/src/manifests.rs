//! Manifests, playlists and init segments that were made already.

use std::sync::Arc;

use bytes::Bytes;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::cache::bounded;

/// Bytes of a manifest of a film of some minutes.
const TYPICAL: u64 = 4 << 10;

/// Bytes that a cached manifest takes besides its own.
const OVERHEAD: u64 = 256;

/// Parts of the cache. A manifest takes no more than its shard: of many, each would be too small
/// for some.
const SHARDS: usize = 4;

/// What was made without media, by its strong ETag: equal tags mean equal bytes. Bounded in bytes.
pub(crate) struct Manifests {
    made: Cache<String, Manifest, Weight>,
}

/// A manifest, a playlist or an init segment.
#[derive(Clone, Debug)]
pub(crate) struct Manifest {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Bytes,
    /// What it leaves out, in addition to what the asset lacks.
    pub(crate) warnings: Arc<[String]>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<String, Manifest> for Weight {
    fn weight(&self, etag: &String, manifest: &Manifest) -> u64 {
        let warnings = manifest.warnings.iter().map(String::len).sum::<usize>();
        let len = manifest.bytes.len().saturating_add(etag.len()).saturating_add(warnings);
        (len as u64).saturating_add(OVERHEAD)
    }
}

impl Manifests {
    /// At most that many bytes of them.
    pub(crate) fn new(max_bytes: u64) -> Self {
        Self { made: bounded(SHARDS, max_bytes, max_bytes / TYPICAL, Weight) }
    }

    pub(crate) fn get(&self, etag: &str) -> Option<Manifest> {
        self.made.get(etag)
    }

    pub(crate) fn insert(&self, etag: &str, manifest: Manifest) {
        self.made.insert(etag.to_owned(), manifest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_in_bytes() {
        let manifests = Manifests::new(1 << 20);
        let manifest = |len: usize| Manifest {
            content_type: "",
            bytes: vec![0; len].into(),
            warnings: Arc::default(),
        };
        for nth in 0..1_000 {
            manifests.insert(&format!("{nth}"), manifest(10_000));
        }
        assert!((50..110).contains(&manifests.made.len()), "{}", manifests.made.len());
        manifests.insert("large", manifest(1 << 20));
        assert!(manifests.get("large").is_none(), "larger than its share");
        assert_eq!(manifests.get("999").unwrap().bytes.len(), 10_000);
    }
}
