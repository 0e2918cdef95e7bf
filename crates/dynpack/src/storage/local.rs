//! Files in a local folder.

mod put;
mod read;
mod stamp;

use std::fs::{self, DirEntry, File, FileType, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack_media::Extent;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use self::read::Opened;
use self::stamp::Stamp;
use super::{Identity, Listing, Source, Storage, StorageError, check_path, check_ranges};
use crate::buffers::Buffers;

/// The files below a local folder.
///
/// Nothing outside the folder is read. A symbolic link that leads out of it is forbidden, like a
/// path that does, and is not listed. A process that may write to the folder could still replace a
/// link between the check and the opening. Names that are not UTF-8 cannot be requested and are not
/// listed either.
///
/// A version is identified by its length and its modification time, to the nanosecond, and on this
/// machine also by its inode and, on Unix, the time of its last change of any kind. To replace a
/// file, rename another one to its path: sources that were opened earlier still read the old one.
/// If a file is written in place, their next read fails with [`StorageError::Changed`]. That change
/// is not detected if the length stays the same and the clock of the file system, which ticks every
/// few milliseconds, has not advanced.
///
/// On Linux, bytes in the page cache are read immediately, on the thread of the caller. All others
/// are read on tokio's threads for blocking work, in one hop for all ranges of a call.
#[derive(Clone, Debug)]
pub struct Local {
    root: Arc<Path>,
}

impl Local {
    /// The files below `root`, which may itself be a symbolic link. Resolves `root` immediately,
    /// and blocks while it does.
    ///
    /// # Errors
    /// [`StorageError::NotFound`] if the folder does not exist.
    pub fn new(root: impl AsRef<Path>) -> Result<Self, StorageError> {
        let name = root.as_ref().display().to_string();
        let root =
            root.as_ref().canonicalize().map_err(|error| StorageError::from_io(&name, error))?;
        if !root.is_dir() {
            return Err(StorageError::NotFound { path: name });
        }
        Ok(Self { root: root.into() })
    }

    /// The folder, as an absolute path without symbolic links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The target of a path after following all links.
    fn resolve(&self, path: &str) -> Result<PathBuf, StorageError> {
        check_path(path)?;
        let relative = Path::new(path);
        if !relative.components().all(|component| matches!(component, Component::Normal(_))) {
            return Err(not_plain(path));
        }
        let target = self
            .root
            .join(relative)
            .canonicalize()
            .map_err(|error| StorageError::from_io(path, error))?;
        if !target.starts_with(&self.root) {
            return Err(StorageError::Forbidden {
                path: path.to_owned(),
                reason: "it leads out of the root folder",
            });
        }
        Ok(target)
    }

    /// The target of a file's path, and its identity. The file is not opened, since opening
    /// something else, such as a pipe, could wait forever.
    fn file(&self, path: &str) -> Result<(PathBuf, Identity), StorageError> {
        let target = self.resolve(path)?;
        let metadata = fs::metadata(&target).map_err(|error| StorageError::from_io(path, error))?;
        let (_, identity) = identity(path, &metadata)?;
        Ok((target, identity))
    }

    /// Where a file is to be stored: its name in a folder that exists.
    fn target(&self, path: &str) -> Result<PathBuf, StorageError> {
        check_path(path)?;
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let folder =
            if folder.is_empty() { self.root.to_path_buf() } else { self.resolve(folder)? };
        let mut parts = Path::new(name).components();
        match (parts.next(), parts.next()) {
            (Some(Component::Normal(name)), None) => Ok(folder.join(name)),
            _ => Err(not_plain(path)),
        }
    }

    fn open_blocking(&self, path: &str) -> Result<Opened, StorageError> {
        let (target, _) = self.file(path)?;
        let file = File::open(target).map_err(|error| StorageError::from_io(path, error))?;
        let metadata = file.metadata().map_err(|error| StorageError::from_io(path, error))?;
        let (stamp, identity) = identity(path, &metadata)?;
        let (path, buffers) = (path.to_owned(), Buffers::of_process());
        Ok(Opened { path, file, stamp, identity, buffers, must_block: AtomicBool::new(false) })
    }

    fn list_blocking(&self, folder: &str) -> Result<Listing, StorageError> {
        let target =
            if folder.is_empty() { self.root.to_path_buf() } else { self.resolve(folder)? };
        let mut listing = Listing::default();
        for entry in fs::read_dir(target).map_err(|error| StorageError::from_io(folder, error))? {
            let entry = entry.map_err(|error| StorageError::from_io(folder, error))?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            match self.kind(folder, &name, &entry) {
                Some(kind) if kind.is_file() => listing.files.push(name),
                Some(kind) if kind.is_dir() => listing.folders.push(name),
                _ => {}
            }
        }
        listing.files.sort_unstable();
        listing.folders.sort_unstable();
        Ok(listing)
    }

    /// The type of an entry of a folder. `None` if it was removed meanwhile, or is a link that is
    /// broken or leads out of the root.
    fn kind(&self, folder: &str, name: &str, entry: &DirEntry) -> Option<FileType> {
        check_path(name).ok()?;
        let kind = entry.file_type().ok()?;
        if !kind.is_symlink() {
            return Some(kind);
        }
        let path = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        Some(fs::metadata(self.resolve(&path).ok()?).ok()?.file_type())
    }
}

#[async_trait]
impl Storage for Local {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        let storage = self.clone();
        blocking(folder, move |folder| storage.list_blocking(folder)).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let storage = self.clone();
        let opened = blocking(path, move |path| storage.open_blocking(path)).await?;
        Ok(Arc::new(LocalSource(Arc::new(opened))))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        let storage = self.clone();
        blocking(path, move |path| storage.file(path).map(|(_, identity)| identity)).await
    }

    /// Written beside its path under a name that starts with a dot, and then renamed.
    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        let storage = self.clone();
        blocking(path, move |path| put::put(&storage.target(path)?, path, &bytes)).await
    }
}

