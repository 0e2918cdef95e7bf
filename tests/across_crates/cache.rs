//! Opened once, and never stale.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{Conditions, Dynpack, Request};
use futures_util::future::join_all;

use crate::support::{ask, get, hls, sample, sample_storage};

/// A storage that counts how often files are opened.
struct Counting {
    memory: Memory,
    opened: Arc<AtomicUsize>,
}

#[async_trait]
impl Storage for Counting {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.opened.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.memory.open(path).await
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

const MANIFEST: &str = "/sample/sample.ism/manifest(format=m3u8-cmaf)";

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_opened_once_however_many_wait_for_it() {
    let opened = Arc::new(AtomicUsize::new(0));
    let dynpack = Dynpack::builder(Counting { memory: sample_storage(), opened: Arc::clone(&opened) }).build();
    let answers = join_all((0..50).map(|_| ask(&dynpack, MANIFEST))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(opened.load(Ordering::SeqCst), 5, "each of five files once");
}

#[tokio::test]
async fn a_small_cache_still_serves() {
    let dynpack = Dynpack::builder(sample_storage()).cache_bytes(1).build();
    for _ in 0..2 {
        assert!(ask(&dynpack, MANIFEST).await.is_ok());
    }
}

#[tokio::test]
async fn a_replaced_file_is_noticed() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).check_after(Duration::ZERO).build();
    let before = ask(&dynpack, MANIFEST).await.unwrap().etag;
    assert_eq!(ask(&dynpack, MANIFEST).await.unwrap().etag, before);
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    let after = ask(&dynpack, MANIFEST).await.unwrap();
    assert_ne!(after.etag, before);
    let playlist = after.body.collect().await.unwrap();
    assert!(!playlist.windows(8).any(|word| word == b"1280x720"));
}

#[tokio::test]
async fn files_that_come_and_go_are_noticed() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).check_after(Duration::ZERO).build();
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 5);
    storage.remove("sample/audio_deu.mp4");
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 4);
    storage.insert("sample/audio_deu.mp4", sample("audio_deu.mp4"));
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 5);
}

#[tokio::test]
async fn a_response_that_has_begun_stays_with_its_version() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).check_after(Duration::ZERO).build();
    let url = hls(&dynpack, "/sample/sample.ism").await[4].segments[0].0.clone();
    let whole = get(&dynpack, &url).await;
    let begun = dynpack.respond(&Request::parse(&url).unwrap(), &Conditions::default()).await.unwrap();
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    assert_eq!(begun.body.collect().await.unwrap(), whole);
}
