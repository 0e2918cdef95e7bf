//! What requests read of the media.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{Builder, Conditions, CutPolicy, Dynpack, Encryption, Extent, Format, Request};
use futures_util::future::join_all;

use crate::support::published::{document, locators, manifest_under};
use crate::support::{ask, formats, get, manifest, promises, promises_at, sample_storage};

/// A storage that counts what is read.
pub(crate) struct Counting {
    memory: Memory,
    counts: Arc<Counts>,
}

#[derive(Default)]
pub(crate) struct Counts {
    reads: AtomicU64,
    bytes: AtomicU64,
    opens: AtomicU64,
    lists: AtomicU64,
    /// What sources say of [`Source::preferred_read`].
    preferred: AtomicU64,
}

impl Counts {
    /// Folders that were listed and files that were opened since the last look.
    pub(crate) fn take_looks(&self) -> (u64, u64) {
        (self.lists.swap(0, Ordering::SeqCst), self.opens.swap(0, Ordering::SeqCst))
    }

    /// Reads and bytes since the last look.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.reads.swap(0, Ordering::SeqCst), self.bytes.swap(0, Ordering::SeqCst))
    }
}

struct CountingSource {
    source: Arc<dyn Source>,
    counts: Arc<Counts>,
}

#[async_trait]
impl Storage for Counting {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.counts.lists.fetch_add(1, Ordering::SeqCst);
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.counts.opens.fetch_add(1, Ordering::SeqCst);
        let source = self.memory.open(path).await?;
        Ok(Arc::new(CountingSource { source, counts: Arc::clone(&self.counts) }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

#[async_trait]
impl Source for CountingSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let bytes = ranges.iter().map(|range| range.len).sum();
        self.counts.reads.fetch_add(1, Ordering::SeqCst);
        self.counts.bytes.fetch_add(bytes, Ordering::SeqCst);
        self.source.read(ranges).await
    }

    fn preferred_read(&self) -> u64 {
        self.counts.preferred.load(Ordering::SeqCst)
    }
}

fn counting() -> (Builder<Counting>, Arc<Counts>) {
    counting_in(sample_storage())
}

pub(crate) fn counting_in(memory: Memory) -> (Builder<Counting>, Arc<Counts>) {
    let counts = Arc::new(Counts::default());
    let storage = Counting { memory, counts: Arc::clone(&counts) };
    (Dynpack::builder(storage), counts)
}

#[tokio::test]
async fn a_head_request_reads_no_media() {
    let (builder, counts) = counting();
    let dynpack = builder.build();
    let head = Conditions::default().with_head(true);
    for format in formats() {
        for promise in promises(&dynpack, "/sample/sample.ism", format).await {
            let (url, ..) = &promise.segments[0];
            let len = get(&dynpack, url).await.len() as u64;
            let (reads, bytes) = counts.take();
            assert!(reads > 0 && bytes > 0, "{url}");
            let response = dynpack.respond(&Request::parse(url).unwrap(), &head).await.unwrap();
            assert_eq!((response.status, response.body.len()), (200, len), "{url}");
            assert_eq!(counts.take(), (0, 0), "{url}");
        }
    }
}

/// Segments of the sample are read at most half a megabyte at a time, and no byte twice.
#[tokio::test]
async fn a_segment_is_read_once_and_in_few_turns() {
    let (builder, counts) = counting();
    let dynpack = builder.build();
    for format in formats() {
        for promise in promises(&dynpack, "/sample/sample.ism", format).await {
            for (url, ..) in &promise.segments {
                counts.take();
                let len = get(&dynpack, url).await.len() as u64;
                let (reads, bytes) = counts.take();
                assert!(bytes <= len, "{url}: {bytes} bytes for {len}");
                // At most two files, each with a turn that is not full.
                assert!(reads <= 2 * (bytes / (100 << 10) + 1), "{url}: {reads} of {bytes} bytes");
            }
        }
    }
}

/// Where each read is a request, a segment of several portions is one request for each file.
#[tokio::test]
async fn a_source_may_prefer_long_reads() {
    let clear = formats().map(|format| (format, manifest("/sample/sample.ism", format)));
    let (builder, counts) = counting();
    prefers_long_reads(builder, &counts, clear).await;
    let protected = [
        (Format::HlsCmaf, Encryption::Cenc),
        (Format::HlsV4, Encryption::CbcsAapl),
        (Format::HlsV4, Encryption::Cbc),
    ];
    let protected = protected
        .map(|(format, encryption)| (format, manifest_under("all", format, Some(encryption))));
    let (builder, counts) = counting();
    prefers_long_reads(builder.locators(locators(document())), &counts, protected).await;
}

/// Compares the reads of the longest segments with those of sources that do not prefer long ones.
async fn prefers_long_reads(
    builder: Builder<Counting>,
    counts: &Counts,
    manifests: impl IntoIterator<Item = (Format, String)>,
) {
    let dynpack = builder.cut_policy(CutPolicy::with_target(Duration::from_secs(60))).build();
    for (format, manifest) in manifests {
        let mut most = 0;
        for promise in promises_at(&dynpack, &manifest, format).await {
            let (url, ..) = &promise.segments[0];
            counts.take();
            let body = get(&dynpack, url).await;
            let (turns, bytes) = counts.take();
            counts.preferred.store(4 << 20, Ordering::SeqCst);
            assert_eq!(get(&dynpack, url).await, body, "{url}");
            let (reads, bytes_again) = counts.take();
            counts.preferred.store(0, Ordering::SeqCst);
            let files = if matches!(format, Format::HlsV3 | Format::Hds) { 2 } else { 1 };
            assert!(reads <= files, "{url}: {reads} reads of {bytes} bytes");
            assert_eq!(bytes_again, bytes, "{url}");
            most = most.max(turns);
        }
        assert!(most > 1, "{manifest}: {most} turns at most");
    }
}

/// The length of these segments depends on their media, so all of it is read before the answer.
#[tokio::test]
async fn simultaneous_requests_for_an_encrypted_segment_read_it_once() {
    let (builder, counts) = counting();
    let dynpack = builder.locators(locators(document())).build();
    for (format, encryption) in
        [(Format::HlsV4, Encryption::CbcsAapl), (Format::HlsCmaf, Encryption::Cenc)]
    {
        let manifest = manifest_under("all", format, Some(encryption));
        let promises = promises_at(&dynpack, &manifest, format).await;
        let url = &promises.iter().find(|one| one.track() == "video").unwrap().segments[0].0;
        counts.take();
        let alone = get(&dynpack, url).await;
        let once = counts.take();
        let responses = join_all((0..20).map(|_| ask(&dynpack, url))).await;
        assert_eq!(counts.take(), once, "{url}");
        let late = ask(&dynpack, url).await;
        assert_eq!(counts.take(), (0, 0), "{url}: others are being sent");
        for response in responses.into_iter().chain([late]) {
            assert_eq!(response.unwrap().body.collect().await.unwrap(), alone, "{url}");
        }
        get(&dynpack, url).await;
        assert_eq!(counts.take(), once, "{url}: nothing is held for later");
    }
}
