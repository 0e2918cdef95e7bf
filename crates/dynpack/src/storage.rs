//! Where files are stored: the only interface to the outside world.
//!
//! A [`Storage`] lists folders and opens files. A [`Source`] is one opened file, which is read in
//! ranges. To serve files from elsewhere, implement both, and run the `conformance` suite against
//! them (the feature `conformance`).
//!
//! A path is relative to the root of the storage. It is a list of names with slashes between them,
//! and does not start with a slash: `films/ignite/a.mp4`. The root itself is the empty path.
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
//!         let slice = |range: &Extent| self.0.slice(range.offset as usize..range.end() as usize);
//!         Ok(ranges.iter().map(slice).collect())
//!     }
//! }
//! ```

mod arriving;
mod coalesce;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
mod error;
#[cfg(feature = "local")]
mod local;
mod memory;

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack_media::Extent;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

pub use arriving::by_range;
pub(crate) use arriving::exactly;
pub use coalesce::{Run, coalesce};
pub use error::StorageError;
#[cfg(feature = "local")]
pub use local::Local;
pub use memory::Memory;

/// Files in folders.
#[async_trait]
pub trait Storage: Send + Sync + 'static {
    /// Lists what is directly in a folder.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if the folder does not exist. The root always exists.
    /// [`StorageError::NoListing`] if the storage cannot list folders: it then serves only assets
    /// that have a server manifest.
    async fn list(&self, folder: &str) -> Result<Listing, StorageError>;

    /// Opens a file. From then on, all reads of the source return bytes of one version of it.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if the file does not exist, [`StorageError::Forbidden`] if it
    /// must not be read.
    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError>;

    /// The current identity of a file. This is cheaper than opening it, and sufficient to detect
    /// that an opened file was replaced.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    async fn identity(&self, path: &str) -> Result<Identity, StorageError>;

    /// Stores a file in a folder that exists, and replaces any at the same path. Whoever opens the
    /// path meanwhile gets the old file or the new one as a whole.
    ///
    /// Only called if [`Builder::writes_indexes`](crate::Builder::writes_indexes) asks for it.
    /// Storages that are only read need not implement it.
    ///
    /// # Errors
    /// [`StorageError::ReadOnly`] if the storage is not written to, which is the default.
    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        let _ = bytes;
        Err(StorageError::ReadOnly { path: path.to_owned() })
    }
}

/// A storage that is chosen when the program runs.
#[async_trait]
impl Storage for Box<dyn Storage> {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.as_ref().list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.as_ref().open(path).await
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.as_ref().identity(path).await
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.as_ref().put(path, bytes).await
    }
}

/// One version of one file.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// The version of the file.
    fn identity(&self) -> &Identity;

    /// Reads ranges, and returns their bytes in the requested order. Adjacent ranges may share a
    /// buffer.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`] if a range does not end within the file, and
    /// [`StorageError::Changed`] if this version of the file can no longer be read. Bytes of two
    /// versions are never mixed.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError>;

    /// Reads ranges, and yields their bytes one after another, in the requested order, as they
    /// arrive. The buffers need not be those of single ranges. The default yields them
    /// [at once](at_once).
    ///
    /// A source that waits for a server should yield the first bytes before the last ones arrive.
    /// Responses ask for ascending ranges, wherever the media is stored in that order. The source
    /// may read on while nobody takes what it read, so that a slow client does not hold its
    /// connection. It ends when the stream is dropped.
    ///
    /// # Errors
    /// As for [`read`](Self::read), as the last item. Bytes that were yielded before are right.
    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        at_once(self, ranges)
    }

    /// How many bytes a response should read at a time while there is memory for them. Fewer and
    /// longer reads are better where each is a request to a server. The default, 0, leaves it to
    /// the response, which reads half a megabyte.
    fn preferred_read(&self) -> u64 {
        0
    }

    /// The length of the file in bytes.
    fn len(&self) -> u64 {
        self.identity().len()
    }

    /// Whether the file is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The names of what is directly in a folder, without its path, in ascending order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files.
    pub files: Vec<String>,
    /// Folders.
    pub folders: Vec<String>,
}

