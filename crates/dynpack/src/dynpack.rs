//! The facade: from a request to its answer.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use dynpack_isobmff::Limits;
use dynpack_media::CutPolicy;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use tracing::info;

use crate::asset::{Asset, FORMAT_VERSION, etag};
use crate::grant::{Grant, Protected};
use crate::key_ring::KeyRing;
use crate::keys::{KeyProvider, LocatorKeys};
use crate::open::{is_current, lone_name, media_files, open};
use crate::packager::{Content, Job};
use crate::protection::Protection;
use crate::response::Head;
use crate::storage::{Storage, StorageError};
use crate::{AssetPath, Body, Conditions, Download, Error, Locators, Request, RequestError, Response};

/// Packages what a storage holds, request by request.
///
/// Assets are opened when first asked for, once however many requests wait for them, and stay open in a cache that is bounded in
/// bytes. A file that was replaced is noticed, and never mixed with the old one in one response. Clones share the cache.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// use dynpack::{Conditions, Dynpack, Request, storage::Memory};
///
/// let dynpack = Dynpack::builder(Memory::new()).build();
/// let request = Request::parse("/ignite/ignite.ism/manifest(format=m3u8-cmaf)")?;
/// let error = dynpack.respond(&request, &Conditions::default()).await.expect_err("nothing is stored yet");
/// assert_eq!((error.status(), error.to_string().as_str()), (404, "there is no asset `ignite/ignite.ism`"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Dynpack {
    inner: Arc<Inner>,
}

struct Inner {
    storage: Box<dyn Storage>,
    locators: Option<Locators>,
    keys: KeyRing,
    cache: Cache<AssetPath, Cached, Weight>,
    policy: CutPolicy,
    limits: Limits,
    max_age: Duration,
    check_after: Duration,
}

/// An open asset, and when its files were last seen to be the same.
#[derive(Clone)]
struct Cached {
    asset: Arc<Asset>,
    checked: Arc<std::sync::Mutex<Instant>>,
}

#[derive(Clone)]
struct Weight;

impl Weighter<AssetPath, Cached> for Weight {
    fn weight(&self, _path: &AssetPath, cached: &Cached) -> u64 {
        cached.asset.memory_size() as u64
    }
}

/// Sets up a [`Dynpack`].
#[derive(Clone)]
pub struct Builder<S> {
    storage: S,
    locators: Option<Locators>,
    keys: Arc<dyn KeyProvider>,
    keys_max_age: Duration,
    policy: CutPolicy,
    limits: Limits,
    cache_bytes: u64,
    max_age: Duration,
    check_after: Duration,
}

impl<S: Storage> Builder<S> {
    /// How long segments are; [`CutPolicy::SIX_SECONDS`] unless set. All nodes that serve the same asset must agree on it.
    #[must_use]
    pub fn cut_policy(self, policy: CutPolicy) -> Self {
        Self { policy, ..self }
    }

    /// The locators under whose ids assets are published. With them, nothing is served by the folder in which it lies.
    #[must_use]
    pub fn locators(self, locators: Locators) -> Self {
        Self { locators: Some(locators), ..self }
    }

    /// Who hands out the keys; those which [stand in the locators](LocatorKeys) are used unless set.
    #[must_use]
    pub fn keys(self, provider: impl KeyProvider) -> Self {
        Self { keys: Arc::new(provider), ..self }
    }

    /// How long keys are used before they are asked for again; five minutes unless set.
    #[must_use]
    pub fn keys_max_age(self, keys_max_age: Duration) -> Self {
        Self { keys_max_age, ..self }
    }

    /// What is refused to be read from files; [`Limits::default`] unless set.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// How many bytes the indexes of open assets may take together; 256 MiB unless set.
    #[must_use]
    pub fn cache_bytes(self, cache_bytes: u64) -> Self {
        Self { cache_bytes, ..self }
    }

    /// How long clients and caches may keep answers; three days unless set, as in Azure Media Services.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// How long an open asset is served before its files are looked at again, for the case that one was replaced; a second unless
    /// set, and zero looks with each request.
    #[must_use]
    pub fn check_after(self, check_after: Duration) -> Self {
        Self { check_after, ..self }
    }

