//! Media that arrives piece by piece leaves as it arrives, and an answer that breaks off is never
//! completed.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{Builder, CutPolicy, Dynpack, Encryption, Extent, Format};
use dynpack_testkit::film::{Audio, Film, Video};
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};
use tokio::task::yield_now;

use crate::support::published::{document, locators, manifest_under};
use crate::support::{
    ask, formats, get, in_place_of_the_sample, manifest, promises_at, sample_storage,
};

/// The length of a piece: not that of any sample.
const PIECE: usize = 1_009;

/// How a stream ends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum End {
    #[default]
    Right,
    /// By an error, after half of its bytes.
    Error,
    /// Without an error, after half of its bytes.
    Early,
    /// After a byte too many.
    Late,
}

#[derive(Default)]
struct State {
    end: Mutex<End>,
    /// Bytes that have arrived.
    arrived: AtomicU64,
}

/// A storage whose streams yield one piece at a time.
struct Trickling {
    memory: Memory,
    state: Arc<State>,
}

struct TricklingSource {
    source: Arc<dyn Source>,
    state: Arc<State>,
}

#[async_trait]
impl Storage for Trickling {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.memory.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let (source, state) = (self.memory.open(path).await?, Arc::clone(&self.state));
        Ok(Arc::new(TricklingSource { source, state }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.memory.identity(path).await
    }
}

impl TricklingSource {
    /// The pieces of ranges, with their end.
    async fn pieces(
        &self,
        ranges: &[Extent],
    ) -> Result<Vec<Result<Bytes, StorageError>>, StorageError> {
        let mut bytes = self.source.read(ranges).await?.concat();
        let end = *self.state.end.lock().unwrap();
        match end {
            End::Right => {}
            End::Error | End::Early => bytes.truncate(bytes.len() / 2),
            End::Late => bytes.push(0),
        }
        let pieces = bytes.chunks(PIECE).map(|piece| Ok(Bytes::copy_from_slice(piece)));
        let error = || Err(StorageError::Changed { path: "film".to_owned() });
        Ok(pieces.chain((end == End::Error).then(error)).collect())
    }
}

#[async_trait]
impl Source for TricklingSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        self.source.read(ranges).await
    }

    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        let state = Arc::clone(&self.state);
        stream::once(async move { self.pieces(&ranges).await })
            .map_ok(stream::iter)
            .try_flatten()
            .then(move |piece| {
                let state = Arc::clone(&state);
                async move {
                    yield_now().await;
                    let len = piece.as_ref().map_or(0, Bytes::len);
                    state.arrived.fetch_add(len as u64, Ordering::SeqCst);
                    piece
                }
            })
            .boxed()
    }

    fn preferred_read(&self) -> u64 {
        4 << 20
    }
}

fn trickling(memory: Memory) -> (Builder<Trickling>, Arc<State>) {
    let state = Arc::new(State::default());
    let builder = Dynpack::builder(Trickling { memory, state: Arc::clone(&state) });
    (builder.cut_policy(LONG), state)
}

const LONG: CutPolicy = CutPolicy::with_target(Duration::from_secs(60));

#[tokio::test]
async fn pieces_of_any_length_make_the_same_bytes() {
    let clear: Vec<_> =
        formats().map(|format| (format, manifest("/sample/sample.ism", format))).collect();
    let protected = [Format::HlsCmaf, Format::HlsV3]
        .map(|format| (format, manifest_under("all", format, Some(Encryption::Cbc))));
    let tracks = vec![Video::PLAIN.track(), Audio::PLAIN.track()];
    let film = in_place_of_the_sample(&Film { tracks });
    for memory in [sample_storage(), film] {
        let whole = || Dynpack::builder(memory.clone()).cut_policy(LONG);
        let pieces = || trickling(memory.clone()).0;
        same_bytes(&pieces().build(), &whole().build(), &clear).await;
        let published = || locators(document());
        let (pieces, whole) = (pieces().locators(published()), whole().locators(published()));
        same_bytes(&pieces.build(), &whole.build(), &protected).await;
    }
}

async fn same_bytes(pieces: &Dynpack, whole: &Dynpack, manifests: &[(Format, String)]) {
    for (format, manifest) in manifests {
        for promise in promises_at(whole, manifest, *format).await {
            let (url, ..) = &promise.segments[0];
            assert!(get(pieces, url).await == get(whole, url).await, "{url}");
        }
    }
}

#[tokio::test]
async fn bytes_leave_as_they_arrive() {
    let (builder, state) = trickling(sample_storage());
    let dynpack = builder.build();
    for format in formats() {
        let manifest = manifest("/sample/sample.ism", format);
        for promise in promises_at(&dynpack, &manifest, format).await {
            let (url, ..) = &promise.segments[0];
            get(&dynpack, url).await;
            let all = state.arrived.swap(0, Ordering::SeqCst);
            let mut body = ask(&dynpack, url).await.unwrap().body;
            // The first may have no media.
            for _ in 0..2 {
                assert!(!body.next().await.unwrap().unwrap().is_empty(), "{url}");
            }
            let arrived = state.arrived.load(Ordering::SeqCst);
            assert!(0 < arrived && arrived < all / 2, "{url}: {arrived} bytes of {all}");
            assert!(body.collect().await.is_ok(), "{url}");
            assert_eq!(state.arrived.swap(0, Ordering::SeqCst), all, "{url}");
        }
    }
}

#[tokio::test]
async fn what_breaks_off_is_never_completed() {
    let (builder, state) = trickling(sample_storage());
    let dynpack = builder.build();
    for format in formats() {
        let manifest = manifest("/sample/sample.ism", format);
        for promise in promises_at(&dynpack, &manifest, format).await {
            let (url, ..) = &promise.segments[0];
            let whole = get(&dynpack, url).await;
            for end in [End::Error, End::Early, End::Late] {
                *state.end.lock().unwrap() = end;
                let mut body = ask(&dynpack, url).await.unwrap().body;
                let mut sent = Vec::new();
                let error = loop {
                    match body.next().await {
                        Some(Ok(bytes)) => sent.extend_from_slice(&bytes),
                        Some(Err(error)) => break error.to_string(),
                        None => panic!("{url}: {end:?} is not noticed"),
                    }
                };
                assert!(sent.len() < whole.len() && whole.starts_with(&sent), "{url}: {end:?}");
                let is_named = match end {
                    End::Error => error == "`film` has changed since it was opened",
                    _ => error.starts_with("the storage returned "),
                };
                assert!(is_named, "{url}: {end:?}: {error}");
                assert!(body.next().await.is_none(), "{url}: {end:?}");
            }
            *state.end.lock().unwrap() = End::Right;
        }
    }
}
