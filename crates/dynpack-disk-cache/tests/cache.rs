//! The disk cache, over a storage in memory that counts what is read of it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::{
    Identity, Listing, Memory, Source, Storage, StorageError, at_once, conformance,
};
use dynpack_disk_cache::{CacheError, CachedStorage, DiskCache, Options};
use futures_util::future::join_all;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tempfile::TempDir;
use tokio::sync::Notify;

/// A storage that counts the ranges and the bytes that are read of it.
#[derive(Clone, Default)]
struct Counted {
    files: Memory,
    reads: Arc<AtomicU64>,
    bytes: Arc<AtomicU64>,
    /// When all files were last written, if that is known.
    written: Option<SystemTime>,
    /// How many bytes are missing at the end of each read.
    missing: Arc<AtomicU64>,
    /// If set, streams yield their second half when it is notified.
    half: Option<Arc<Notify>>,
}

struct CountedSource {
    source: Arc<dyn Source>,
    identity: Identity,
    storage: Counted,
}

impl Counted {
    fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }

    fn identified(&self, identity: Identity) -> Identity {
        match self.written {
            Some(time) => identity.with_last_write(time),
            None => identity,
        }
    }
}

#[async_trait]
impl Storage for Counted {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.files.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.files.open(path).await?;
        let identity = self.identified(source.identity().clone());
        Ok(Arc::new(CountedSource { source, identity, storage: self.clone() }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        Ok(self.identified(self.files.identity(path).await?))
    }
}

#[async_trait]
impl Source for CountedSource {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        self.storage.reads.fetch_add(1, Ordering::SeqCst);
        let bytes = ranges.iter().map(|range| range.len).sum();
        self.storage.bytes.fetch_add(bytes, Ordering::SeqCst);
        // Others come meanwhile.
        tokio::time::sleep(Duration::from_millis(5)).await;
        let mut read = self.source.read(ranges).await?;
        let missing = usize::try_from(self.storage.missing.load(Ordering::SeqCst)).unwrap();
        if let Some(mut last) = read.pop() {
            last.truncate(last.len().saturating_sub(missing));
            read.extend(Some(last).filter(|last| !last.is_empty()));
        }
        Ok(read)
    }

    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        let Some(half) = self.storage.half.clone() else { return at_once(self, ranges) };
        let pieces = async move {
            let mut first = Bytes::from(self.read(&ranges).await?.concat());
            let second = first.split_off(first.len() / 2);
            let held = async move {
                half.notified().await;
                Ok(second)
            };
            Ok(stream::iter([Ok(first)]).chain(stream::once(held)))
        };
        stream::once(pieces).try_flatten().boxed()
    }
}

fn small() -> Options {
    let mut options = Options::with_capacity(Options::MIN_CAPACITY);
    options.block = 8 << 10;
    options
}

async fn open(folder: &Path) -> DiskCache {
    DiskCache::open(folder, small()).await.unwrap()
}

/// Bytes that make a wrong offset or a wrong file visible.
fn pattern(len: usize, seed: u32) -> Bytes {
    let byte = |at: u32| (at ^ seed).wrapping_mul(2_654_435_761).to_be_bytes()[0];
    (0..).map(byte).take(len).collect()
}

async fn read(storage: &CachedStorage<Counted>, path: &str, range: Extent) -> Bytes {
    storage.open(path).await.unwrap().read(&[range]).await.unwrap().remove(0)
}

