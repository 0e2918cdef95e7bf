//! When files were last checked.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When files were last checked.
pub(super) struct LastCheck(Mutex<Instant>);

impl LastCheck {
    pub(super) fn now() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Whether the caller must check the files. Only one caller does at a time, and the others
    /// continue.
    pub(super) fn takes_turn(&self, revalidate_after: Duration) -> bool {
        let mut checked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = checked.elapsed() >= revalidate_after;
        if is_due {
            *checked = Instant::now();
        }
        is_due
    }
}
