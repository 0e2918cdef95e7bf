//! Servers that are as they should be, that lack something, and that fail.

#![cfg(all(feature = "gcs", feature = "http", feature = "s3"))]
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a test may panic and print")]

mod faults;
mod server;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::{Listing, Source, Storage, StorageError, conformance};
use dynpack_object_store::{ObjectStorage, Options};
use futures_util::{StreamExt, TryStreamExt};
use tokio::task::JoinSet;
use tokio::time::timeout;

use faults::{Fault, scrambled};
use server::{Manners, Server};

fn web(server: &Server, options: Options) -> ObjectStorage {
    ObjectStorage::from_url(&format!("http://{}/", server.address), options).unwrap()
}

fn s3(server: &Server, options: Options) -> ObjectStorage {
    let settings = [
        ("AWS_ENDPOINT_URL", format!("http://{}", server.address)),
        ("AWS_SKIP_SIGNATURE", "true".to_owned()),
    ];
    ObjectStorage::from_url("s3://bucket", options.with_settings(settings)).unwrap()
}

fn gcs(server: &Server, options: Options) -> ObjectStorage {
    let account = format!(
        r#"{{"gcs_base_url":"http://{}","disable_oauth":true,"client_email":"","private_key":"",
            "private_key_id":""}}"#,
        server.address
    );
    let settings = [("GOOGLE_SERVICE_ACCOUNT_KEY", account)];
    ObjectStorage::from_url("gs://bucket", options.with_settings(settings)).unwrap()
}

/// The clients of clouds read objects as those of other servers. `tests/interop/object_stores.py`
/// asks emulators for the rest.
#[tokio::test]
async fn clouds_are_read_like_other_servers() {
    for storage in [s3, gcs] {
        let server = Server::start(Manners::GOOD, None).await;
        let storage = storage(&server, Options::default());
        let put = async |path: &str, bytes: Bytes| server.put(path, bytes);
        conformance::check_reading(&storage, put).await;
        conformance::check_requests(&storage, put, || storage.counts().requests).await;
        assert_eq!(storage.counts().requests, server.requests(), "{storage}");
    }
}

#[tokio::test]
async fn a_good_server_conforms() {
    let server = Server::start(Manners::GOOD, None).await;
    let storage = web(&server, Options::default());
    let put = async |path: &str, bytes: Bytes| server.put(path, bytes);
    conformance::check(&storage, put).await;
    conformance::check_requests(&storage, put, || storage.counts().requests).await;
    assert_eq!(storage.counts().requests, server.requests());
}

#[tokio::test]
async fn a_server_may_lack_much() {
    const GOOD: Manners = Manners::GOOD;
    for manners in [
        Manners { conditions: false, ..GOOD },
        Manners { tags: false, ..GOOD },
        Manners { tags: false, conditions: false, ..GOOD },
        Manners { ranges: false, ..GOOD },
        Manners { heads: false, ..GOOD },
        Manners { heads: false, ranges: false, tags: false, conditions: false, ..GOOD },
    ] {
        let server = Server::start(manners, None).await;
        let storage = web(&server, Options::default());
        conformance::check(&storage, async |path: &str, bytes: Bytes| server.put(path, bytes))
            .await;
    }
}

#[tokio::test]
async fn a_server_may_list_nothing() {
    let server = Server::start(Manners { listings: false, ..Manners::GOOD }, None).await;
    let storage = web(&server, Options::default());
    let put = async |path: &str, bytes: Bytes| server.put(path, bytes);
    conformance::check_reading(&storage, put).await;
    for folder in ["", "ranges", "nothing"] {
        let error = storage.list(folder).await.unwrap_err();
        assert!(matches!(error, StorageError::NoListing { .. }), "{error}");
    }
}

#[tokio::test]
async fn a_long_file_is_not_read_from_a_server_without_ranges() {
    let server = Server::start(Manners { ranges: false, ..Manners::GOOD }, None).await;
    server.put("a", vec![7; 1_001].into());
    server.put("b", vec![7; 1_000].into());
    let mut options = Options::default();
    options.max_unranged = 1_000;
    let storage = web(&server, options);
    let range = [Extent::new(10, 5)];
    let error = storage.open("a").await.unwrap().read(&range).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`a` cannot be read: the server ignores ranges, and the file has 1001 bytes, where 1000 \
         are the limit for that"
    );
    assert_eq!(storage.open("b").await.unwrap().read(&range).await.unwrap(), [vec![7; 5]]);
}

