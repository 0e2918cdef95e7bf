//! Work that is being done, so that many who want the same wait for it together.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use crate::task::outcome;

/// Work by what it is for. Each runs to its end, though all who waited for it went away.
pub(crate) struct InFlight<K, T> {
    running: Arc<Mutex<Running<K, T>>>,
}

type Running<K, T> = HashMap<K, Shared<BoxFuture<'static, T>>>;

impl<K: Clone + Eq + Hash + Send + 'static, T: Clone + Send + Sync + 'static> InFlight<K, T> {
    pub(crate) fn new() -> Self {
        Self { running: Arc::default() }
    }

    /// What comes of the work that is being done for `key`; `work` begins if there is none.
    pub(crate) async fn join(&self, key: K, work: impl Future<Output = T> + Send + 'static) -> T {
        let outcome = lock(&self.running).entry(key).or_insert_with_key(|key| self.begin(key.clone(), work)).clone();
        outcome.await
    }

    fn begin(&self, key: K, work: impl Future<Output = T> + Send + 'static) -> Shared<BoxFuture<'static, T>> {
        let entry = Entry { running: Arc::clone(&self.running), key };
        let task = tokio::spawn(async move {
            let _entry = entry;
            work.await
        });
        outcome(task).boxed().shared()
    }
}

/// Work that is done with when this goes, even in a panic.
struct Entry<K: Eq + Hash, T> {
    running: Arc<Mutex<Running<K, T>>>,
    key: K,
}

impl<K: Eq + Hash, T> Drop for Entry<K, T> {
    fn drop(&mut self) {
        lock(&self.running).remove(&self.key);
    }
}

/// Nothing panics while it holds the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