struct LocalSource(Arc<Opened>);

impl LocalSource {
    /// The bytes of ranges one after another: on this thread where the system has them in memory.
    async fn read_all(&self, ranges: &[Extent]) -> Result<Bytes, StorageError> {
        let opened = &self.0;
        check_ranges(&opened.path, self.len(), ranges)?;
        if ranges.iter().all(|range| range.len == 0) {
            return Ok(Bytes::new());
        }
        if let Some(bytes) = opened.read_now(ranges)? {
            return Ok(bytes);
        }
        let (opened, ranges) = (Arc::clone(opened), ranges.to_vec());
        blocking(&self.0.path, move |_| opened.read_blocking(&ranges)).await
    }
}

#[async_trait]
impl Source for LocalSource {
    fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// All ranges share one buffer.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let mut all = self.read_all(ranges).await?;
        let len = |range: &Extent| usize::try_from(range.len).expect("its bytes are in memory");
        Ok(ranges.iter().map(|range| all.split_to(len(range))).collect())
    }

    /// All ranges are one buffer.
    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        stream::once(async move { self.read_all(&ranges).await }).boxed()
    }
}

/// The stamp and the identity of a file. Anything other than a file is not found.
fn identity(path: &str, metadata: &Metadata) -> Result<(Stamp, Identity), StorageError> {
    if !metadata.is_file() {
        return Err(StorageError::NotFound { path: path.to_owned() });
    }
    let stamp = Stamp::of(metadata).map_err(|error| StorageError::from_io(path, error))?;
    let version = match stamp.modified.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => format!("{:x}", after.as_nanos()),
        Err(before) => format!("-{:x}", before.duration().as_nanos()),
    };
    let (device, file) = stamp.place;
    let place = format!("{device:x}-{file:x}-{:x}", stamp::last_change(metadata));
    let identity =
        Identity::new(version, stamp.len).with_place(place).with_last_write(stamp.modified);
    Ok((stamp, identity))
}

fn not_plain(path: &str) -> StorageError {
    StorageError::Forbidden { path: path.to_owned(), reason: "it is not made of plain names" }
}