/// The identity of one version of a file: equal identities mean equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    len: u64,
    version: Arc<str>,
    place: Option<Arc<str>>,
    written: Option<SystemTime>,
}

impl Identity {
    /// The identity of a file of `len` bytes. `version` is any text that no other version of the
    /// same path has, such as the ETag of an object store.
    #[must_use]
    pub fn new(version: impl Into<Arc<str>>, len: u64) -> Self {
        Self { len, version: version.into(), place: None, written: None }
    }

    /// The same identity, with an additional distinction that is only valid on this machine, such
    /// as an inode.
    #[must_use]
    pub fn with_place(self, place: impl Into<Arc<str>>) -> Self {
        Self { place: Some(place.into()), ..self }
    }

    /// The same identity of a file that was last written at `time`, in a storage where a file can
    /// be read while it is written. Soon after that, its responses must not be cached
    /// ([`Builder::settled_after`](crate::Builder::settled_after)).
    #[must_use]
    pub fn with_last_write(self, time: SystemTime) -> Self {
        Self { written: Some(time), ..self }
    }

    /// When the file was last written, in a storage where it can be read meanwhile.
    #[must_use]
    pub const fn last_write(&self) -> Option<SystemTime> {
        self.written
    }

    /// The length of the file in bytes.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The version. ETags are made from it and the length. It is the same on every machine that has
    /// a faithful copy.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Checks that a path stays below the root, however a storage interprets its names. For
/// implementations of [`Storage`].
///
/// # Errors
/// [`StorageError::Forbidden`] if a name in it is empty, `.` or `..`, or contains a backslash or a
/// NUL character.
pub fn check_path(path: &str) -> Result<(), StorageError> {
    let is_plain = |name: &str| !matches!(name, "" | "." | "..") && !name.contains(['\\', '\0']);
    if path.split('/').all(is_plain) {
        return Ok(());
    }
    Err(StorageError::Forbidden { path: path.to_owned(), reason: "it is not made of plain names" })
}

/// Reads ranges, and checks the lengths of the results. A faulty storage must cause neither wrong
/// bytes in a response nor an endless wait.
pub(crate) async fn read_exactly(
    source: &(impl Source + ?Sized),
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

/// The bytes of ranges one after another, once [`Source::read`] has all of them. This is what
/// [`Source::stream`] does by default.
///
/// # Errors
/// As for [`Source::read`], and [`StorageError::WrongRead`] if it returns other numbers of bytes.
pub fn at_once<S: Source + ?Sized>(
    source: Arc<S>,
    ranges: Vec<Extent>,
) -> BoxStream<'static, Result<Bytes, StorageError>> {
    stream::once(async move { read_exactly(source.as_ref(), &ranges).await })
        .map_ok(|read| stream::iter(read).map(Ok))
        .try_flatten()
        .boxed()
}

/// Checks that all ranges end within a file. For implementations of [`Source`].
///
/// # Errors
/// [`StorageError::OutOfRange`] for the first range that does not.
pub fn check_ranges(path: &str, len: u64, ranges: &[Extent]) -> Result<(), StorageError> {
    match ranges
        .iter()
        .find(|range| range.offset.checked_add(range.len).is_none_or(|end| end > len))
    {
        Some(&range) => Err(StorageError::OutOfRange { path: path.to_owned(), range, len }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_storage_that_is_chosen_at_run_time_stores_files() {
        let storage: Box<dyn Storage> = Box::new(Memory::new());
        // By the trait, as generic callers do.
        Storage::put(&storage, "a", Bytes::from_static(b"new")).await.unwrap();
        assert_eq!(Storage::identity(&storage, "a").await.unwrap().len(), 3);
    }
}
