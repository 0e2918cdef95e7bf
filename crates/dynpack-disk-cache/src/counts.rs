//! How often a disk cache helped.

use std::sync::atomic::{AtomicU64, Ordering};

/// How often a [`DiskCache`](crate::DiskCache) helped so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Blocks that were found, on the disk or in memory.
    pub hits: u64,
    /// Blocks that were not found, with those that another request was reading already.
    pub misses: u64,
}

/// The counters of a cache.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Counters {
    pub(crate) fn count_hits(&self, blocks: usize) {
        self.hits.fetch_add(blocks as u64, Ordering::Relaxed);
    }

    pub(crate) fn count_misses(&self, blocks: usize) {
        self.misses.fetch_add(blocks as u64, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let [hits, misses] = [&self.hits, &self.misses].map(|count| count.load(Ordering::Relaxed));
        Counts { hits, misses }
    }
}
