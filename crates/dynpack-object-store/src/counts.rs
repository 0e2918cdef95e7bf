//! How much was asked of an object store.

use std::sync::atomic::{AtomicU64, Ordering};

/// What an [`ObjectStorage`](crate::ObjectStorage) has asked of its server so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests, with those that were repeated and those for credentials.
    pub requests: u64,
    /// Bytes of objects that arrived, with those that were discarded.
    pub bytes: u64,
}

/// The counters of a storage.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    requests: AtomicU64,
    bytes: AtomicU64,
}

impl Counters {
    pub(crate) fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_bytes(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn counts(&self) -> Counts {
        let [requests, bytes] =
            [&self.requests, &self.bytes].map(|count| count.load(Ordering::Relaxed));
        Counts { requests, bytes }
    }
}
