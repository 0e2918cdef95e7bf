//! The facade: from a request to its answer.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use dynpack_isobmff::Limits;
use dynpack_media::{CutPolicy, View};
use dynpack_packager::{
    Admission, AssetPath, Content, Download, Error as PackagerError, Job, Locators, Protection,
    Request, RequestError,
};
use jiff::Timestamp;
use tracing::debug;

use crate::assets::{
    Asset, Assets, FORMAT_VERSION, Opening, etag, lone_name, media_files, open_file,
};
use crate::error::Error;
use crate::http::{Body, Conditions, Head, Response};
use crate::keys::{KeyProvider, KeyRing, LocatorKeys, Protections};
use crate::manifests::{Manifest, Manifests};
use crate::storage::{Storage, StorageError};

/// Packages what a storage holds, request by request.
///
/// Assets are opened when first asked for, once however many requests wait for them, and stay open
/// in a cache that is bounded in bytes. A file that was replaced is noticed, and never mixed with
/// the old one in one response. Clones share the cache.
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// # runtime.block_on(async {
/// use dynpack::{Conditions, Dynpack, Request, storage::Memory};
///
/// let dynpack = Dynpack::builder(Memory::new()).build();
/// let request = Request::parse("/ignite/ignite.ism/manifest(format=m3u8-cmaf)")?;
/// let answer = dynpack.respond(&request, &Conditions::default()).await;
/// let error = answer.expect_err("nothing is stored yet");
/// assert_eq!(error.status(), 404);
/// assert_eq!(error.to_string(), "there is no asset `ignite/ignite.ism`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Dynpack {
    inner: Arc<Inner>,
}

struct Inner {
    assets: Assets,
    published: RwLock<Published>,
    manifests: Manifests,
    rewritten_bytes: u64,
    max_age: Duration,
}

/// What is published, with what was made of it.
#[derive(Clone)]
struct Published {
    locators: Option<Arc<Locators>>,
    protections: Arc<Protections>,
}

/// Sets up a [`Dynpack`].
#[derive(Clone)]
pub struct Builder<S> {
    storage: S,
    locators: Option<Locators>,
    keys: Arc<dyn KeyProvider>,
    keys_max_age: Duration,
    opening: Opening,
    rewritten_bytes: u64,
    manifest_bytes: u64,
    max_age: Duration,
}

impl<S: Storage> Builder<S> {
    /// How long segments are; [`CutPolicy::SIX_SECONDS`] unless set. All nodes that serve the same
    /// asset must agree on it.
    #[must_use]
    pub fn cut_policy(self, policy: CutPolicy) -> Self {
        Self { opening: Opening { policy, ..self.opening }, ..self }
    }

    /// The locators under whose ids assets are published. With them, nothing is served by the
    /// folder in which it lies.
    #[must_use]
    pub fn locators(self, locators: Locators) -> Self {
        Self { locators: Some(locators), ..self }
    }

    /// Who hands out the keys; those which [stand in the locators](LocatorKeys) are used unless
    /// set.
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
        Self { opening: Opening { limits, ..self.opening }, ..self }
    }

    /// How many bytes the indexes of open assets may take together; 256 MiB unless set. An asset
    /// that takes almost all of them by itself is not kept.
    #[must_use]
    pub fn cache_bytes(self, cache_bytes: u64) -> Self {
        Self { opening: Opening { cache_bytes, ..self.opening }, ..self }
    }

    /// How many files open assets may hold open together; 500 unless set. A system's own limit
    /// (`ulimit -n`, often 1,024) has to leave room for connections besides.
    #[must_use]
    pub fn cache_files(self, cache_files: u64) -> Self {
        Self { opening: Opening { cache_files, ..self.opening }, ..self }
    }

    /// How many bytes of media a segment may have that is rewritten in memory, as transport
    /// streams, F4F and encryption ask; 256 MiB unless set. Such a request takes about twice as
    /// much memory while it is answered.
    #[must_use]
    pub fn rewritten_bytes(self, rewritten_bytes: u64) -> Self {
        Self { rewritten_bytes, ..self }
    }

    /// How many bytes of manifests, playlists and init segments are kept for the next request; 32
    /// MiB unless set.
    #[must_use]
    pub fn manifest_bytes(self, manifest_bytes: u64) -> Self {
        Self { manifest_bytes, ..self }
    }

    /// How long clients and caches may keep answers; three days unless set, as in Azure Media
    /// Services.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// How long an open asset is served before its files are looked at again, for the case that one
    /// was replaced; a second unless set, and zero looks with each request.
    #[must_use]
    pub fn revalidate_after(self, revalidate_after: Duration) -> Self {
        Self { opening: Opening { revalidate_after, ..self.opening }, ..self }
    }

    /// The packager.
    #[must_use]
    pub fn build(self) -> Dynpack {
        let Self { storage, locators, keys, keys_max_age, opening, .. } = self;
        let assets = Assets::new(Box::new(storage), opening);
        let protections = Arc::new(Protections::new(KeyRing::new(keys, keys_max_age)));
        let published = RwLock::new(Published { locators: locators.map(Arc::new), protections });
        let manifests = Manifests::new(self.manifest_bytes);
        let Self { rewritten_bytes, max_age, .. } = self;
        Dynpack {
            inner: Arc::new(Inner { assets, published, manifests, rewritten_bytes, max_age }),
        }
    }
}

