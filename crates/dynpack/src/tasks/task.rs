//! Work outside the thread of a request.

use std::future::pending;
use std::panic::resume_unwind;

use tokio::task::{JoinError, JoinHandle, spawn_blocking};

/// Does CPU-bound work on a thread where it does not block other requests.
pub(crate) async fn spawn_cpu<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    outcome(spawn_blocking(work)).await
}

/// The result of a task. If the task panics, so does this.
pub(crate) async fn outcome<T>(task: JoinHandle<T>) -> T {
    match task.await.map_err(JoinError::try_into_panic) {
        Ok(outcome) => outcome,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime is shutting down, with all tasks that wait.
        Err(Err(_)) => pending().await,
    }
}
