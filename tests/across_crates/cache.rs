//! Assets are opened once, and never stale.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant, SystemTime};

use async_trait::async_trait;
use dynpack::storage::{Identity, Listing, Local, Memory, Source, Storage, StorageError};
use dynpack::{Builder, Conditions, Dynpack, Error, Request};
use futures_util::future::join_all;
use tokio::sync::Semaphore;

use crate::support::{SAMPLE, ask, get, hls, sample, sample_storage, text};

/// A storage that counts calls, and can be blocked or fail.
#[derive(Default)]
struct Watched {
    memory: Memory,
    opened: AtomicUsize,
    looked_at: AtomicUsize,
    is_broken: AtomicBool,
    /// The files that were opened, and the most of them that were open together.
    sources: Mutex<(Vec<Weak<dyn Source>>, usize)>,
    /// Files are only opened when there is a permit. `None` always permits.
    gate: Option<Semaphore>,
}

impl Watched {
    fn new(memory: Memory) -> Self {
        Self { memory, ..Self::default() }
    }

    fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }

    fn fails(&self, path: &str) -> Result<(), StorageError> {
        let broken = || Err(StorageError::from_io(path, io::Error::other("the power is off")));
        if self.is_broken.load(Ordering::SeqCst) { broken() } else { Ok(()) }
    }
}

#[derive(Clone)]
struct Shared(Arc<Watched>);

#[async_trait]
impl Storage for Shared {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.0.fails(folder)?;
        self.0.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        self.0.opened.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        if let Some(gate) = &self.0.gate {
            let _permit = gate.acquire().await.unwrap();
        }
        let source = self.0.memory.open(path).await?;
        let mut sources = self.0.sources.lock().unwrap();
        sources.0.retain(|source| source.strong_count() > 0);
        sources.0.push(Arc::downgrade(&source));
        sources.1 = sources.1.max(sources.0.len());
        drop(sources);
        Ok(source)
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.0.looked_at.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        self.0.fails(path)?;
        self.0.memory.identity(path).await
    }
}

fn watched(storage: Watched) -> (Arc<Watched>, Builder<Shared>) {
    let storage = Arc::new(storage);
    (Arc::clone(&storage), Dynpack::builder(Shared(storage)))
}

const MANIFEST: &str = "/sample/sample.ism/manifest(format=m3u8-cmaf)";

#[tokio::test(flavor = "multi_thread")]
async fn an_asset_is_opened_once_even_if_many_requests_wait() {
    let (storage, builder) = watched(Watched::new(sample_storage()));
    let dynpack = builder.build();
    let answers = join_all((0..50).map(|_| ask(&dynpack, MANIFEST))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(storage.opened(), 5, "each of five files once");
}

#[tokio::test]
async fn a_failure_to_open_is_shared_too() {
    let storage = sample_storage();
    storage.insert("sample/video_720p.mp4", "no movie");
    let (storage, builder) = watched(Watched::new(storage));
    let dynpack = builder.build();
    let answers = join_all((0..50).map(|_| ask(&dynpack, MANIFEST))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(Error::Unusable { .. }))));
    assert_eq!(storage.opened(), 5, "each of five files once");
}

#[tokio::test]
async fn a_refusal_is_remembered_while_the_files_are_the_same() {
    let storage = sample_storage();
    storage.insert("sample/video_720p.mp4", "no movie");
    let (storage, builder) = watched(Watched::new(storage));
    let dynpack = builder.revalidate_after(Duration::ZERO).build();
    let refusal = || async { ask(&dynpack, MANIFEST).await.unwrap_err().to_string() };
    let first = refusal().await;
    let opened = storage.opened();
    assert_eq!([refusal().await, refusal().await], [first.clone(), first.clone()]);
    assert_eq!(storage.opened(), opened, "no file is opened again");
    storage.memory.insert("sample/readme.txt", "another file");
    assert_eq!(refusal().await, first);
    assert!(storage.opened() > opened, "the folder has changed");
    storage.memory.insert("sample/video_720p.mp4", sample("video_720p.mp4"));
    ask(&dynpack, MANIFEST).await.unwrap();
}

#[tokio::test]
async fn a_file_that_was_missing_is_noticed_when_it_comes() {
    let storage = Memory::new();
    let manifest = r#"<smil><body><switch><video src="v.mp4" systemBitrate="500000"/></switch>
        </body></smil>"#;
    storage.insert("sample/sample.ism", manifest);
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build();
    for _ in 0..2 {
        let refusal = ask(&dynpack, MANIFEST).await.unwrap_err().to_string();
        assert!(refusal.contains("does not exist"), "{refusal}");
    }
    storage.insert("sample/v.mp4", sample("video_360p.mp4"));
    ask(&dynpack, MANIFEST).await.unwrap();
}

