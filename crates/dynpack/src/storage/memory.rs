//! Files in memory: for tests, and for files that were fetched or made by other means.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use bytes::Bytes;
use dynpack_media::Extent;

use super::{Identity, Listing, Source, Storage, StorageError, check_path, check_ranges};

/// Files in memory. Clones share them.
///
/// ```
/// use bytes::Bytes;
/// use dynpack::storage::Memory;
///
/// let storage = Memory::new();
/// storage.insert("ignite/video.mp4", Bytes::from_static(b"..."));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: Arc<RwLock<Files>>,
}

#[derive(Debug, Default)]
struct Files {
    by_path: BTreeMap<String, File>,
    versions: u64,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    bytes: Bytes,
    identity: Identity,
}

impl Memory {
    /// A storage without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a file, and replaces any file at the same path. Folders do not have to be created
    /// first.
    ///
    /// Versions are counted for the whole storage. So inserting the same files in the same order
    /// gives the same versions.
    pub fn insert(&self, path: impl Into<String>, bytes: impl Into<Bytes>) {
        let (path, bytes) = (path.into(), bytes.into());
        let mut files = self.write();
        files.versions = files.versions.wrapping_add(1);
        let identity = Identity::new(files.versions.to_string(), bytes.len() as u64);
        files.by_path.insert(path.clone(), File { path, bytes, identity });
    }

    /// Removes a file, and returns whether it existed. Sources that were opened earlier can still
    /// be read.
    pub fn remove(&self, path: &str) -> bool {
        self.write().by_path.remove(path).is_some()
    }

    fn file(&self, path: &str) -> Result<File, StorageError> {
        check_path(path)?;
        self.read()
            .by_path
            .get(path)
            .cloned()
            .ok_or_else(|| StorageError::NotFound { path: path.to_owned() })
    }

    /// The lock may be poisoned: a writer that panics leaves no partly written files.
    fn read(&self) -> RwLockReadGuard<'_, Files> {
        self.files.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Files> {
        self.files.write().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Storage for Memory {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        let prefix = match folder {
            "" => String::new(),
            folder => {
                check_path(folder)?;
                format!("{folder}/")
            }
        };
        let files = self.read();
        let (mut names, mut folders) = (Vec::new(), BTreeSet::new());
        for below in
            files.by_path.range(prefix.clone()..).map_while(|(path, _)| path.strip_prefix(&prefix))
        {
            match below.split_once('/') {
                None => names.push(below.to_owned()),
                Some((name, _)) => {
                    folders.insert(name.to_owned());
                }
            }
        }
        if names.is_empty() && folders.is_empty() && !folder.is_empty() {
            return Err(StorageError::NotFound { path: folder.to_owned() });
        }
        Ok(Listing { files: names, folders: folders.into_iter().collect() })
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        Ok(Arc::new(self.file(path)?))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        Ok(self.file(path)?.identity)
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        check_path(path)?;
        self.insert(path, bytes);
        Ok(())
    }
}

#[async_trait]
impl Source for File {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Nothing is copied.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        check_ranges(&self.path, self.len(), ranges)?;
        ranges.iter().map(|&range| self.slice(range)).collect()
    }
}

impl File {
    fn slice(&self, range: Extent) -> Result<Bytes, StorageError> {
        let bounds = in_memory(range).filter(|bounds| bounds.end <= self.bytes.len());
        match bounds {
            Some(bounds) => Ok(self.bytes.slice(bounds)),
            None => {
                Err(StorageError::OutOfRange { path: self.path.clone(), range, len: self.len() })
            }
        }
    }
}

/// A range of bytes in memory. `None` if it exceeds the address space.
fn in_memory(range: Extent) -> Option<Range<usize>> {
    let offset = usize::try_from(range.offset).ok()?;
    Some(offset..offset.checked_add(usize::try_from(range.len).ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::super::conformance;
    use super::*;

    #[tokio::test]
    async fn conforms() {
        let storage = Memory::new();
        let put = async |path: &str, bytes: Bytes| storage.insert(path, bytes);
        conformance::check(&storage, put).await;
    }

    #[tokio::test]
    async fn nothing_is_copied() {
        let storage = Memory::new();
        let bytes = Bytes::from(vec![7; 100]);
        storage.insert("a", bytes.clone());
        let source = storage.open("a").await.unwrap();
        let read = source.read(&[Extent::new(10, 20)]).await.unwrap();
        assert_eq!(read[0].as_ptr(), bytes[10..].as_ptr());
    }

    #[tokio::test]
    async fn what_is_removed_can_still_be_read_by_who_has_it_open() {
        let storage = Memory::new();
        storage.insert("a", "old");
        let source = storage.open("a").await.unwrap();
        assert!(storage.remove("a"));
        assert!(!storage.remove("a"));
        assert_eq!(source.read(&[Extent::new(0, 3)]).await.unwrap(), ["old"]);
        let error = storage.identity("a").await.unwrap_err();
        assert_eq!(error.to_string(), "`a` was not found");
        storage.insert("a", "old");
        assert_ne!(
            storage.identity("a").await.unwrap(),
            *source.identity(),
            "the same bytes stored again are a new version"
        );
    }
}