    /// The packager.
    #[must_use]
    pub fn build(self) -> Dynpack {
        let Self { storage, locators, keys, keys_max_age, policy, limits, cache_bytes, max_age, check_after } = self;
        let items = usize::try_from(cache_bytes / TYPICAL_ASSET).unwrap_or(usize::MAX).clamp(16, 1 << 20);
        let cache = Cache::with_weighter(items, cache_bytes, Weight);
        let (storage, keys) = (Box::new(storage), KeyRing::new(keys, keys_max_age));
        Dynpack { inner: Arc::new(Inner { storage, locators, keys, cache, policy, limits, max_age, check_after }) }
    }
}

/// Bytes of the index of a short film in a few renditions.
const TYPICAL_ASSET: u64 = 1 << 18;

impl Dynpack {
    /// A packager of what `storage` holds.
    #[must_use]
    pub fn builder<S: Storage>(storage: S) -> Builder<S> {
        Builder {
            storage,
            locators: None,
            keys: Arc::new(LocatorKeys),
            keys_max_age: Duration::from_secs(300),
            policy: CutPolicy::SIX_SECONDS,
            limits: Limits::default(),
            cache_bytes: 256 << 20,
            max_age: Duration::from_secs(3 * 24 * 3600),
            check_after: Duration::from_secs(1),
        }
    }