#[tokio::test]
async fn an_asset_is_opened_completely_even_if_the_client_disconnects() {
    let (storage, builder) =
        watched(Watched { gate: Some(Semaphore::new(0)), ..Watched::new(sample_storage()) });
    let dynpack = builder.build();
    let gone = tokio::time::timeout(Duration::from_millis(50), ask(&dynpack, MANIFEST)).await;
    assert!(gone.is_err(), "it waits at the gate");
    storage.gate.as_ref().unwrap().add_permits(5);
    ask(&dynpack, MANIFEST).await.unwrap();
    assert_eq!(storage.opened(), 5, "each of five files once");
}

#[tokio::test]
async fn only_the_allowed_number_of_files_is_held_open() {
    let sample_storage = sample_storage();
    for name in SAMPLE {
        sample_storage.insert(format!("other/{name}"), sample(name));
    }
    for (allowed, opened) in [(5, 20), (10, 10)] {
        let (storage, builder) = watched(Watched::new(sample_storage.clone()));
        let dynpack = builder.cache_files(allowed).build();
        for _ in 0..2 {
            for name in ["sample", "other"] {
                ask(&dynpack, &MANIFEST.replace("sample", name)).await.unwrap();
            }
        }
        assert_eq!(storage.opened(), opened, "{allowed} allowed");
    }
}

/// A program may show more films than may be open together, each of them several times.
#[tokio::test]
async fn films_of_programs_are_closed_once_they_are_read() {
    let storage = Memory::new();
    let films = (0..100).map(|film| {
        storage.insert(format!("{film}/{film}.mp4"), sample("video_180p.mp4"));
        format!(r#"<ref src="/{film}/{film}.mp4" clipEnd="1s"/>"#)
    });
    let films: String = films.collect();
    let list = format!("<smil><body><seq>{films}{films}</seq></body></smil>");
    storage.insert("sample/sample.ism", list);
    let (storage, builder) = watched(Watched::new(storage));
    ask(&builder.build(), MANIFEST).await.unwrap();
    assert_eq!(storage.opened(), 101, "each of a hundred films once, and the list");
    let most = storage.sources.lock().unwrap().1;
    assert!(most < 40, "{most} files were open together");
}

#[tokio::test]
async fn a_small_cache_still_serves() {
    let dynpack = Dynpack::builder(sample_storage()).cache_bytes(1).build();
    for _ in 0..2 {
        assert!(ask(&dynpack, MANIFEST).await.is_ok());
    }
}

#[tokio::test]
async fn a_replaced_file_is_detected() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build();
    let before = ask(&dynpack, MANIFEST).await.unwrap().etag;
    assert_eq!(ask(&dynpack, MANIFEST).await.unwrap().etag, before);
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    let after = ask(&dynpack, MANIFEST).await.unwrap();
    assert_ne!(after.etag, before);
    let playlist = after.body.collect().await.unwrap();
    assert!(!playlist.windows(8).any(|word| word == b"1280x720"));
}

/// A film whose header says that it was made at another time.
fn other_film(film: &[u8]) -> Vec<u8> {
    let mvhd = film.windows(4).position(|kind| kind == b"mvhd").unwrap();
    let mut other = film.to_vec();
    other[mvhd + 8] ^= 1;
    other
}

/// In the storage of both, the film has the same version and the same length.
#[tokio::test]
async fn films_with_different_indexes_have_different_etags() {
    let film = sample("video_360p.mp4");
    let mut etags = Vec::new();
    for film in [film.to_vec(), film.to_vec(), other_film(&film)] {
        let storage = Memory::new();
        storage.insert("film/film.mp4", film);
        let dynpack = Dynpack::builder(storage).build();
        etags.push(ask(&dynpack, FILM).await.unwrap().etag);
    }
    assert_eq!(etags[0], etags[1]);
    assert_ne!(etags[0], etags[2]);
}

fn set_modified(path: &Path, time: SystemTime) {
    File::options().append(true).open(path).unwrap().set_modified(time).unwrap();
}

const FILM: &str = "/film/film.ism/manifest(format=m3u8-cmaf)";

/// A film in a folder, last written an hour ago.
fn local_film() -> (tempfile::TempDir, std::path::PathBuf, SystemTime) {
    let root = tempfile::TempDir::new().unwrap();
    let path = root.path().join("film.mp4");
    fs::write(&path, sample("video_360p.mp4")).unwrap();
    let time = SystemTime::now() - Duration::from_secs(3600);
    set_modified(&path, time);
    (root, path, time)
}

