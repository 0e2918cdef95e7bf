//! Errors of storages.

use std::io;
use std::sync::Arc;

use dynpack_media::Extent;

/// Why stored bytes cannot be read. Cheap to clone: one error may be the result of many requests
/// that wait for the same file.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is nothing at that path, or it is not of the right kind. The client or the publisher
    /// can fix it.
    #[error("`{path}` was not found")]
    NotFound {
        /// The path.
        path: String,
    },
    /// The file must not be read. The operator of the storage can fix it, unless the path was an
    /// attack.
    #[error("`{path}` must not be read: {reason}")]
    Forbidden {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// The storage cannot list folders. Its operator can fix it, for example by turning on the
    /// listings of its server.
    #[error("`{path}` cannot be listed: the storage has no listings")]
    NoListing {
        /// The path.
        path: String,
    },
    /// The file is no longer the one that was opened. Opening it again helps.
    #[error("`{path}` has changed since it was opened")]
    Changed {
        /// The path.
        path: String,
    },
    /// A range does not end within the file. The caller requested too much, or has wrong
    /// information about the file.
    #[error("`{path}` has {len} bytes, too few for {} at {}", range.len, range.offset)]
    OutOfRange {
        /// The path.
        path: String,
        /// The range.
        range: Extent,
        /// The length of the file in bytes.
        len: u64,
    },
    /// The storage returned other bytes than requested. The author of the storage can fix it. If
    /// its server ignores ranges or closes the connection early, the error is
    /// [`Failed`](Self::Failed).
    #[error("the storage returned {got} bytes instead of {} at {}", wanted.len, wanted.offset)]
    WrongRead {
        /// The requested range.
        wanted: Extent,
        /// The number of bytes that it returned; 0 if the whole range is missing.
        got: u64,
    },
    /// The storage does not store files. The operator can choose one that does.
    #[error("`{path}` cannot be stored: the storage is only read")]
    ReadOnly {
        /// The path.
        path: String,
    },
    /// The storage failed. Its operator can fix it. A retry may help.
    #[error("`{path}` cannot be read: {error}")]
    Failed {
        /// The path.
        path: String,
        /// The error of the storage.
        #[source]
        error: Arc<io::Error>,
    },
}

impl StorageError {
    /// The HTTP status of the error.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            Self::Forbidden { .. } => 403,
            Self::NoListing { .. } => 501,
            Self::Changed { .. } => 503,
            Self::OutOfRange { .. }
            | Self::WrongRead { .. }
            | Self::ReadOnly { .. }
            | Self::Failed { .. } => 500,
        }
    }

    /// Whether the system has no more files to open.
    pub(crate) fn is_out_of_files(&self) -> bool {
        /// `EMFILE` and `ENFILE`.
        const OUT_OF_FILES: [i32; 2] = [24, 23];
        match self {
            Self::Failed { error, .. } if cfg!(unix) => {
                error.raw_os_error().is_some_and(|code| OUT_OF_FILES.contains(&code))
            }
            _ => false,
        }
    }

    /// The same error with another path.
    pub(crate) fn with_public_path(self, path: String) -> Self {
        match self {
            Self::NotFound { .. } => Self::NotFound { path },
            Self::Forbidden { reason, .. } => Self::Forbidden { path, reason },
            Self::NoListing { .. } => Self::NoListing { path },
            Self::Changed { .. } => Self::Changed { path },
            Self::OutOfRange { range, len, .. } => Self::OutOfRange { path, range, len },
            Self::WrongRead { .. } => self,
            Self::ReadOnly { .. } => Self::ReadOnly { path },
            Self::Failed { error, .. } => Self::Failed { path, error },
        }
    }

    /// The error of a failed call to the operating system, or of a similar IO error, for a path.
    #[must_use]
    pub fn from_io(path: &str, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound
            | io::ErrorKind::NotADirectory
            | io::ErrorKind::InvalidFilename => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => {
                Self::Forbidden { path, reason: "permission denied" }
            }
            _ => Self::Failed { path, error: Arc::new(error) },
        }
    }
}
