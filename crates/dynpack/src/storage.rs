//! Where files lie: the one seam to the outside world.
//!
//! A [`Storage`] lists folders and opens files; a [`Source`] is one opened file, read in ranges.
//! Whoever has files elsewhere implements both, and runs the `conformance` suite (a feature of that
//! name) against them.
//!
//! Paths are names with slashes between, below the root of the storage and without a slash before
//! the first: `films/ignite/a.mp4`. The root itself is the empty path.
//!
//! ```
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use bytes::Bytes;
//! use dynpack::Extent;
//! use dynpack::storage::{Identity, Listing, Source, Storage, StorageError, check_ranges};
//!
//! /// One film, at `film.mp4`.
//! struct Film(Bytes);
//!
//! struct Opened(Bytes, Identity);
//!
//! #[async_trait]
//! impl Storage for Film {
//!     async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
//!         match folder {
//!             "" => Ok(Listing { files: vec!["film.mp4".to_owned()], folders: Vec::new() }),
//!             _ => Err(StorageError::NotFound { path: folder.to_owned() }),
//!         }
//!     }
//!
//!     async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
//!         Ok(Arc::new(Opened(self.0.clone(), self.identity(path).await?)))
//!     }
//!
//!     async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
//!         match path {
//!             "film.mp4" => Ok(Identity::new("1", self.0.len() as u64)),
//!             _ => Err(StorageError::NotFound { path: path.to_owned() }),
//!         }
//!     }
//! }
//!
//! #[async_trait]
//! impl Source for Opened {
//!     fn identity(&self) -> &Identity {
//!         &self.1
//!     }
//!
//!     async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
//!         check_ranges("film.mp4", self.len(), ranges)?;
//!         Ok(ranges.iter().map(|range| self.0.slice(range.offset as usize..range.end() as usize)).collect())
//!     }
//! }
//! ```

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod error;
#[cfg(feature = "local")]
mod local;
mod memory;

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack_media::Extent;

pub use error::StorageError;
#[cfg(feature = "local")]
pub use local::Local;
pub use memory::Memory;

/// Files in folders, to be read.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// What lies directly in a folder.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is no such folder. The root is always there.
    async fn list(&self, folder: &str) -> Result<Listing, StorageError>;

    /// Opens a file: what is read from the source belongs to one version of it, from here on.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if there is no such file, [`StorageError::Forbidden`] if it must
    /// not be read.
    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError>;

    /// The identity that the file has now: cheaper than to open it, and enough to notice that an
    /// opened one was replaced.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    async fn identity(&self, path: &str) -> Result<Identity, StorageError>;
}

/// One version of one file.
#[async_trait]
pub trait Source: Send + Sync {
    /// Which version this is.
    fn identity(&self) -> &Identity;

    /// Reads ranges, and gives the bytes of each in the order asked for. Neighbours may share a
    /// buffer.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`] if a range does not end within the file, and
    /// [`StorageError::Changed`] if this version of the file can no longer be read. Bytes of two
    /// versions never come together.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError>;

    /// Reads ranges whose bytes are wanted one after another. The buffers are together the bytes of
    /// all ranges, in the order asked for; a source joins as many as it can without copying.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    async fn read_joined(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        self.read(ranges).await
    }

    /// Bytes in the file.
    fn len(&self) -> u64 {
        self.identity().len()
    }

    /// Whether there is nothing in the file.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What lies directly in a folder, by name and without its path, in ascending order of the names'
/// bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files.
    pub files: Vec<String>,
    /// Folders.
    pub folders: Vec<String>,
}

/// Which version of a file one has: equal identities mean equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    len: u64,
    version: Arc<str>,
    place: Option<Arc<str>>,
}

impl Identity {
    /// The identity of a file of `len` bytes. Its `version` is any text that another version of the
    /// same path would not have, such as the ETag that an object store gives.
    #[must_use]
    pub fn new(version: impl Into<Arc<str>>, len: u64) -> Self {
        Self { len, version: version.into(), place: None }
    }

    /// The same, told apart further by something that holds on this machine only, such as an inode.
    #[must_use]
    pub fn with_place(self, place: impl Into<Arc<str>>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    /// Bytes in the file.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing in the file.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The version: together with the length what an ETag is made of. It is the same on every
    /// machine that has a faithful copy.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Makes sure that a path stays below the root, whatever a storage makes of its names: for
/// implementations of [`Storage`].
///
/// # Errors
/// [`StorageError::Forbidden`] if a name in it is empty, `.` or `..`, or holds a backslash or a
/// zero.
pub fn check_path(path: &str) -> Result<(), StorageError> {
    let is_plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
    if path.split('/').all(is_plain) {
        return Ok(());
    }
    Err(StorageError::Forbidden { path: path.to_owned(), reason: "it is not made of plain names" })
}

/// Reads ranges, and makes sure that it is they which come: what a storage gets wrong must neither
/// be sent nor waited for.
pub(crate) async fn read_exactly(
    source: &dyn Source,
    ranges: &[Extent],
) -> Result<Vec<Bytes>, StorageError> {
    let mut read = source.read(ranges).await?;
    read.truncate(ranges.len());
    for (at, &wanted) in ranges.iter().enumerate() {
        let got = read.get(at).map(|bytes| bytes.len() as u64);
        if got != Some(wanted.len) {
            return Err(StorageError::WrongRead { wanted, got: got.unwrap_or_default() });
        }
    }
    Ok(read)
}

/// Reads ranges whose bytes are wanted one after another, and makes sure that they are as long as
/// asked for.
pub(crate) async fn read_exactly_joined(
    source: &dyn Source,
    ranges: &[Extent],
) -> Result<Vec<Bytes>, StorageError> {
    let read = source.read_joined(ranges).await?;
    let len = ranges.iter().map(|range| range.len).fold(0, u64::saturating_add);
    let got = read.iter().map(|bytes| bytes.len() as u64).fold(0, u64::saturating_add);
    if got == len {
        return Ok(read);
    }
    let offset = ranges.first().map_or(0, |range| range.offset);
    Err(StorageError::WrongRead { wanted: Extent::new(offset, len), got })
}

/// Makes sure that all ranges end within a file: for implementations of [`Source`].
///
/// # Errors
/// [`StorageError::OutOfRange`] for the first that does not.
pub fn check_ranges(path: &str, len: u64, ranges: &[Extent]) -> Result<(), StorageError> {
    match ranges
        .iter()
        .find(|range| range.offset.checked_add(range.len).is_none_or(|end| end > len))
    {
        Some(&range) => Err(StorageError::OutOfRange { path: path.to_owned(), range, len }),
        None => Ok(()),
    }
}
