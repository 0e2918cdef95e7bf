//! Why stored bytes cannot be had.

use std::io;
use std::sync::Arc;

use dynpack_media::Extent;

/// Why stored bytes cannot be had. Cheap to clone: one failure may answer many who wait for the
/// same file.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StorageError {
    /// There is nothing of that path, or not of that kind. Whoever asked can fix it, or whoever
    /// stores the files.
    #[error("`{path}` was not found")]
    NotFound {
        /// The path.
        path: String,
    },
    /// It must not be read. Whoever runs the storage can fix it, unless the path was meant to do
    /// harm.
    #[error("`{path}` must not be read: {reason}")]
    Forbidden {
        /// The path.
        path: String,
        /// Why not.
        reason: &'static str,
    },
    /// The file is not the one that was opened any more. Opening it again helps.
    #[error("`{path}` has changed since it was opened")]
    Changed {
        /// The path.
        path: String,
    },
    /// A range does not end within the file. The caller asked for too much, or what it knows of the
    /// file is wrong.
    #[error("`{path}` has {len} bytes, too few for {} at {}", range.len, range.offset)]
    OutOfRange {
        /// The path.
        path: String,
        /// The range.
        range: Extent,
        /// Bytes in the file.
        len: u64,
    },
    /// The storage gave other bytes than it was asked for: whoever wrote it can fix it. A server
    /// behind it that ignores ranges, or breaks off, is [`Failed`](Self::Failed).
    #[error("the storage gave {got} bytes for the range of {} at {}", wanted.len, wanted.offset)]
    WrongRead {
        /// The range asked for.
        wanted: Extent,
        /// Bytes it gave; 0 where the whole range is missing.
        got: u64,
    },
    /// The storage failed. Whoever runs it can fix it; trying again may help.
    #[error("`{path}` cannot be read: {error}")]
    Failed {
        /// The path.
        path: String,
        /// What happened.
        #[source]
        error: Arc<io::Error>,
    },
}

impl StorageError {
    /// The HTTP status that says it.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotFound { .. } => 404,
            Self::Forbidden { .. } => 403,
            Self::Changed { .. } => 503,
            Self::OutOfRange { .. } | Self::WrongRead { .. } | Self::Failed { .. } => 500,
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

    /// The same of another path.
    pub(crate) fn with_public_path(self, path: String) -> Self {
        match self {
            Self::NotFound { .. } => Self::NotFound { path },
            Self::Forbidden { reason, .. } => Self::Forbidden { path, reason },
            Self::Changed { .. } => Self::Changed { path },
            Self::OutOfRange { range, len, .. } => Self::OutOfRange { path, range, len },
            Self::WrongRead { .. } => self,
            Self::Failed { error, .. } => Self::Failed { path, error },
        }
    }

    /// What a failed call to the operating system, or the like of it, means for a path.
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
