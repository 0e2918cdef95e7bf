//! The cache of open assets.

mod asset;
mod beside;
mod chapters;
mod contents;
mod file_names;
mod known;
mod last_check;
mod manifest_files;
mod movie_file;
mod open;
mod open_program;
mod opening;
mod program;
mod refusals;
mod replaced;
mod texts;
mod unusable;
mod witness;

use std::sync::Arc;

use bytes::Bytes;
use dynpack_packager::AssetPath;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tracing::{info, warn};

pub(crate) use self::asset::etag;
pub use self::asset::{Asset, FORMAT_VERSION};
pub(crate) use self::contents::open_file;
pub(crate) use self::file_names::{lone_name, media_files};
pub(crate) use self::movie_file::REMUX;
pub(crate) use self::opening::Opening;

use self::known::{IndexUse, MadeIndex};
use self::last_check::LastCheck;
use self::open::Opened;
use self::program::open;
use self::refusals::Refusals;
use self::replaced::is_replaced;
use self::witness::Witness;
use crate::cache::bounded;
use crate::error::Error;
use crate::storage::{Source, Storage, StorageError};
use crate::tasks::InFlight;

/// Bytes of the index of a short film in a few renditions.
const TYPICAL_ASSET: u64 = 1 << 18;

/// The cache of open assets. Each asset is opened once, even if many requests wait for it, and is
/// removed when one of its files is replaced.
#[derive(Clone)]
pub(crate) struct Assets {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Arc<dyn Storage>,
    opening: Opening,
    cache: Cache<AssetPath, Arc<CachedAsset>, Weight>,
    refusals: Refusals,
    being_opened: InFlight<AssetPath, Result<Arc<Asset>, Error>>,
}

/// An open asset.
struct CachedAsset {
    asset: Arc<Asset>,
    last_check: LastCheck,
}

/// The share of the cache that an asset takes: its share of the bytes or of the files, whichever is
/// larger.
#[derive(Clone)]
struct Weight {
    bytes_of_a_file: u64,
}

impl Weighter<AssetPath, Arc<CachedAsset>> for Weight {
    fn weight(&self, _path: &AssetPath, cached: &Arc<CachedAsset>) -> u64 {
        let files = (cached.asset.sources.len() as u64).saturating_mul(self.bytes_of_a_file);
        files.max(cached.asset.memory_size() as u64)
    }
}

