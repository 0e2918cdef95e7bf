//! Blocks of files, on the disk and on their way.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::{Source, StorageError};
use foyer::{
    BlockEngineConfig, DeviceBuilder, FsDeviceBuilder, HybridCache, HybridCacheBuilder,
    HybridCachePolicy, PsyncIoEngineConfig, RecoverMode,
};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};
use tokio::sync::oneshot;
use tracing::warn;

use crate::counts::Counters;
use crate::error::CacheError;
use crate::options::Options;

/// A read of several blocks that is under way: the bytes of each.
type Reading = Shared<BoxFuture<'static, Result<Arc<[Bytes]>, StorageError>>>;

/// A block that is being read: one of a read of several.
type Arriving = (Reading, usize);

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

    /// The bytes of blocks of a source, in the same order. What is neither kept nor on its way is
    /// read in one go.
    pub(crate) async fn get(
        self: &Arc<Self>,
        source: &Arc<dyn Source>,
        wanted: Vec<Wanted>,
    ) -> Result<Vec<Bytes>, StorageError> {
        let found = join_all(wanted.iter().map(|block| self.find(block))).await;
        let missing = wanted.iter().zip(&found).filter(|(_, found)| found.is_none());
        let missing: Vec<_> = missing.map(|(block, _)| block.clone()).collect();
        self.counters.count_hits(found.len().saturating_sub(missing.len()));
        self.counters.count_misses(missing.len());
        let mut arriving = self.arriving(source, missing).into_iter();
        let mut blocks = Vec::with_capacity(found.len());
        for (block, found) in wanted.iter().zip(found) {
            blocks.push(match found {
                Some(bytes) => bytes,
                None => arrived(arriving.next(), block.extent).await?,
            });
        }
        Ok(blocks)
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
        let (mut places, mut claimed) = (Vec::new(), Vec::new());
        for block in missing {
            places.push(match self.joined(&under_way, &block) {
                Some(arriving) => Ok(arriving),
                None => {
                    claimed.push(block);
                    Err(claimed.len().saturating_sub(1))
                }
            });
        }
        let (done, outcome) = oneshot::channel();
        let reading = outcome.map(|read| read.unwrap_or_else(|_| Err(given_up()))).boxed().shared();
        let claims = claimed.iter().enumerate();
        under_way.extend(claims.map(|(at, block)| (block.key.clone(), (reading.clone(), at))));
        drop(under_way);
        if !claimed.is_empty() {
            self.read(Arc::clone(source), claimed, done);
        }
        places.into_iter().map(|place| place.unwrap_or_else(|at| (reading.clone(), at))).collect()
    }

    /// A block that another request is reading, or has just read.
    fn joined(&self, under_way: &UnderWay, block: &Wanted) -> Option<Arriving> {
        if let Some(arriving) = under_way.get(&block.key) {
            return Some(arriving.clone());
        }
        let kept = self.cache.memory().get(&block.key)?.value().clone();
        let read = async move { Ok(Arc::from([kept])) };
        Some((read.boxed().shared(), 0))
    }

    /// Reads blocks in a task of its own, so that it ends even if the request goes away.
    fn read(
        self: &Arc<Self>,
        source: Arc<dyn Source>,
        claimed: Vec<Wanted>,
        done: oneshot::Sender<Result<Arc<[Bytes]>, StorageError>>,
    ) {
        let claims = Claims { blocks: Arc::clone(self), claimed };
        tokio::spawn(async move {
            let read = claims.read(source.as_ref()).await;
            drop(claims);
            // All who waited may have gone away.
            let _ = done.send(read);
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
    /// Reads the blocks, and keeps them.
    async fn read(&self, source: &dyn Source) -> Result<Arc<[Bytes]>, StorageError> {
        let extents: Vec<_> = self.claimed.iter().map(|block| block.extent).collect();
        let read = source.read(&extents).await?;
        check_lengths(&extents, &read)?;
        for (block, bytes) in self.claimed.iter().zip(&read) {
            // A copy, or a block would keep all that was read with it in memory.
            self.blocks.cache.insert(block.key.clone(), Bytes::copy_from_slice(bytes));
        }
        Ok(read.into())
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

/// Checks that a storage returned what was asked for: wrong bytes must not be kept.
fn check_lengths(extents: &[Extent], read: &[Bytes]) -> Result<(), StorageError> {
    for (at, &wanted) in extents.iter().enumerate() {
        let got = read.get(at).map(|bytes| bytes.len() as u64);
        if got != Some(wanted.len) {
            return Err(StorageError::WrongRead { wanted, got: got.unwrap_or_default() });
        }
    }
    Ok(())
}

/// The error of a read that did not come to its end, because the process ends.
fn given_up() -> StorageError {
    let error = io::Error::other("the read was given up");
    StorageError::Failed { path: "a block of the disk cache".to_owned(), error: Arc::new(error) }
}

/// The bytes of a block, once they have arrived.
async fn arrived(arriving: Option<Arriving>, wanted: Extent) -> Result<Bytes, StorageError> {
    let missing = StorageError::WrongRead { wanted, got: 0 };
    let Some((reading, at)) = arriving else { return Err(missing) };
    reading.await?.get(at).cloned().ok_or(missing)
}
