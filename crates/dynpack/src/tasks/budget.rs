//! Memory that requests share.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// How long a request waits for memory that others use.
const MAX_WAIT: Duration = Duration::from_secs(5);

/// Bytes are counted in units of so many.
const UNIT: u64 = 1 << 10;

/// A number of bytes that requests share.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    max_bytes: u64,
    free: Arc<Semaphore>,
}

/// A part of a budget, returned when dropped.
pub(crate) type Share = OwnedSemaphorePermit;

impl Budget {
    pub(crate) fn new(max_bytes: u64) -> Self {
        let units = (max_bytes / UNIT).min(Semaphore::MAX_PERMITS as u64);
        let units = usize::try_from(units).expect("at most MAX_PERMITS");
        Self { max_bytes, free: Arc::new(Semaphore::new(units)) }
    }

    /// All of it.
    pub(crate) const fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// Takes bytes from the budget, and waits for them up to five seconds. `None` if others use
    /// them longer.
    pub(crate) async fn take(&self, bytes: u64) -> Option<Share> {
        let units = u32::try_from(bytes / UNIT).ok()?;
        let taken = Arc::clone(&self.free).try_acquire_many_owned(units).ok();
        match taken {
            Some(share) => Some(share),
            // The runtime needs no timer where nothing has to wait.
            None => {
                timeout(MAX_WAIT, Arc::clone(&self.free).acquire_many_owned(units)).await.ok()?.ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn requests_wait_for_each_other_but_not_forever() {
        let budget = Budget::new(10 << 10);
        let first = budget.take(6 << 10).await.unwrap();
        assert!(budget.take(5 << 10).await.is_none());
        let second = budget.take(4 << 10).await.unwrap();
        let waits = tokio::spawn({
            let budget = budget.clone();
            async move { budget.take(10 << 10).await.is_some() }
        });
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop((first, second));
        assert!(waits.await.unwrap());
        assert!(budget.take(11 << 10).await.is_none(), "more than there is");
    }
}