impl Assets {
    pub(crate) fn new(storage: Box<dyn Storage>, opening: Opening) -> Self {
        let Opening { cache_bytes, cache_files, .. } = opening;
        // Where no file may be open, one is as heavy as the whole cache.
        let bytes_of_a_file = cache_bytes.checked_div(cache_files).unwrap_or(cache_bytes);
        let weight = Weight { bytes_of_a_file };
        // There is one shard, since no asset may take more than its shard. Several shards would be
        // too small for some assets.
        let cache = bounded(1, cache_bytes, cache_bytes / TYPICAL_ASSET, weight);
        let (refusals, being_opened) = (Refusals::new(), InFlight::new());
        let inner = Inner { storage: storage.into(), opening, cache, refusals, being_opened };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn storage(&self) -> &dyn Storage {
        self.inner.storage.as_ref()
    }

    pub(crate) fn opening(&self) -> &Opening {
        &self.inner.opening
    }

    /// Number of open assets.
    pub(crate) fn len(&self) -> usize {
        self.inner.cache.len()
    }

    /// The asset at `path`, as stored now or when its files were last checked.
    pub(crate) async fn get(&self, path: &AssetPath) -> Result<Arc<Asset>, Error> {
        let Some(cached) = self.inner.cache.get(path) else { return self.open(path).await };
        let is_due = cached.last_check.takes_turn(self.inner.opening.revalidate_after);
        if !is_due || !is_replaced(self.storage(), &cached.asset).await {
            return Ok(Arc::clone(&cached.asset));
        }
        info!(asset = %path, "the files were replaced");
        self.give_up(&cached.asset);
        self.open(path).await
    }

    /// The files of the media of an asset, or of one clip of a program, by its place.
    pub(crate) async fn sources(
        &self,
        asset: &Arc<Asset>,
        clip: Option<usize>,
    ) -> Result<Arc<[Arc<dyn Source>]>, StorageError> {
        let Some((program, clip)) = asset.program.as_ref().zip(clip) else {
            return Ok(Arc::clone(&asset.sources));
        };
        let sources = program.sources(self.storage(), clip).await;
        if matches!(sources, Err(StorageError::Changed { .. })) {
            self.give_up(asset);
        }
        sources
    }

    /// The index of the asset at `path` as stored now: the path where it belongs, and its bytes.
    pub(crate) async fn index(&self, path: &AssetPath) -> Result<(String, Bytes), Error> {
        let opened = open(self.storage(), path, &self.inner.opening, IndexUse::Make).await?;
        let Some(index) = opened.index.map(MadeIndex::bytes) else {
            return Err(Error::Unusable {
                asset: path.to_string(),
                problem: "a program has no index of its own".to_owned(),
                remedy: "make indexes of the assets that it shows",
            });
        };
        let made = index.await;
        made.map_err(|error| Error::Unusable {
            asset: path.to_string(),
            problem: error.to_string(),
            remedy: "serve it without an index",
        })
    }

    /// Removes an asset from the cache, so that the next request opens it again. Does nothing if
    /// another version of it is already open.
    pub(crate) fn give_up(&self, asset: &Arc<Asset>) {
        self.inner.cache.remove_if(&asset.path, |now| Arc::ptr_eq(&now.asset, asset));
    }

    async fn open(&self, path: &AssetPath) -> Result<Arc<Asset>, Error> {
        let (inner, place) = (Arc::clone(&self.inner), path.clone());
        let opened = async move {
            // Another task may have opened it since the lookup.
            if let Some(cached) = inner.cache.get(&place) {
                return Ok(Arc::clone(&cached.asset));
            }
            let asset = Arc::new(inner.open(&place).await?);
            let cached = CachedAsset { asset: Arc::clone(&asset), last_check: LastCheck::now() };
            inner.cache.insert(place.clone(), Arc::new(cached));
            if !inner.cache.contains_key(&place) {
                let bytes = asset.memory_size();
                warn!(
                    asset = %place,
                    bytes,
                    "too large for the cache: each request opens it again",
                );
            }
            Ok(asset)
        };
        self.inner.being_opened.join(path.clone(), opened).await
    }
}

impl Inner {
    /// Opens the asset at `path`, unless it was refused before and its files are the same.
    async fn open(&self, path: &AssetPath) -> Result<Asset, Error> {
        let (storage, after) = (self.storage.as_ref(), self.opening.revalidate_after);
        if let Some(error) = self.refusals.get(path, storage, after).await {
            return Err(error);
        }
        let (opening, witnessed) = (&self.opening, || Witness::new(Arc::clone(&self.storage)));
        let index_use = if opening.writes_indexes { IndexUse::ReadOrMake } else { IndexUse::Read };
        let mut witness = witnessed();
        let mut opened = open(&witness, path, opening, index_use).await;
        if let Err(Error::Storage(error)) = &opened
            && error.is_out_of_files()
            && !self.cache.is_empty()
        {
            warn!(asset = %path, %error, "all open assets are closed");
            self.cache.clear();
            witness = witnessed();
            opened = open(&witness, path, opening, index_use).await;
        }
        let Opened { asset, index } =
            opened.inspect_err(|error| self.refusals.insert(path, error, witness.seen()))?;
        if let Some(index) = index.filter(|_| opening.is_settled(asset.identities())) {
            let storage = Arc::clone(&self.storage);
            tokio::spawn(async move { index.store(storage.as_ref()).await });
        }
        Ok(asset)
    }
}
