//! Makes the index of an asset and stores it beside the files, so that an origin opens the asset by
//! one read.
//!
//! `cargo run --release --example index -- FOLDER ASSET [SECONDS]`, with the asset as in URLs, such
//! as `ignite/ignite.ism`. A single file `ignite.mp4` is that asset too. SECONDS is the duration of
//! segments, if it is not that of the origin's default. Long work prints its progress.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::storage::{Identity, Listing, Local, Source, Storage, StorageError};
use dynpack::{AssetPath, CutPolicy, Dynpack, Extent};

#[tokio::main]
#[expect(clippy::print_stderr, reason = "errors are for people")]
async fn main() -> ExitCode {
    match make().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "what was stored is the output of this program")]
async fn make() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folder, asset, seconds) = match &arguments[..] {
        [folder, asset] => (folder, asset, None),
        [folder, asset, seconds] => (folder, asset, Some(seconds)),
        _ => return Err("usage: index FOLDER ASSET [SECONDS]".into()),
    };
    let named = || format!("`{asset}` is not the path of an asset, such as `ignite/ignite.ism`");
    let (below, ism) = asset.rsplit_once('/').ok_or_else(named)?;
    let path = AssetPath::new(below, ism).map_err(|error| format!("{}: {error}", named()))?;
    let policy = match seconds {
        Some(seconds) => CutPolicy::with_target(Duration::try_from_secs_f64(seconds.parse()?)?),
        None => CutPolicy::default(),
    };
    let storage = Watched { local: Local::new(folder)?, read: Arc::default() };
    let progress = tokio::spawn(print_progress(Arc::clone(&storage.read)));
    let dynpack = Dynpack::builder(storage.clone()).cut_policy(policy).build();
    let made = dynpack.index(&path).await;
    progress.abort();
    let (place, index) = made.map_err(|error| match error.remedy() {
        Some(remedy) => format!("{error}\nhint: {remedy}"),
        None => error.to_string(),
    })?;
    let len = index.len();
    storage.put(&place, index).await?;
    let read = storage.read.load(Ordering::Relaxed);
    println!("{place}: {len} bytes, for {read} that were read of the files");
    Ok(())
}

/// Prints each second how much was read.
#[expect(clippy::print_stderr, reason = "progress is for people")]
async fn print_progress(read: Arc<AtomicU64>) {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        eprintln!("{} MB of indexes are read", read.load(Ordering::Relaxed) / 1_000_000);
    }
}

/// Local files, and how many bytes of them were read.
#[derive(Clone)]
struct Watched {
    local: Local,
    read: Arc<AtomicU64>,
}

struct WatchedSource {
    source: Arc<dyn Source>,
    read: Arc<AtomicU64>,
}

#[async_trait]
impl Storage for Watched {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        self.local.list(folder).await
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        let source = self.local.open(path).await?;
        Ok(Arc::new(WatchedSource { source, read: Arc::clone(&self.read) }))
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        self.local.identity(path).await
    }

    async fn put(&self, path: &str, bytes: Bytes) -> Result<(), StorageError> {
        self.local.put(path, bytes).await
    }
}

#[async_trait]
impl Source for WatchedSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let len: u64 = ranges.iter().map(|range| range.len).sum();
        self.read.fetch_add(len, Ordering::Relaxed);
        self.source.read(ranges).await
    }
}