/// Does blocking work for a path, on a thread that may block.
async fn blocking<T: Send + 'static>(
    path: &str,
    work: impl FnOnce(&str) -> Result<T, StorageError> + Send + 'static,
) -> Result<T, StorageError> {
    let owned = path.to_owned();
    let done = tokio::task::spawn_blocking(move || work(&owned)).await;
    done.unwrap_or_else(|error| Err(StorageError::from_io(path, io::Error::other(error))))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tempfile::TempDir;

    use super::super::conformance;
    use super::*;

    fn folder() -> (TempDir, Local) {
        let folder = TempDir::new().unwrap();
        let storage = Local::new(folder.path()).unwrap();
        (folder, storage)
    }

    fn write(root: &Path, path: &str, bytes: &[u8]) {
        let target = root.join(path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }

    #[tokio::test]
    async fn files_are_stored_as_a_whole_and_within_the_root() {
        let (root, storage) = folder();
        write(root.path(), "film/a.mp4", b"old");
        let old = storage.open("film/a.mp4").await.unwrap();
        let put = async |path: &str| storage.put(path, Bytes::from_static(b"new!")).await;
        for path in ["film/a.mp4", "film/a.dpi", "a.dpi"] {
            put(path).await.unwrap();
            assert_eq!(storage.identity(path).await.unwrap().len(), 4, "{path}");
        }
        assert_eq!(old.read(&[Extent::new(0, 3)]).await.unwrap(), [Bytes::from_static(b"old")]);
        for path in ["../a.dpi", "film/../a.dpi", "film/.", "/a.dpi", ""] {
            let refused = put(path).await.unwrap_err();
            assert!(matches!(refused, StorageError::Forbidden { .. }), "{path}: {refused}");
        }
        let missing = put("other/a.dpi").await.unwrap_err();
        assert!(matches!(missing, StorageError::NotFound { .. }), "{missing}");
        let listing = storage.list("film").await.unwrap();
        assert_eq!(listing.files, ["a.dpi", "a.mp4"], "nothing else is left");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn conforms_where_files_are_replaced() {
        let ((root, storage), made) = (folder(), TempDir::new().unwrap());
        let put = async |path: &str, bytes: Bytes| {
            let target = root.path().join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::write(made.path().join("new"), bytes).unwrap();
            fs::rename(made.path().join("new"), target).unwrap();
        };
        conformance::check(&storage, put).await;
    }

    #[tokio::test]
    async fn conforms_where_files_are_written_in_place() {
        let (root, storage) = folder();
        // The clock of a file system may be too slow to distinguish the writes of the suite.
        let time = Cell::new(SystemTime::UNIX_EPOCH);
        let put = async |path: &str, bytes: Bytes| {
            write(root.path(), path, &bytes);
            time.set(time.get() + Duration::from_nanos(100));
            File::options()
                .append(true)
                .open(root.path().join(path))
                .unwrap()
                .set_modified(time.get())
                .unwrap();
        };
        conformance::check(&storage, put).await;
    }

    #[tokio::test]
    async fn a_file_written_in_place_is_not_read_on() {
        let (root, storage) = folder();
        write(root.path(), "a", &[1; 1_000]);
        let source = storage.open("a").await.unwrap();
        fs::write(root.path().join("a"), [2; 500]).unwrap();
        for range in [Extent::new(0, 10), Extent::new(600, 10)] {
            let error = source.read(&[range]).await.unwrap_err();
            assert_eq!(error.to_string(), "`a` has changed since it was opened");
        }
    }

    #[tokio::test]
    async fn a_file_moved_or_removed_is_read_on() {
        let (root, storage) = folder();
        write(root.path(), "a", b"old");
        let source = storage.open("a").await.unwrap();
        fs::rename(root.path().join("a"), root.path().join("b")).unwrap();
        assert_eq!(source.read(&[Extent::new(0, 3)]).await.unwrap(), ["old"]);
        fs::remove_file(root.path().join("b")).unwrap();
        assert_eq!(source.read(&[Extent::new(1, 2)]).await.unwrap(), ["ld"]);
    }

    #[tokio::test]
    async fn faithful_copies_have_one_version() {
        let (root, storage) = folder();
        write(root.path(), "a", b"same");
        write(root.path(), "b", b"same");
        let modified = fs::metadata(root.path().join("a")).unwrap().modified().unwrap();
        File::options()
            .append(true)
            .open(root.path().join("b"))
            .unwrap()
            .set_modified(modified)
            .unwrap();
        let (a, b) = (storage.identity("a").await.unwrap(), storage.identity("b").await.unwrap());
        assert_eq!((a.version(), a.len()), (b.version(), b.len()));
        assert_ne!(a, b, "but they are two files on this machine");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn links_are_followed_as_long_as_they_stay_inside() {
        use std::os::unix::fs::symlink;

        let ((root, storage), outside) = (folder(), TempDir::new().unwrap());
        write(outside.path(), "secret", b"secret");
        write(root.path(), "films/a", b"film");
        symlink(root.path().join("films/a"), root.path().join("inside")).unwrap();
        symlink("films", root.path().join("folder")).unwrap();
        symlink(outside.path().join("secret"), root.path().join("out")).unwrap();
        symlink(outside.path(), root.path().join("out-folder")).unwrap();
        symlink("nowhere", root.path().join("dangling")).unwrap();
        symlink("loop", root.path().join("loop")).unwrap();

        let listing = storage.list("").await.unwrap();
        assert_eq!(
            listing,
            Listing {
                files: vec!["inside".into()],
                folders: vec!["films".into(), "folder".into()]
            }
        );
        for path in ["inside", "folder/a"] {
            let source = storage.open(path).await.unwrap();
            assert_eq!(source.read(&[Extent::new(0, 4)]).await.unwrap(), ["film"], "{path}");
        }
        for path in ["out", "out-folder/secret"] {
            let error = storage.open(path).await.err().unwrap();
            assert_eq!(
                error.to_string(),
                format!("`{path}` must not be read: it leads out of the root folder")
            );
            assert!(storage.identity(path).await.is_err(), "{path}");
        }
        assert!(storage.list("out-folder").await.is_err());
        let error = storage.open("dangling").await.err().unwrap();
        assert_eq!(error.to_string(), "`dangling` was not found");
        assert!(storage.open("loop").await.is_err());
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn only_files_and_folders_are_there() {
        use std::os::unix::ffi::OsStrExt;

        let (root, storage) = folder();
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
        fs::write(root.path().join(std::ffi::OsStr::from_bytes(b"not-utf-8-\xff")), "x").unwrap();
        write(root.path(), "back\\slash", b"x");
        assert_eq!(storage.list("").await.unwrap(), Listing::default());
        assert!(matches!(storage.open("socket").await, Err(StorageError::NotFound { .. })));
        assert!(matches!(storage.identity("socket").await, Err(StorageError::NotFound { .. })));
        let long = "x".repeat(10_000);
        assert!(matches!(storage.open(&long).await, Err(StorageError::NotFound { .. })));
    }

    #[test]
    fn a_root_is_a_folder() {
        let error = Local::new("/nonexistent/folder").unwrap_err();
        assert_eq!(error.to_string(), "`/nonexistent/folder` was not found");
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(matches!(Local::new(file.path()), Err(StorageError::NotFound { .. })));
    }
}
