//! Caches that are bounded in bytes.

use std::hash::Hash;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// A cache of at most `max_bytes`, as `weighter` counts them, which usually hold about
/// `typical_count` values. Each of the shards has a lock and a share of the bytes, and no value may
/// take more than that share.
pub(crate) fn bounded<K: Eq + Hash, V: Clone, W: Weighter<K, V> + Clone>(
    shards: usize,
    max_bytes: u64,
    typical_count: u64,
    weighter: W,
) -> Cache<K, V, W> {
    let items = usize::try_from(typical_count.clamp(16, 1 << 20)).expect("at most a million");
    let mut options = OptionsBuilder::new();
    options.shards(shards).estimated_items_capacity(items).weight_capacity(max_bytes);
    let (hashes, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
    match options.build() {
        Ok(options) => Cache::with_options(options, weighter, hashes, lifecycle),
        Err(_) => Cache::with(items, max_bytes, weighter, hashes, lifecycle),
    }
}
