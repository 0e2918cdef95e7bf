//! Work beside the request that wants it.

use std::future::pending;
use std::panic::resume_unwind;

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// Does work that keeps a processor busy, where it holds up no other request.
pub(crate) async fn spawn_cpu<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    outcome(spawn_blocking(work)).await
}

/// What comes of a task; its panic goes on here.
pub(crate) async fn outcome<T>(task: JoinHandle<T>) -> T {
    match task.await.map_err(JoinError::try_into_panic) {
        Ok(outcome) => outcome,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime is shutting down, and all who wait with it.
        Err(Err(_)) => pending().await,
    }
}
