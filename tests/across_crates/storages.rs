//! Storages that are slow, or return other bytes than requested, for example because their server
//! ignores ranges or closes the connection early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{Dynpack, Error, Extent};
use tokio::sync::Barrier;
use tokio::time::timeout;

use crate::support::{SAMPLE, ask, formats, get, hls, promises, sample_storage};

/// A quirk: how the requested bytes of a file are changed.
type Quirk = fn(Vec<Bytes>, file: &Bytes) -> Vec<Bytes>;

/// Half of the last range is missing.
fn short(mut read: Vec<Bytes>, _: &Bytes) -> Vec<Bytes> {
    if let Some(last) = read.last_mut() {
        last.truncate(last.len() / 2);
    }
    read
}

/// All of the last range is missing.
fn missing(mut read: Vec<Bytes>, _: &Bytes) -> Vec<Bytes> {
    read.pop();
    read
}

/// Each range returns the whole file.
fn whole(read: Vec<Bytes>, file: &Bytes) -> Vec<Bytes> {
    vec![file.clone(); read.len()]
}

const QUIRKS: [Quirk; 3] = [short, missing, whole];

/// A storage with a quirk that can be turned on.
struct Odd {
    memory: Memory,
    quirk: Quirk,
    is_odd: Arc<AtomicBool>,
}

struct OddSource {
    source: Arc<dyn Source>,
    quirk: Quirk,
    is_odd: Arc<AtomicBool>,
}

#[async_trait]
impl Storage for Odd {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.memory.open(path).await?;
        Ok(Arc::new(OddSource { source, quirk: self.quirk, is_odd: Arc::clone(&self.is_odd) }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

#[async_trait]
impl Source for OddSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let file = self.source.read(&[Extent::new(0, self.len())]).await?.concat().into();
        let read = self.source.read(ranges).await?;
        Ok(if self.is_odd.load(Ordering::SeqCst) { (self.quirk)(read, &file) } else { read })
    }
}

fn odd(memory: Memory, quirk: Quirk, is_odd: &Arc<AtomicBool>) -> Dynpack {
    Dynpack::builder(Odd { memory, quirk, is_odd: Arc::clone(is_odd) }).build()
}

/// The error, before anything is sent or instead of the rest.
async fn problem(dynpack: &Dynpack, url: &str) -> String {
    match ask(dynpack, url).await {
        Ok(response) => response
            .body
            .collect()
            .await
            .map(|sent| format!("{} bytes", sent.len()))
            .unwrap_or_else(|error| error.to_string()),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn an_asset_is_not_opened_from_wrong_bytes() {
    let listed = sample_storage();
    let manifest = r#"<smil><body><switch><video src="video_180p.mp4"/></switch></body></smil>"#;
    listed.insert("sample/sample.ism", manifest);
    for (memory, quirk) in [sample_storage(), listed]
        .into_iter()
        .flat_map(|memory| QUIRKS.map(|quirk| (memory.clone(), quirk)))
    {
        let is_odd = Arc::new(AtomicBool::new(true));
        let dynpack = odd(memory, quirk, &is_odd);
        let url = "/sample/sample.ism/manifest(format=m3u8-cmaf)";
        let refused = ask(&dynpack, url).await;
        let Err(error) = refused else { panic!("{url} is answered") };
        assert!(matches!(error, Error::Storage(StorageError::WrongRead { .. })), "{error}");
        assert_eq!(error.status(), 500);
        is_odd.store(false, Ordering::SeqCst);
        assert!(!get(&dynpack, url).await.is_empty(), "the next request tries again");
    }
}

#[tokio::test]
async fn wrong_bytes_are_not_sent() {
    let sound = Dynpack::builder(sample_storage()).build();
    for quirk in QUIRKS {
        let is_odd = Arc::new(AtomicBool::new(false));
        let dynpack = odd(sample_storage(), quirk, &is_odd);
        hls(&dynpack, "/sample/sample.ism").await;
        is_odd.store(true, Ordering::SeqCst);
        for format in formats() {
            for promise in promises(&sound, "/sample/sample.ism", format).await {
                let (url, ..) = &promise.segments[1];
                let problem = problem(&dynpack, url).await;
                assert!(problem.starts_with("the storage returned "), "{url}: {problem}");
            }
        }
    }
}

/// A storage that opens files only when all files of the sample are requested.
struct Slow {
    memory: Memory,
    all: Barrier,
}

#[async_trait]
impl Storage for Slow {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.all.wait().await;
        self.memory.open(path).await
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

/// One slow file must not delay the others: a first request waits for the slowest file, not for the
/// sum of all.
#[tokio::test]
async fn the_files_of_an_asset_are_opened_in_parallel() {
    let dynpack =
        Dynpack::builder(Slow { memory: sample_storage(), all: Barrier::new(SAMPLE.len()) })
            .build();
    let answered = ask(&dynpack, "/sample/sample.ism/manifest(format=m3u8-cmaf)");
    let answered =
        timeout(Duration::from_secs(60), answered).await.expect("files are not opened one by one");
    assert_eq!(answered.unwrap().status, 200);
}
