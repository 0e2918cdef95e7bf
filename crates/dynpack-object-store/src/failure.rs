//! Why an attempt at a request failed.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use dynpack::storage::StorageError;

/// Why an attempt at a request failed.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("it was not found")]
    NotFound,
    #[error("the server denies access")]
    Forbidden,
    #[error("it has another version")]
    Changed,
    #[cfg(feature = "http")]
    #[error("the server does not list folders")]
    NoListing,
    #[cfg(feature = "http")]
    #[error("the server is only read")]
    ReadOnly,
    /// Another attempt may succeed.
    #[error("{reason}")]
    Transient { reason: String, retry_after: Option<Duration> },
    /// Another attempt would have the same outcome.
    #[error("{reason}")]
    Permanent { reason: String },
}

impl Failure {
    pub(crate) fn permanent(reason: impl Into<String>) -> Self {
        Self::Permanent { reason: reason.into() }
    }

    pub(crate) fn transient(reason: impl Into<String>) -> Self {
        Self::Transient { reason: reason.into(), retry_after: None }
    }

    /// The failure of a server that takes too long.
    pub(crate) fn late() -> Self {
        Self::transient("the server did not answer in time")
    }

    /// The failure of a body that ends too early.
    pub(crate) fn short(got: u64, wanted: u64) -> Self {
        Self::transient(format!("the server sent {got} bytes, where {wanted} were requested"))
    }

    /// The failure of a body that does not end where it should.
    pub(crate) fn long(wanted: u64) -> Self {
        Self::permanent(format!("the server sent more than the {wanted} requested bytes"))
    }

    /// The failure that an HTTP status stands for, with the value of `Retry-After`.
    pub(crate) fn of_status(status: u16, retry_after: Option<Duration>) -> Self {
        let reason = || format!("the server answered with status {status}");
        match status {
            401 | 403 => Self::Forbidden,
            404 | 410 => Self::NotFound,
            412 => Self::Changed,
            408 | 425 | 429 | 500.. => Self::Transient { reason: reason(), retry_after },
            _ => Self::Permanent { reason: reason() },
        }
    }

    /// The error of the storage, for a path.
    pub(crate) fn at(self, path: &str) -> StorageError {
        let path = path.to_owned();
        match self {
            Self::NotFound => StorageError::NotFound { path },
            Self::Forbidden => {
                StorageError::Forbidden { path, reason: "the object store denies access" }
            }
            Self::Changed => StorageError::Changed { path },
            #[cfg(feature = "http")]
            Self::NoListing => StorageError::NoListing { path },
            #[cfg(feature = "http")]
            Self::ReadOnly => StorageError::ReadOnly { path },
            Self::Transient { .. } | Self::Permanent { .. } => {
                StorageError::Failed { path, error: Arc::new(io::Error::other(self)) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_repeated() {
        let is_transient =
            |status| matches!(Failure::of_status(status, None), Failure::Transient { .. });
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(is_transient(status), "{status}");
        }
        for status in [301, 400, 401, 403, 404, 405, 412, 416] {
            assert!(!is_transient(status), "{status}");
        }
    }

    #[test]
    fn errors_say_what_the_server_answered() {
        let error = |status| Failure::of_status(status, None).at("films/a.mp4").to_string();
        assert_eq!(error(404), "`films/a.mp4` was not found");
        assert_eq!(error(403), "`films/a.mp4` must not be read: the object store denies access");
        assert_eq!(error(412), "`films/a.mp4` has changed since it was opened");
        assert_eq!(error(503), "`films/a.mp4` cannot be read: the server answered with status 503");
    }
}
