//! Blocks of files, on the disk and on their way.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::{Source, StorageError, by_range};
use foyer::{
    BlockEngineConfig, DeviceBuilder, FsDeviceBuilder, HybridCache, HybridCacheBuilder,
    HybridCachePolicy, PsyncIoEngineConfig, RecoverMode,
};
use futures_util::future::{BoxFuture, Shared, join_all, ready};
use futures_util::{FutureExt, TryStreamExt};
use tokio::sync::oneshot;
use tracing::warn;

use crate::counts::Counters;
use crate::error::CacheError;
use crate::options::Options;

/// A block that is being read, or was read.
pub(crate) type Arriving = Shared<BoxFuture<'static, Result<Bytes, StorageError>>>;

/// Where a block goes that was read.
type Done = oneshot::Sender<Result<Bytes, StorageError>>;

/// The blocks that are being read, by their keys.
type UnderWay = HashMap<String, Arriving>;

/// The blocks of all files. The key of a block names the version of its file.
pub(crate) struct Blocks {
    cache: HybridCache<String, Bytes>,
    under_way: Mutex<UnderWay>,
    pub(crate) counters: Counters,
}

/// A block that is wanted: its key, and where it is in its file.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub(crate) key: String,
    pub(crate) extent: Extent,
}

impl Blocks {
    /// The blocks in a folder.
    pub(crate) async fn open(folder: &Path, options: &Options) -> Result<Self, CacheError> {
        let refused = |error: foyer::Error| CacheError::Refused { reason: error.to_string() };
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        let device = FsDeviceBuilder::new(folder)
            .with_capacity(size(options.capacity))
            .build()
            .map_err(refused)?;
        let files = BlockEngineConfig::new(device).with_block_size(size(options.file_size()));
        let cache = HybridCacheBuilder::new()
            .with_name("dynpack")
            .with_policy(HybridCachePolicy::WriteOnInsertion)
            .memory(options.memory)
            .with_weighter(|_: &String, block: &Bytes| block.len())
            .storage()
            .with_io_engine_config(PsyncIoEngineConfig::new())
            .with_engine_config(files)
            .with_recover_mode(RecoverMode::Quiet)
            .build()
            .await
            .map_err(refused)?;
        Ok(Self { cache, under_way: Mutex::default(), counters: Counters::default() })
    }

    /// Waits until all blocks are on the disk. Nothing is kept after that.
    pub(crate) async fn close(&self) {
        if let Err(error) = self.cache.close().await {
            warn!(%error, "the disk cache was not closed cleanly");
        }
    }

    /// Blocks of a source, in the same order, each as it arrives. What is neither kept nor on its
    /// way is read in one go.
    pub(crate) async fn get(
        self: &Arc<Self>,
        source: &Arc<dyn Source>,
        wanted: Vec<Wanted>,
    ) -> Vec<Arriving> {
        let found = join_all(wanted.iter().map(|block| self.find(block))).await;
        let missing = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
        let missing: Vec<_> = missing.map(|(block, _)| block.clone()).collect();
        self.counters.count_hits(found.len().saturating_sub(missing.len()));
        self.counters.count_misses(missing.len());
        let mut arriving = self.arriving(source, missing).into_iter();
        let blocks = found.into_iter().map(|found| found.map(arrived).or_else(|| arriving.next()));
        blocks.flatten().collect()
    }

    /// A block that is kept. A disk that fails has none.
    async fn find(&self, block: &Wanted) -> Option<Bytes> {
        let found = self.cache.get(&block.key).await.unwrap_or_else(|error| {
            warn!(%error, "the disk cache cannot be read");
            None
        });
        let bytes = found?.value().clone();
        (bytes.len() as u64 == block.extent.len).then_some(bytes)
    }

    /// How blocks that are not kept arrive, in the same order. Those that no other request is
    /// reading are read from the source, all together.
    fn arriving(self: &Arc<Self>, source: &Arc<dyn Source>, missing: Vec<Wanted>) -> Vec<Arriving> {
        let mut under_way = self.under_way();
        let (mut arriving, mut claimed) = (Vec::new(), Vec::new());
        for block in missing {
            let joined = self.joined(&under_way, &block);
            arriving.push(joined.unwrap_or_else(|| {
                let (done, outcome) = oneshot::channel();
                let outcome = outcome.map(|read| read.unwrap_or_else(|_| Err(given_up())));
                let outcome = outcome.boxed().shared();
                under_way.insert(block.key.clone(), outcome.clone());
                claimed.push((block, done));
                outcome
            }));
        }
        drop(under_way);
        if !claimed.is_empty() {
            self.read(Arc::clone(source), claimed);
        }
        arriving
    }

    /// A block that another request is reading, or has just read.
    fn joined(&self, under_way: &UnderWay, block: &Wanted) -> Option<Arriving> {
        let kept = || Some(arrived(self.cache.memory().get(&block.key)?.value().clone()));
        under_way.get(&block.key).cloned().or_else(kept)
    }

    /// Reads blocks in a task of its own, so that it ends even if the request goes away.
    fn read(self: &Arc<Self>, source: Arc<dyn Source>, claimed: Vec<(Wanted, Done)>) {
        let (claimed, done): (_, Vec<_>) = claimed.into_iter().unzip();
        let claims = Claims { blocks: Arc::clone(self), claimed };
        tokio::spawn(async move {
            let mut done = done.into_iter();
            let read = claims.read(source, &mut done).await;
            drop(claims);
            if let Err(error) = read {
                for done in done {
                    // All who waited may have gone away.
                    let _ = done.send(Err(error.clone()));
                }
            }
        });
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Blocks that one task reads. They are no longer under way when it ends, however it does.
struct Claims {
    blocks: Arc<Blocks>,
    claimed: Vec<Wanted>,
}

impl Claims {
    /// Reads the blocks, hands each on as it arrives, and keeps them once all have arrived.
    async fn read(
        &self,
        source: Arc<dyn Source>,
        done: &mut impl Iterator<Item = Done>,
    ) -> Result<(), StorageError> {
        let extents: Vec<_> = self.claimed.iter().map(|block| block.extent).collect();
        let mut arriving = by_range(source.stream(extents.clone()), extents);
        let mut read = Vec::with_capacity(self.claimed.len());
        while let Some(bytes) = arriving.try_next().await? {
            if let Some(done) = done.next() {
                // All who waited may have gone away.
                let _ = done.send(Ok(bytes.clone()));
            }
            read.push(bytes);
        }
        for (block, bytes) in self.claimed.iter().zip(&read) {
            // A copy, or a block would keep all that was read with it in memory.
            self.blocks.cache.insert(block.key.clone(), Bytes::copy_from_slice(bytes));
        }
        Ok(())
    }
}

impl Drop for Claims {
    fn drop(&mut self) {
        let mut under_way = self.blocks.under_way();
        for block in &self.claimed {
            under_way.remove(&block.key);
        }
    }
}

/// The error of a read that did not come to its end, because the process ends.
fn given_up() -> StorageError {
    let error = io::Error::other("the read was given up");
    StorageError::Failed { path: "a block of the disk cache".to_owned(), error: Arc::new(error) }
}

/// A block that is there.
fn arrived(bytes: Bytes) -> Arriving {
    ready(Ok(bytes)).boxed().shared()
}