#[tokio::test]
async fn long_ranges_are_read_in_parts() {
    let server = Server::start(Manners::GOOD, None).await;
    let bytes: Bytes = (0..100_000_u32).map(|at| at.to_be_bytes()[2]).collect();
    server.put("a", bytes.clone());
    let mut options = Options::default();
    options.max_request = 3_000;
    let storage = web(&server, options);
    let source = storage.open("a").await.unwrap();
    let read = source.read(&[Extent::new(1_000, 91_000), Extent::new(0, 100)]).await.unwrap();
    assert_eq!(read, [bytes.slice(1_000..92_000), bytes.slice(..100)]);
    assert_eq!(storage.counts().requests, 1 + 31 + 1);
    assert_eq!(storage.counts().bytes, 91_100);
}

#[tokio::test]
async fn http_servers_are_only_read() {
    let server = Server::start(Manners::GOOD, None).await;
    let storage = web(&server, Options::default());
    let error = storage.put("film.dpi", Bytes::from_static(b"index")).await.unwrap_err();
    assert!(matches!(error, StorageError::ReadOnly { .. }), "{error}");
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn an_object_that_was_removed_has_changed() {
    let server = Server::start(Manners::GOOD, None).await;
    server.put("a", vec![7; 100].into());
    let source = web(&server, Options::default()).open("a").await.unwrap();
    let elsewhere = Server::start(Manners::GOOD, None).await;
    let error = web(&elsewhere, Options::default()).open("a").await.err().unwrap();
    assert_eq!(error.to_string(), "`a` was not found");
    server.put("a", vec![7; 50].into());
    let error = source.read(&[Extent::new(80, 20)]).await.unwrap_err();
    assert_eq!(error.to_string(), "`a` has changed since it was opened");
}

/// A server with a file of that many bytes, and the file.
async fn with_file(len: u32, manners: Manners) -> (Server, Bytes) {
    let server = Server::start(manners, None).await;
    let bytes: Bytes = (0..len).map(|at| scrambled(at.into()).to_be_bytes()[0]).collect();
    server.put("a", bytes.clone());
    (server, bytes)
}

/// A file of 100,000 bytes.
const WHOLE: Extent = Extent::new(0, 100_000);

fn hasty() -> Options {
    let mut options = Options::default();
    options.attempt = Duration::from_millis(200);
    options.deadline = Duration::from_secs(2);
    options.first_pause = Duration::from_millis(1);
    options.max_pause = Duration::from_millis(8);
    options
}

/// What arrives of ranges, and the error, if there is one.
async fn arrived(source: &Arc<dyn Source>, ranges: &[Extent]) -> (Vec<u8>, Option<StorageError>) {
    let (mut arriving, mut arrived) = (Arc::clone(source).stream(ranges.to_vec()), Vec::new());
    while let Some(next) = arriving.next().await {
        match next {
            Ok(bytes) => arrived.extend_from_slice(&bytes),
            Err(error) => return (arrived, Some(error)),
        }
    }
    (arrived, None)
}

#[tokio::test]
async fn bytes_are_handed_on_before_the_last_ones_arrive() {
    for storage in [web, s3, gcs] {
        let (server, bytes) = with_file(100_000, Manners::GOOD).await;
        let storage = storage(&server, Options::default());
        let source = storage.open("a").await.unwrap();
        server.fail_next([Fault::Held]);
        let ranges = vec![Extent::new(1_000, 2_000), Extent::new(5_000, 90_000)];
        let mut arriving = source.stream(ranges);
        let mut got = Vec::new();
        while got.len() < 40_000 {
            got.extend_from_slice(&arriving.next().await.unwrap().unwrap());
        }
        server.release();
        got.extend(arriving.try_collect::<Vec<_>>().await.unwrap().concat());
        assert!(got == [&bytes[1_000..3_000], &bytes[5_000..95_000]].concat(), "{storage}");
        assert_eq!(server.requests(), 2, "{storage}");
    }
}

#[tokio::test]
async fn a_stream_goes_on_where_its_request_broke_off() {
    for storage in [web, s3, gcs] {
        for fault in [Fault::Truncated, Fault::Stalled, Fault::Short] {
            let (server, bytes) = with_file(100_000, Manners::GOOD).await;
            let storage = storage(&server, hasty());
            let source = storage.open("a").await.unwrap();
            server.fail_next([fault, Fault::Busy, fault]);
            let (got, error) = arrived(&source, &[WHOLE]).await;
            assert!(got == bytes && error.is_none(), "{storage}: {fault:?}: {error:?}");
            assert_eq!(server.requests(), 1 + 4, "{storage}: {fault:?}");
            assert_eq!(storage.counts().bytes, 100_000, "{storage}: {fault:?}: no byte twice");
        }
    }
}

#[tokio::test]
async fn a_stream_never_goes_on_with_another_version() {
    for storage in [web, s3, gcs] {
        for manners in [Manners::GOOD, Manners { conditions: false, ..Manners::GOOD }] {
            let (server, bytes) = with_file(100_000, manners).await;
            let source = storage(&server, hasty()).open("a").await.unwrap();
            server.fail_next([Fault::Truncated, Fault::Replaced]);
            let (got, error) = arrived(&source, &[WHOLE]).await;
            assert!(matches!(error, Some(StorageError::Changed { .. })), "{manners:?}: {error:?}");
            assert!(got == bytes[..50_000], "{manners:?}");
        }
    }
}

#[tokio::test]
async fn a_stream_ends_at_its_deadline() {
    let (server, bytes) = with_file(100_000, Manners::GOOD).await;
    let mut options = hasty();
    options.deadline = Duration::from_millis(500);
    let source = web(&server, options).open("a").await.unwrap();
    server.fail_next([Fault::Stalled; 10]);
    let (got, error) = arrived(&source, &[WHOLE]).await;
    let error = error.unwrap().to_string();
    assert!(error.starts_with("`a` cannot be read: the server did not answer in time"), "{error}");
    assert!((50_000..100_000).contains(&got.len()) && bytes.starts_with(&got), "{}", got.len());
}

/// It reads on without a reader, so that one connection is enough for all clients.
#[tokio::test]
async fn a_slow_reader_occupies_no_connection() {
    let (server, bytes) = with_file(3_000_000, Manners::GOOD).await;
    let mut options = Options::default();
    options.max_requests = 1;
    let storage = web(&server, options);
    let source = storage.open("a").await.unwrap();
    let slow = Arc::clone(&source).stream(vec![Extent::new(0, 3_000_000)]);
    let range = [Extent::new(7, 9)];
    let other = timeout(Duration::from_secs(9), source.read(&range));
    let other = other.await.expect("the slow one occupies nothing");
    assert_eq!(other.unwrap(), [bytes.slice(7..16)]);
    assert!(slow.try_collect::<Vec<_>>().await.unwrap().concat() == bytes);
    assert_eq!(storage.counts().bytes, 3_000_009);
}

#[tokio::test]
async fn a_stream_that_is_dropped_ends_its_request() {
    let (server, _) = with_file(100_000, Manners::GOOD).await;
    let mut options = Options::default();
    options.max_requests = 1;
    let storage = web(&server, options);
    let source = storage.open("a").await.unwrap();
    server.fail_next([Fault::Held]);
    let mut arriving = source.stream(vec![WHOLE]);
    assert!(arriving.next().await.unwrap().is_ok());
    let version = storage.identity("a");
    tokio::pin!(version);
    assert!(timeout(Duration::from_millis(100), &mut version).await.is_err(), "there is no room");
    drop(arriving);
    timeout(Duration::from_secs(5), version).await.expect("there is room again").unwrap();
}

/// Without a strong ETag, the object is looked at again before its bytes are handed on.
#[tokio::test]
async fn what_has_no_strong_version_is_not_handed_on_unchecked() {
    let manners = Manners { tags: false, ..Manners::GOOD };
    let (server, _) = with_file(100_000, manners).await;
    let source = web(&server, Options::default()).open("a").await.unwrap();
    server.fail_next([Fault::Mixed]);
    let (got, error) = arrived(&source, &[WHOLE]).await;
    assert!(matches!(error, Some(StorageError::Changed { .. })), "{error:?}");
    assert!(got.is_empty());
}

/// How reads of a failing server ended.
#[derive(Default)]
struct Outcomes {
    right: AtomicU64,
    changed: AtomicU64,
    failed: AtomicU64,
    /// Why, of the last one.
    reason: Mutex<String>,
}

impl Outcomes {
    /// Counts an error, which must be one that the faults can cause.
    fn count(&self, error: &StorageError) {
        let count = match error {
            StorageError::Changed { .. } => &self.changed,
            StorageError::Failed { .. } => {
                *self.reason.lock().unwrap() = error.to_string();
                &self.failed
            }
            other => panic!("the server failed, and the error is: {other}"),
        };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

const FILES: u64 = 40;

/// Opens files and reads random ranges of them, as one client.
async fn read_some(server: Server, storage: ObjectStorage, seed: u64, outcomes: &Outcomes) {
    let mut state = seed;
    let mut random = |below: u64| {
        state = scrambled(state);
        state % below
    };
    for _ in 0..8 {
        let path = format!("films/{}", random(FILES));
        let source = match storage.open(&path).await {
            Ok(source) => source,
            Err(error) => {
                outcomes.count(&error);
                continue;
            }
        };
        let bytes = server.version(&path, source.identity().version());
        assert_eq!(source.len(), bytes.len() as u64);
        for _ in 0..4 {
            let ranges: Vec<_> = (0..=random(4))
                .map(|_| {
                    let offset = random(source.len());
                    Extent::new(offset, random((source.len() - offset).min(9_000) + 1))
                })
                .collect();
            let wanted: Vec<_> = ranges.iter().map(|&range| slice(&bytes, range)).collect();
            let error = if random(2) == 0 {
                let read = source.read(&ranges).await;
                assert!(
                    read.as_ref().map_or(true, |read| *read == wanted),
                    "wrong bytes of {path}"
                );
                read.err()
            } else {
                let ((got, error), wanted) = (arrived(&source, &ranges).await, wanted.concat());
                assert!(wanted.starts_with(&got), "wrong bytes of {path} arrive");
                assert!(error.is_some() || got.len() == wanted.len(), "{path} ends early");
                error
            };
            match error {
                None => _ = outcomes.right.fetch_add(1, Ordering::Relaxed),
                Some(error) => outcomes.count(&error),
            }
        }
    }
}

fn slice(bytes: &Bytes, range: Extent) -> Bytes {
    bytes.slice(usize::try_from(range.offset).unwrap()..usize::try_from(range.end()).unwrap())
}

/// Reads from a server that fails, by many clients, and returns the number of requests.
async fn withstands(
    manners: Manners,
    storage: fn(&Server, Options) -> ObjectStorage,
    hedge_after: Option<Duration>,
) -> u64 {
    const SEED: u64 = 20_261_130;
    let server = Server::start(manners, Some(SEED)).await;
    for file in 0..FILES {
        let byte = |at: u64| scrambled(scrambled(file) ^ at).to_be_bytes()[0];
        server.put(&format!("films/{file}"), (0..60_000).map(byte).collect());
    }
    let mut options = Options::default();
    options.max_gap = 500;
    options.max_request = 6_000;
    options.attempt = Duration::from_millis(200);
    options.deadline = Duration::from_secs(3);
    options.first_pause = Duration::from_millis(1);
    options.max_pause = Duration::from_millis(8);
    options.hedge_after = hedge_after;
    let storage = storage(&server, options);
    let outcomes = Arc::new(Outcomes::default());
    let mut clients = JoinSet::new();
    for client in 0..40 {
        let (server, storage) = (server.clone(), storage.clone());
        let outcomes = Arc::clone(&outcomes);
        clients.spawn(async move {
            read_some(server, storage, scrambled(SEED + client), &outcomes).await;
        });
    }
    while let Some(client) = clients.join_next().await {
        client.unwrap();
    }
    let [right, changed, failed] = [&outcomes.right, &outcomes.changed, &outcomes.failed]
        .map(|count| count.load(Ordering::Relaxed));
    println!(
        "{manners:?}: {} requests, {right} reads right, {changed} changed, {failed} failed {}",
        server.requests(),
        outcomes.reason.lock().unwrap()
    );
    let injected = server.injected();
    for fault in Fault::ALL {
        assert!(injected.get(&fault).is_some_and(|&count| count > 0), "{fault:?}: {injected:?}");
    }
    assert!(right > 500, "{right} reads are right");
    assert!(changed > 20, "{changed} reads found that the file was replaced");
    server.requests()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_fails_no_wrong_bytes_are_returned() {
    const GOOD: Manners = Manners::GOOD;
    const RUDE: Manners = Manners { conditions: false, ..GOOD };
    const BARE: Manners = Manners { conditions: false, tags: false, ..GOOD };
    let hedge_after = Some(Duration::from_millis(5));
    let mut requests = 0;
    requests += withstands(GOOD, web, None).await;
    requests += withstands(RUDE, web, hedge_after).await;
    requests += withstands(BARE, web, None).await;
    requests += withstands(GOOD, s3, None).await;
    requests += withstands(RUDE, gcs, hedge_after).await;
    assert!(requests >= 10_000, "{requests} requests");
}

#[tokio::test]
async fn listings_are_repeated_too() {
    let server = Server::start(Manners::GOOD, Some(3)).await;
    server.put("films/a.mp4", Bytes::from_static(b"x"));
    let mut options = Options::default();
    options.first_pause = Duration::from_millis(1);
    options.max_pause = Duration::from_millis(2);
    let storage = web(&server, options);
    for _ in 0..200 {
        let listing = storage.list("films").await.unwrap();
        assert_eq!(listing, Listing { files: vec!["a.mp4".to_owned()], folders: Vec::new() });
    }
    assert!(server.requests() > 210, "some requests failed");
}
