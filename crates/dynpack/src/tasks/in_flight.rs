//! Work in progress, so that several requests for the same result wait for it together.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::task::outcome;

/// Work in progress, by key. Each task runs to its end, even if nothing waits for it any more.
pub(crate) struct InFlight<K, T> {
    running: Arc<Mutex<Running<K, T>>>,
}

type Running<K, T> = HashMap<K, Shared<BoxFuture<'static, T>>>;

impl<K: Clone + Eq + Hash + Send + 'static, T: Clone + Send + Sync + 'static> InFlight<K, T> {
    pub(crate) fn new() -> Self {
        Self { running: Arc::default() }
    }

    /// The result of the work in progress for `key`. Starts `work` if there is none.
    pub(crate) async fn join(&self, key: K, work: impl Future<Output = T> + Send + 'static) -> T {
        let outcome = lock(&self.running)
            .entry(key)
            .or_insert_with_key(|key| self.begin(key.clone(), work))
            .clone();
        outcome.await
    }

    /// The task starts at the first poll, when nothing is locked.
    fn begin(
        &self,
        key: K,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Shared<BoxFuture<'static, T>> {
        let entry = Entry { running: Arc::downgrade(&self.running), key };
        let task = async move {
            let _entry = entry;
            work.await
        };
        async { outcome(tokio::spawn(task)).await }.boxed().shared()
    }
}

/// Removes the work when it is dropped, even in a panic.
struct Entry<K: Eq + Hash, T> {
    running: Weak<Mutex<Running<K, T>>>,
    key: K,
}

impl<K: Eq + Hash, T> Drop for Entry<K, T> {
    fn drop(&mut self) {
        if let Some(running) = self.running.upgrade() {
            lock(&running).remove(&self.key);
        }
    }
}

/// Poisoning is ignored, since nothing panics while it holds the lock.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    /// Outside a runtime, `join` panics, as tokio does. It does not hang, and the key can be used
    /// again.
    #[test]
    fn work_that_could_not_begin_can_begin_later() {
        let in_flight = InFlight::new();
        assert!(
            catch_unwind(AssertUnwindSafe(|| in_flight.join(1, async { 2 }).now_or_never()))
                .is_err()
        );
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(in_flight.join(1, async { 3 })), 3);
    }

    #[tokio::test]
    async fn a_panic_reaches_those_who_wait_and_is_forgotten() {
        let in_flight = InFlight::new();
        let waits = async {
            AssertUnwindSafe(in_flight.join("key", async { panic!("a mistake") }))
                .catch_unwind()
                .await
        };
        assert!(waits.await.is_err());
        assert_eq!(in_flight.join("key", async { 4 }).await, 4);
    }
}