impl Dynpack {
    /// A packager of what `storage` holds.
    #[must_use]
    pub fn builder<S: Storage>(storage: S) -> Builder<S> {
        Builder {
            storage,
            locators: None,
            keys: Arc::new(LocatorKeys),
            keys_max_age: Duration::from_secs(300),
            opening: Opening {
                policy: CutPolicy::SIX_SECONDS,
                limits: Limits::default(),
                cache_bytes: 256 << 20,
                cache_files: 500,
                revalidate_after: Duration::from_secs(1),
            },
            rewritten_bytes: 256 << 20,
            manifest_bytes: 32 << 20,
            max_age: Duration::from_secs(3 * 24 * 3600),
        }
    }

    /// Answers a URL: a request for a stream, or for a stored file where a locator allows it.
    ///
    /// # Errors
    /// [`Error`], whose [`status`](Error::status) says who can mend it.
    pub async fn get(&self, url: &str, conditions: &Conditions) -> Result<Response, Error> {
        match Request::parse(url) {
            Ok(request) => self.respond(&request, conditions).await,
            Err(RequestError::NotAnAsset { .. }) if self.locators().is_some() => {
                self.download(&Download::parse(url)?, conditions).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Answers a request.
    ///
    /// # Errors
    /// [`Error`], whose [`status`](Error::status) says who can mend it.
    pub async fn respond(
        &self,
        request: &Request,
        conditions: &Conditions,
    ) -> Result<Response, Error> {
        let Published { locators, protections } = self.published();
        let (locators, max_age) = (locators.as_deref(), self.inner.max_age);
        let admission = Admission::new(locators, request, max_age, now())?;
        let answered = match self.try_respond(request, &admission, &protections, conditions).await {
            // The file was replaced since it was last looked at.
            Err(Error::Storage(StorageError::Changed { .. })) => {
                self.try_respond(request, &admission, &protections, conditions).await
            }
            answered => answered,
        };
        answered.map_err(|error| {
            debug!(asset = %admission.path, %error, "not answered");
            error.with_public_path(&request.asset)
        })
    }

    async fn try_respond(
        &self,
        request: &Request,
        admission: &Admission<'_>,
        protections: &Protections,
        conditions: &Conditions,
    ) -> Result<Response, Error> {
        let packager = request.format.packager()?;
        let asset = self.inner.assets.get(&admission.path).await?;
        let protection = match &admission.protected {
            Some(protected) => Some(protections.of(&asset, protected).await?),
            None => None,
        };
        let protection = protection.as_deref();
        let request = request.clone().with_encryption(protection.map(Protection::encryption));
        let head = Head { etag: asset.etag(&request, protection), max_age: admission.max_age };
        // Who knows the tag was given it: there is no need to make the answer to see that there is
        // one.
        if conditions.is_known(&head.etag) {
            return Ok(head.not_modified());
        }
        if let Some(Manifest { content_type, bytes }) = self.inner.manifests.get(&head.etag) {
            if conditions.is_any_known() {
                return Ok(head.not_modified());
            }
            return Ok(head.with_part(content_type, Body::of(bytes), conditions));
        }
        let view = View::whole(&asset.presentation);
        let job = Job::new(&view, &request).with_protection(protection);
        let package = packager.package(&job)?;
        if conditions.is_any_known() {
            return Ok(head.not_modified());
        }
        let body = match package.content {
            Content::Bytes(bytes) => {
                let manifest =
                    Manifest { content_type: package.content_type, bytes: bytes.clone() };
                self.inner.manifests.insert(&head.etag, manifest);
                Ok(Body::of(bytes))
            }
            Content::Plan(plan) => {
                Body::from_plan(plan, Arc::clone(&asset.sources), self.inner.rewritten_bytes).await
            }
        };
        let response = async {
            let mut response = head.with_part(package.content_type, body?, conditions);
            if !conditions.is_head {
                response.body.begin().await?;
            }
            Ok(response)
        };
        let response = response.await;
        if matches!(response, Err(Error::Storage(StorageError::Changed { .. }))) {
            self.inner.assets.give_up(&asset);
        }
        response
    }

    /// Gives a stored file as it is, where a locator's policy allows it.
    ///
    /// # Errors
    /// [`PackagerError::LocatorNotFound`], [`PackagerError::LocatorNotOpen`],
    /// [`Error::DownloadBlocked`], [`Error::FileNotFound`] or [`Error::Storage`].
    pub async fn download(
        &self,
        download: &Download,
        conditions: &Conditions,
    ) -> Result<Response, Error> {
        let Download { locator: id, file, .. } = download;
        let not_found = || PackagerError::LocatorNotFound { id: id.clone() };
        let locators = self.locators().ok_or_else(not_found)?;
        let now = now();
        let (locator, policy) = locators.open(id, now)?;
        let blocked = || Error::DownloadBlocked { file: file.clone() };
        let content_type =
            download.content_type().filter(|_| policy.allows_download()).ok_or_else(blocked)?;
        let opened = open_file(self.inner.assets.storage(), &locator.asset_name, file).await;
        let (path, source) = opened.map_err(|error| match error {
            StorageError::NotFound { .. } => Error::FileNotFound { file: file.clone() },
            other => other.with_public_path(format!("{id}/{file}")).into(),
        })?;
        let identity = source.identity();
        let etag = etag([
            FORMAT_VERSION.to_string(),
            path,
            identity.version().to_owned(),
            identity.len().to_string(),
        ]);
        let head = Head { etag, max_age: locator.max_age(self.inner.max_age, now) };
        if conditions.is_known(&head.etag) || conditions.is_any_known() {
            return Ok(head.not_modified());
        }
        Ok(head.with_part(content_type, Body::of_source(source), conditions))
    }

    /// The locators that are published, if there are any.
    #[must_use]
    pub fn locators(&self) -> Option<Arc<Locators>> {
        self.published().locators
    }

    /// Publishes these locators in place of those before, for all clones: with the next request
    /// only they answer, and keys are asked for anew. What was begun ends as it was. Assets stay
    /// open.
    pub fn publish(&self, locators: Locators) {
        let mut published = self.inner.published.write().unwrap_or_else(PoisonError::into_inner);
        let protections = Arc::new(published.protections.anew());
        *published = Published { locators: Some(Arc::new(locators)), protections };
    }

    fn published(&self) -> Published {
        self.inner.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Opens an asset, or finds it open.
    ///
    /// # Errors
    /// [`Error::AssetNotFound`], [`Error::Unusable`] or [`Error::Storage`].
    pub async fn asset(&self, path: &AssetPath) -> Result<Arc<Asset>, Error> {
        self.inner.assets.get(path).await
    }

    /// The assets at the root of the storage: for an index page. Deeper ones are served as well,
    /// and not listed.
    ///
    /// # Errors
    /// [`Error::Storage`] if the storage cannot be listed.
    pub async fn assets(&self) -> Result<Vec<AssetPath>, Error> {
        let storage = self.inner.assets.storage();
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
        let lone = lone
            .iter()
            .filter_map(|file| lone_name(file))
            .filter(|name| !root.folders.iter().any(|folder| folder == name));
        assets.extend(lone.filter_map(|name| AssetPath::new(name, &format!("{name}.ism")).ok()));
        assets.sort();
        assets.dedup();
        Ok(assets)
    }
}

impl std::fmt::Debug for Dynpack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dynpack")
            .field("opening", self.inner.assets.opening())
            .field("open", &self.inner.assets.len())
            .finish_non_exhaustive()
    }
}

/// The time of the system clock. A clock beyond the calendar counts as the end of the calendar.
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX)
}