    /// Answers a URL: a request for a stream, or for a stored file where a locator allows it.
    ///
    /// # Errors
    /// [`Error`], whose [`status`](Error::status) says who can mend it.
    pub async fn get(&self, url: &str, conditions: &Conditions) -> Result<Response, Error> {
        match Request::parse(url) {
            Ok(request) => self.respond(&request, conditions).await,
            Err(RequestError::NotAnAsset { .. }) if self.inner.locators.is_some() => {
                self.download(&Download::parse(url)?, conditions).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// [`Error`], whose [`status`](Error::status) says who can mend it.
    pub async fn respond(&self, request: &Request, conditions: &Conditions) -> Result<Response, Error> {
        let grant = Grant::new(self.inner.locators.as_ref(), request, self.inner.max_age)?;
        match self.try_respond(request, &grant, conditions).await {
            // The file was replaced since it was last looked at.
            Err(Error::Storage(StorageError::Changed { .. })) => {
                self.inner.cache.remove(&grant.path);
                self.try_respond(request, &grant, conditions).await
            }
            // Where an asset lies is nobody's business who knows its locator.
            Err(Error::AssetNotFound { .. }) => Err(Error::AssetNotFound { asset: request.asset.to_string() }),
            Err(Error::EncryptedInput { problem, .. }) => {
                Err(Error::EncryptedInput { asset: request.asset.to_string(), problem })
            }
            Err(Error::Unusable { problem, .. }) => Err(Error::Unusable { asset: request.asset.to_string(), problem }),
            answered => answered,
        }
    }

    async fn try_respond(&self, request: &Request, grant: &Grant<'_>, conditions: &Conditions) -> Result<Response, Error> {
        let packager = request.format.packager()?;
        let asset = self.asset(&grant.path).await?;
        let target = self.inner.policy.target.as_millis();
        let protection = match &grant.protected {
            None => None,
            Some(Protected { encryption, locator, terms }) => {
                let keys = self.inner.keys.keys(locator, *encryption).await?;
                Some(Protection::new(*encryption, &asset.presentation, &asset.version(target), terms, &keys)?)
            }
        };
        let request = Request { encryption: protection.as_ref().map(Protection::encryption), ..request.clone() };
        let etag = asset.etag(&request, target, protection.as_ref().map(Protection::version));
        let job = Job::new(&asset.presentation, &request).with_protection(protection.as_ref());
        let package = packager.package(&job)?;
        let head = Head { content_type: package.content_type, etag, max_age: grant.max_age };
        if conditions.is_known(&head.etag) {
            return Ok(head.not_modified());
        }
        let body = match package.content {
            Content::Bytes(bytes) => Body::of(bytes),
            Content::Plan(plan) => Body::from_plan(plan, Arc::clone(&asset.sources)).await?,
        };
        Ok(head.with_part(body, conditions))
    }

    /// Gives a stored file as it is, where a locator's policy allows it.
    ///
    /// # Errors
    /// [`Error::LocatorNotFound`], [`Error::LocatorNotOpen`], [`Error::DownloadBlocked`], [`Error::FileNotFound`] or
    /// [`Error::Storage`].
    pub async fn download(&self, download: &Download, conditions: &Conditions) -> Result<Response, Error> {
        let Download { locator: id, file } = download;
        let locators = self.inner.locators.as_ref().ok_or_else(|| Error::LocatorNotFound { id: id.clone() })?;
        let now = SystemTime::now();
        let (locator, policy) = locators.open(id, now)?;
        let blocked = || Error::DownloadBlocked { file: file.clone() };
        let content_type = download.content_type().filter(|_| policy.allows_download()).ok_or_else(blocked)?;
        let path = format!("{}/{file}", locator.asset_name);
        let source = self.inner.storage.open(&path).await.map_err(|error| match error {
            StorageError::NotFound { .. } => Error::FileNotFound { file: file.clone() },
            other => other.into(),
        })?;
        let identity = source.identity();
        let etag = etag([FORMAT_VERSION.to_string(), path, identity.version().to_owned(), identity.len().to_string()]);
        let head = Head { content_type, etag, max_age: locator.max_age(self.inner.max_age, now) };
        if conditions.is_known(&head.etag) {
            return Ok(head.not_modified());
        }
        Ok(head.with_part(Body::of_source(source), conditions))
    }

    /// The locators, if there are any.
    #[must_use]
    pub fn locators(&self) -> Option<&Locators> {
        self.inner.locators.as_ref()
    }

    /// Opens an asset, or finds it open.
    ///
    /// # Errors
    /// [`Error::AssetNotFound`], [`Error::Unusable`] or [`Error::Storage`].
    pub async fn asset(&self, path: &AssetPath) -> Result<Arc<Asset>, Error> {
        let inner = &self.inner;
        let cached = self.cached(path).await?;
        let is_fresh = lock(&cached.checked).elapsed() < inner.check_after;
        if is_fresh || is_current(inner.storage.as_ref(), path, &cached.asset.files).await {
            *lock(&cached.checked) = Instant::now();
            return Ok(cached.asset);
        }
        info!(asset = %path, "the files were replaced");
        inner.cache.remove_if(path, |now| Arc::ptr_eq(&now.asset, &cached.asset));
        Ok(self.cached(path).await?.asset)
    }

    async fn cached(&self, path: &AssetPath) -> Result<Cached, Error> {
        let inner = &self.inner;
        let opened = async {
            let asset = Arc::new(open(inner.storage.as_ref(), path, inner.policy, inner.limits).await?);
            Ok(Cached { asset, checked: Arc::new(std::sync::Mutex::new(Instant::now())) })
        };
        inner.cache.get_or_insert_async(path, opened).await
    }

    /// The assets at the root of the storage: for an index page. Deeper ones are served as well, and not listed.
    ///
    /// # Errors
    /// [`Error::Storage`] if the storage cannot be listed.
    pub async fn assets(&self) -> Result<Vec<AssetPath>, Error> {
        let storage = self.inner.storage.as_ref();
        let root = storage.list("").await?;
        let mut assets = Vec::new();
        for folder in &root.folders {
            let listing = storage.list(folder).await?;
            let isms = listing.files.iter().filter_map(|file| AssetPath::new(folder, file).ok());
            let before = assets.len();
            assets.extend(isms);
            if assets.len() == before && !media_files(&listing.files).is_empty() {
                assets.extend(AssetPath::new(folder, &format!("{folder}.ism")).ok());
            }
        }
        let lone = media_files(&root.files);
        let lone =
            lone.iter().filter_map(|file| lone_name(file)).filter(|name| !root.folders.iter().any(|folder| folder == name));
        assets.extend(lone.filter_map(|name| AssetPath::new(name, &format!("{name}.ism")).ok()));
        assets.sort();
        assets.dedup();
        Ok(assets)
    }
}

impl std::fmt::Debug for Dynpack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dynpack")
            .field("policy", &self.inner.policy)
            .field("cache", &self.inner.cache.len())
            .finish_non_exhaustive()
    }
}

/// A time is never left half written.
fn lock(time: &std::sync::Mutex<Instant>) -> std::sync::MutexGuard<'_, Instant> {
    time.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
