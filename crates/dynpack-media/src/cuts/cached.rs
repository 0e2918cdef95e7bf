//! A value that is computed once, on first use.

use std::sync::{Arc, OnceLock};

/// A value derived from its owner and computed once. It is not part of the owner's identity.
#[derive(Debug)]
pub(crate) struct Cached<T>(OnceLock<Arc<T>>);

impl<T> Cached<T> {
    pub(crate) fn get(&self, compute: impl FnOnce() -> T) -> Arc<T> {
        Arc::clone(self.0.get_or_init(|| Arc::new(compute())))
    }
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T> Clone for Cached<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Owners are equal whether or not the value is computed yet.
impl<T> PartialEq for Cached<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Cached<T> {}