fn slice(bytes: &Bytes, range: Extent) -> Bytes {
    bytes.slice(usize::try_from(range.offset).unwrap()..usize::try_from(range.end()).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cached_storage_conforms() {
    let folder = TempDir::new().unwrap();
    let cache = open(folder.path()).await;
    let files = Counted::default();
    let storage = cache.around(files.clone(), "films");
    let put = async |path: &str, bytes: Bytes| files.files.insert(path, bytes);
    conformance::check(&storage, put).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_read_is_read_again_without_the_storage_even_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let bytes = pattern(300_000, 1);
    files.files.insert("a.mp4", bytes.clone());
    let range = Extent::new(10_000, 250_000);
    for (process, reads) in [(1, 1), (2, 1)] {
        let cache = open(folder.path()).await;
        let storage = cache.around(files.clone(), "films");
        for _ in 0..2 {
            assert_eq!(read(&storage, "a.mp4", range).await, slice(&bytes, range));
            assert_eq!(files.reads(), reads, "process {process}");
        }
        cache.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_blocks_are_dropped_and_read_again() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let bytes = pattern(2_000_000, 2);
    files.files.insert("a.mp4", bytes.clone());
    let whole = Extent::new(0, 2_000_000);
    let cache = open(folder.path()).await;
    read(&cache.around(files.clone(), "films"), "a.mp4", whole).await;
    cache.close().await;
    drop(cache);
    // Where a block begins, in its middle, and in the index of a file.
    for step in [4_096, 70_001, 1 << 20] {
        let before = files.bytes();
        for entry in fs::read_dir(folder.path().join("blocks")).unwrap() {
            let path = entry.unwrap().path();
            let mut stored = fs::read(&path).unwrap();
            stored.iter_mut().step_by(step).for_each(|byte| *byte ^= 0x55);
            fs::write(&path, stored).unwrap();
        }
        let cache = open(folder.path()).await;
        let storage = cache.around(files.clone(), "films");
        assert!(read(&storage, "a.mp4", whole).await == bytes, "damaged each {step} bytes");
        assert!(files.bytes() > before, "damaged each {step} bytes");
        cache.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_disk_is_bounded() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    for number in 0..30 {
        let path = format!("{number}.mp4");
        let bytes = pattern(2_000_000, number);
        files.files.insert(&path, bytes.clone());
        assert!(read(&storage, &path, Extent::new(0, 2_000_000)).await == bytes);
    }
    cache.close().await;
    let entries = fs::read_dir(folder.path().join("blocks")).unwrap();
    let size: u64 = entries.map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
    assert!(size <= Options::MIN_CAPACITY, "{size} bytes");
    drop((storage, cache));
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let before = files.bytes();
    // The newest first: each that is read again takes the place of the oldest.
    for number in (0..30).rev() {
        let read = read(&storage, &format!("{number}.mp4"), Extent::new(0, 2_000_000)).await;
        assert!(read == pattern(2_000_000, number));
    }
    let again = files.bytes() - before;
    assert!((40_000_000..60_000_000).contains(&again), "{again} bytes were not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_of_a_file_are_kept_apart() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let range = Extent::new(5_000, 80_000);
    for version in 0..4 {
        let bytes = pattern(100_000, version);
        files.files.insert("a.mp4", bytes.clone());
        for _ in 0..2 {
            assert_eq!(read(&storage, "a.mp4", range).await, slice(&bytes, range));
        }
    }
    assert_eq!(files.reads(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storages_with_other_names_are_kept_apart() {
    let folder = TempDir::new().unwrap();
    let cache = open(folder.path()).await;
    for (name, seed) in [("films", 1), ("trailers", 2)] {
        let files = Counted::default();
        files.files.insert("a.mp4", pattern(10_000, seed));
        let storage = cache.around(files, name);
        let read = read(&storage, "a.mp4", Extent::new(0, 10_000)).await;
        assert_eq!(read, pattern(10_000, seed));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn simultaneous_misses_are_read_once() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let bytes = pattern(800_000, 3);
    files.files.insert("a.mp4", bytes.clone());
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let source = storage.open("a.mp4").await.unwrap();
    let ranges: Vec<_> = (0..50).map(|at| Extent::new(at * 1_000, 700_000)).collect();
    let reads = ranges.iter().map(|&range| {
        let source = Arc::clone(&source);
        tokio::spawn(async move { source.read(&[range]).await.unwrap().remove(0) })
    });
    for (&range, read) in ranges.iter().zip(join_all(reads).await) {
        assert!(read.unwrap() == slice(&bytes, range), "{range:?}");
    }
    let touched = 750_000_u64.next_multiple_of(8 << 10);
    assert_eq!(files.bytes(), touched, "each block once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_leave_as_they_arrive() {
    let folder = TempDir::new().unwrap();
    let half = Arc::new(Notify::new());
    let files = Counted { half: Some(Arc::clone(&half)), ..Counted::default() };
    let bytes = pattern(100_000, 4);
    files.files.insert("a.mp4", bytes.clone());
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let source = storage.open("a.mp4").await.unwrap();
    let ranges = [Extent::new(1_000, 30_000), Extent::new(40_000, 50_000)];
    let wanted = ranges.map(|range| slice(&bytes, range)).concat();
    let mut streams = [(); 2].map(|()| (Arc::clone(&source).stream(ranges.to_vec()), Vec::new()));
    for (arriving, got) in &mut streams {
        while got.len() < 30_500 {
            got.extend_from_slice(&arriving.next().await.unwrap().unwrap());
        }
    }
    half.notify_one();
    for (arriving, mut got) in streams {
        got.extend(arriving.try_collect::<Vec<_>>().await.unwrap().concat());
        assert!(got == wanted);
    }
    assert_eq!(files.reads(), 1);
    assert_eq!(read(&storage, "a.mp4", ranges[1]).await, slice(&bytes, ranges[1]));
    assert_eq!(files.reads(), 1, "all of it is kept");
}

#[tokio::test]
async fn a_file_that_may_still_change_is_read_past_the_cache() {
    let folder = TempDir::new().unwrap();
    let files = Counted { written: Some(SystemTime::now()), ..Counted::default() };
    files.files.insert("a.mp4", pattern(10_000, 1));
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    for _ in 0..3 {
        read(&storage, "a.mp4", Extent::new(0, 10_000)).await;
    }
    assert_eq!(files.reads(), 3);
    let settled = SystemTime::now() - Duration::from_secs(60);
    let files = Counted { written: Some(settled), ..files };
    let storage = cache.around(files.clone(), "films");
    for _ in 0..3 {
        read(&storage, "a.mp4", Extent::new(0, 10_000)).await;
    }
    assert_eq!(files.reads(), 4);
}

#[tokio::test]
async fn errors_of_the_storage_are_returned_and_not_kept() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    files.files.insert("a.mp4", pattern(10_000, 1));
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let source = storage.open("a.mp4").await.unwrap();
    let past = source.read(&[Extent::new(0, 10_001)]).await.unwrap_err();
    assert_eq!(past.to_string(), "`a.mp4` has 10000 bytes, too few for 10001 at 0");
    let missing = storage.open("b.mp4").await.err().unwrap();
    assert_eq!(missing.to_string(), "`b.mp4` was not found");
}

/// One block too few, or a last one that is too short.
#[tokio::test]
async fn what_a_storage_leaves_out_is_an_error_and_is_not_kept() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    let bytes = pattern(40_000, 1);
    files.files.insert("a.mp4", bytes.clone());
    let cache = open(folder.path()).await;
    let storage = cache.around(files.clone(), "films");
    let source = storage.open("a.mp4").await.unwrap();
    let whole = [Extent::new(0, 40_000)];
    for missing in [1, 100_000] {
        files.missing.store(missing, Ordering::SeqCst);
        let error = source.read(&whole).await.unwrap_err();
        assert!(matches!(error, StorageError::WrongRead { .. }), "{error}");
    }
    files.missing.store(0, Ordering::SeqCst);
    assert_eq!(source.read(&whole).await.unwrap(), [bytes]);
}

#[tokio::test]
async fn a_folder_belongs_to_one_process_and_one_layout() {
    let folder = TempDir::new().unwrap();
    let files = Counted::default();
    files.files.insert("a.mp4", pattern(10_000, 1));
    let whole = Extent::new(0, 10_000);
    let cache = open(folder.path()).await;
    read(&cache.around(files.clone(), "films"), "a.mp4", whole).await;
    let second = DiskCache::open(folder.path(), small()).await.unwrap_err();
    assert!(matches!(second, CacheError::InUse), "{second}");
    cache.close().await;
    drop(cache);
    let mut larger = small();
    larger.block = 16 << 10;
    let cache = DiskCache::open(folder.path(), larger).await.unwrap();
    read(&cache.around(files.clone(), "films"), "a.mp4", whole).await;
    assert_eq!(files.reads(), 2, "blocks of other sizes are removed");
}

#[tokio::test]
async fn what_cannot_be_a_cache_is_refused() {
    let folder = TempDir::new().unwrap();
    let refused = async |options: Options| {
        DiskCache::open(folder.path(), options).await.unwrap_err().to_string()
    };
    assert_eq!(
        refused(Options::with_capacity(5)).await,
        "a disk cache has at least 16777216 bytes, not 5"
    );
    let mut odd = small();
    odd.block = 1;
    assert_eq!(
        refused(odd).await,
        "blocks of a disk cache have from 4096 bytes to half a megabyte, not 1"
    );
    fs::write(folder.path().join("file"), "").unwrap();
    let error = DiskCache::open(folder.path().join("file"), small()).await.unwrap_err();
    assert!(matches!(error, CacheError::Io(_)), "{error}");
}