#[cfg(unix)]
#[tokio::test]
async fn a_film_copied_over_another_with_its_length_and_time_is_detected() {
    let (root, path, time) = local_film();
    let dynpack = Dynpack::builder(Local::new(root.path()).unwrap());
    let dynpack = dynpack.revalidate_after(Duration::ZERO).build();
    let before = ask(&dynpack, FILM).await.unwrap().etag;
    assert_eq!(ask(&dynpack, FILM).await.unwrap().etag, before);
    fs::write(&path, other_film(&sample("video_360p.mp4"))).unwrap();
    set_modified(&path, time);
    assert_ne!(ask(&dynpack, FILM).await.unwrap().etag, before);
}

#[tokio::test]
async fn a_film_that_was_written_seconds_ago_is_not_cacheable() {
    let (root, path, time) = local_film();
    let builder = Dynpack::builder(Local::new(root.path()).unwrap());
    let builder = builder.revalidate_after(Duration::ZERO);
    let dynpack = builder.clone().build();
    let now = SystemTime::now();
    let seconds = Duration::from_secs;
    for (written, is_cacheable) in [
        (time, true),
        (now, false),
        (now - seconds(5), false),
        (now - seconds(20), true),
        (now + seconds(5), false),
        (now + seconds(3600), true),
    ] {
        set_modified(&path, written);
        let response = ask(&dynpack, FILM).await.unwrap();
        assert_eq!(response.max_age.is_some(), is_cacheable, "{written:?}, now {now:?}");
        let no_store = ("cache-control", "no-store".to_owned());
        assert_eq!(response.headers().contains(&no_store), !is_cacheable);
    }
    set_modified(&path, now);
    let patient = builder.settled_after(Duration::ZERO).build();
    assert!(ask(&patient, FILM).await.unwrap().max_age.is_some());
}

/// The files of a stream with many clients are also checked.
#[tokio::test]
async fn a_replaced_file_is_detected_during_continuous_requests() {
    let storage = sample_storage();
    let window = Duration::from_millis(100);
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(window).build();
    let before = ask(&dynpack, MANIFEST).await.unwrap().etag;
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    let since = Instant::now();
    while ask(&dynpack, MANIFEST).await.unwrap().etag == before {
        assert!(since.elapsed() < 100 * window, "the files were not checked");
        tokio::time::sleep(window / 10).await;
    }
}

#[tokio::test]
async fn one_request_checks_the_files_while_others_continue() {
    let (storage, builder) = watched(Watched::new(sample_storage()));
    let window = Duration::from_millis(500);
    let dynpack = builder.revalidate_after(window).build();
    ask(&dynpack, MANIFEST).await.unwrap();
    tokio::time::sleep(window).await;
    let answers = join_all((0..50).map(|_| ask(&dynpack, MANIFEST))).await;
    assert!(answers.iter().all(Result::is_ok));
    let looks = storage.looked_at.load(Ordering::SeqCst);
    assert!(
        looks > 0 && looks <= 10,
        "{looks} checks of five files, with a second round on a machine that is very busy"
    );
}

#[tokio::test]
async fn an_asset_stays_open_while_the_storage_fails() {
    let (storage, builder) = watched(Watched::new(sample_storage()));
    let dynpack = builder.revalidate_after(Duration::ZERO).build();
    ask(&dynpack, MANIFEST).await.unwrap();
    storage.is_broken.store(true, Ordering::SeqCst);
    ask(&dynpack, MANIFEST).await.unwrap();
    storage.is_broken.store(false, Ordering::SeqCst);
    storage.memory.remove("sample/video_720p.mp4");
    let playlist = text(&dynpack, MANIFEST).await;
    assert!(!playlist.contains("1280x720"));
    assert_eq!(storage.opened(), 5 + 4);
}

#[tokio::test]
async fn added_and_removed_files_are_detected() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build();
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 5);
    storage.remove("sample/audio_deu.mp4");
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 4);
    storage.insert("sample/audio_deu.mp4", sample("audio_deu.mp4"));
    assert_eq!(hls(&dynpack, "/sample/sample.ism").await.len(), 5);
}

#[tokio::test]
async fn a_response_that_has_begun_stays_with_its_version() {
    let storage = sample_storage();
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build();
    let url = hls(&dynpack, "/sample/sample.ism").await[4].segments[0].0.clone();
    let whole = get(&dynpack, &url).await;
    let begun =
        dynpack.respond(&Request::parse(&url).unwrap(), &Conditions::default()).await.unwrap();
    storage.insert("sample/video_720p.mp4", sample("video_360p.mp4"));
    assert_eq!(begun.body.collect().await.unwrap(), whole);
}
