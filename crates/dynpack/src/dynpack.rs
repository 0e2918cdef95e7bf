//! The facade: from a request to its response.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dynpack_isobmff::Limits;
use dynpack_media::{CutPolicy, View};
use dynpack_packager::{
    Admission, AssetPath, Combination, Content, Download, Error as PackagerError, Job, Locators,
    Place, Protection, Request, RequestError, Resource, Rules, TokenTerms, hash_of, leave,
};
use dynpack_text::Options as TextOptions;
use jiff::Timestamp;
use tracing::debug;

use crate::assets::{Asset, Assets, FORMAT_VERSION, Opening, etag, open_file};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::filters::{AccountFilters, FilterProvider, named};
use crate::http::{Body, Conditions, Head, HeldMedia, Response};
use crate::keys::{KeyProvider, KeyRing, LocatorKeys, Protections};
use crate::manifests::{Manifest, Manifests};
use crate::storage::{Storage, StorageError};
use crate::tokens::{TokenVerifier, terms_of};

/// Packages the assets of a storage for each request.
///
/// An asset is opened by the first request for it, and only once, even if many requests wait for
/// it. It stays open in a cache with a limit in bytes. Replaced files are detected, and never mixed
/// with the old ones in one response. Clones share the cache.
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
    filters: Arc<dyn FilterProvider>,
    tokens: Option<Arc<dyn TokenVerifier>>,
    manifests: Manifests,
    held_media: HeldMedia,
    max_age: Duration,
}

/// The published locators, with the protections made from them.
#[derive(Clone)]
struct Published {
    locators: Option<Arc<Locators>>,
    protections: Arc<Protections>,
}

/// Configures a [`Dynpack`].
#[derive(Clone)]
pub struct Builder<S> {
    storage: S,
    locators: Option<Locators>,
    keys: Arc<dyn KeyProvider>,
    keys_max_age: Duration,
    filters: Arc<dyn FilterProvider>,
    tokens: Option<Arc<dyn TokenVerifier>>,
    opening: Opening,
    rewritten_bytes: u64,
    manifest_bytes: u64,
    max_age: Duration,
}

impl<S: Storage> Builder<S> {
    /// The duration of segments. The default is [`CutPolicy::SIX_SECONDS`]. All nodes that serve
    /// the same asset must use the same policy.
    #[must_use]
    pub fn cut_policy(self, policy: CutPolicy) -> Self {
        Self { opening: Opening { policy, ..self.opening }, ..self }
    }

    /// The locators under whose ids assets are published. If they are set, no asset is served by
    /// the path of its folder.
    #[must_use]
    pub fn locators(self, locators: Locators) -> Self {
        Self { locators: Some(locators), ..self }
    }

    /// The provider of the keys. The default is [`LocatorKeys`], the keys in the locators.
    #[must_use]
    pub fn keys(self, provider: impl KeyProvider) -> Self {
        Self { keys: Arc::new(provider), ..self }
    }

    /// How long keys are used before they are requested again. The default is five minutes.
    #[must_use]
    pub fn keys_max_age(self, keys_max_age: Duration) -> Self {
        Self { keys_max_age, ..self }
    }

    /// The provider of the filters that assets do not have themselves. The default is
    /// [`AccountFilters`] without any.
    #[must_use]
    pub fn filters(self, provider: impl FilterProvider) -> Self {
        Self { filters: Arc::new(provider), ..self }
    }

    /// Who checks the tokens in URLs. Then each URL needs a token, or with
    /// [`locators`](Self::locators) each URL of one that
    /// [requires tokens](dynpack_packager::Locator::requires_token). The default is nobody: a
    /// locator that requires tokens answers nothing.
    #[must_use]
    pub fn tokens(self, verifier: impl TokenVerifier) -> Self {
        Self { tokens: Some(Arc::new(verifier)), ..self }
    }

    /// The limits of what is read from files. The default is [`Limits::default`].
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { opening: Opening { limits, ..self.opening }, ..self }
    }

    /// How files of subtitles and text tracks are read: the encoding of files that do not say it
    /// themselves, and what happens to invalid cues. The default is [`TextOptions::new`]. All nodes
    /// that serve the same asset must use the same options.
    ///
    /// The parameter `encoding` of a server manifest takes precedence for its file.
    #[must_use]
    pub fn texts(self, texts: TextOptions) -> Self {
        Self { opening: Opening { texts, ..self.opening }, ..self }
    }

    /// The maximum size in bytes of the indexes of all open assets together. The default is 256
    /// MiB. An asset that takes almost all of it by itself is not cached.
    #[must_use]
    pub fn cache_bytes(self, cache_bytes: u64) -> Self {
        Self { opening: Opening { cache_bytes, ..self.opening }, ..self }
    }

    /// The maximum number of files that all open assets hold open together. The default is 500. The
    /// limit of the system (`ulimit -n`, often 1,024) must also leave room for connections.
    #[must_use]
    pub fn cache_files(self, cache_files: u64) -> Self {
        Self { opening: Opening { cache_files, ..self.opening }, ..self }
    }

    /// The maximum number of bytes of media in memory for segments whose length depends on their
    /// media: video whose samples are encrypted, or that has NAL units whose lengths take less than
    /// 4 bytes in transport streams. The default is 256 MiB. A segment with more is refused. All
    /// requests for such segments together stay within the limit, or wait up to five seconds for
    /// memory ([`Error::Overloaded`]). Simultaneous requests for the same segment share its media.
    #[must_use]
    pub fn rewritten_bytes(self, rewritten_bytes: u64) -> Self {
        Self { rewritten_bytes, ..self }
    }

    /// How many bytes of manifests, playlists and init segments the cache may hold. The default is
    /// 32 MiB.
    #[must_use]
    pub fn manifest_bytes(self, manifest_bytes: u64) -> Self {
        Self { manifest_bytes, ..self }
    }

    /// How long clients and caches may store responses. The default is three days, as in Azure
    /// Media Services.
    #[must_use]
    pub fn max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// How long an open asset is served before its files are checked again, in case one was
    /// replaced. The default is one second. With zero, every request checks them.
    #[must_use]
    pub fn revalidate_after(self, revalidate_after: Duration) -> Self {
        Self { opening: Opening { revalidate_after, ..self.opening }, ..self }
    }

    /// How long a file may not have been written to before responses from it may be cached. The
    /// default is ten seconds. Until then, someone may still be writing it, and a cache would keep
    /// a response of old and new bytes for [`max_age`](Self::max_age). Only concerns storages whose
    /// files can be read while they are written
    /// ([`Identity::with_last_write`](crate::storage::Identity::with_last_write)).
    #[must_use]
    pub fn settled_after(self, settled_after: Duration) -> Self {
        Self { opening: Opening { settled_after, ..self.opening }, ..self }
    }

    /// Whether an index file is stored beside each asset that is opened without one, or with one of
    /// other files. The default is not to write to the storage at all. Indexes that are there are
    /// always used.
    ///
    /// Only for storages that implement [`Storage::put`]. No index is stored of files that are not
    /// [settled](Self::settled_after).
    #[must_use]
    pub fn writes_indexes(self, writes_indexes: bool) -> Self {
        Self { opening: Opening { writes_indexes, ..self.opening }, ..self }
    }

    /// Makes the packager.
    #[must_use]
    pub fn build(self) -> Dynpack {
        let Self { storage, locators, keys, keys_max_age, filters, tokens, opening, .. } = self;
        let assets = Assets::new(Box::new(storage), opening);
        let protections = Arc::new(Protections::new(KeyRing::new(keys, keys_max_age)));
        let published = RwLock::new(Published { locators: locators.map(Arc::new), protections });
        let manifests = Manifests::new(self.manifest_bytes);
        let (held_media, max_age) = (HeldMedia::new(self.rewritten_bytes), self.max_age);
        let inner = Inner { assets, published, filters, tokens, manifests, held_media, max_age };
        Dynpack { inner: Arc::new(inner) }
    }
}

impl Dynpack {
    /// A builder of a packager for the assets in `storage`.
    #[must_use]
    pub fn builder<S: Storage>(storage: S) -> Builder<S> {
        Builder {
            storage,
            locators: None,
            keys: Arc::new(LocatorKeys),
            keys_max_age: Duration::from_secs(300),
            filters: Arc::new(AccountFilters::default()),
            tokens: None,
            opening: Opening {
                policy: CutPolicy::SIX_SECONDS,
                limits: Limits::default(),
                texts: TextOptions::new(),
                cache_bytes: 256 << 20,
                cache_files: 500,
                revalidate_after: Duration::from_secs(1),
                settled_after: Duration::from_secs(10),
                writes_indexes: false,
            },
            rewritten_bytes: 256 << 20,
            manifest_bytes: 32 << 20,
            max_age: Duration::from_secs(3 * 24 * 3600),
        }
    }

    /// Answers a URL: a request for a stream, or for a stored file if a locator allows it.
    ///
    /// # Errors
    /// [`Error`], whose [`status`](Error::status) says who can fix it.
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
    /// [`Error`], whose [`status`](Error::status) says who can fix it.
    pub async fn respond(
        &self,
        request: &Request,
        conditions: &Conditions,
    ) -> Result<Response, Error> {
        let Published { locators, protections } = self.published();
        let (locators, max_age, now) = (locators.as_deref(), self.inner.max_age, now());
        let (token, verifier) = (request.token.as_ref(), self.inner.tokens.as_deref());
        let terms = terms_of(token, verifier, locators, request.asset.folder(), now).await?;
        // A token that is not needed has no meaning, and is not carried on.
        let request = &request.clone().with_token(token.filter(|_| terms.is_some()).cloned());
        let admission = Admission::with_token(locators, request, terms, max_age, now)?;
        let answered = match self.try_respond(request, &admission, &protections, conditions).await {
            // The file was replaced since it was last checked.
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
        let filters = self.filters(request, admission, &asset).await?;
        let is_media = matches!(request.resource, Resource::Media(..));
        let max_age =
            self.inner.assets.opening().is_settled(asset.identities()).then_some(admission.max_age);
        let head = |request: &Request, left| {
            let warnings = if is_media { Arc::default() } else { Arc::clone(&asset.warnings) };
            let etag = asset.etag(request, protection, left);
            Head { etag, max_age, is_private: request.token.is_some(), warnings }
        };
        let mut request = request.clone().with_encryption(protection.map(Protection::encryption));
        if is_media {
            request.filters.clear();
            request.rules = None;
            request.token = None;
        }
        if filters.is_empty()
            && let Some(response) = self.remembered(&head(&request, None), conditions)
        {
            return Ok(response);
        }
        let scenes = asset.scenes(&request)?;
        let filtered = leave(&filters, &scenes, &request)?;
        let mut carried = Vec::with_capacity(filtered.len());
        for (scene, filtered) in &filtered {
            let mut own = packager.carried(&filtered.presentation, &request, protection)?;
            if !filters.is_empty() {
                let whole = packager.carried(&scene.presentation, &request, protection);
                let whole =
                    whole.map_or(Cow::Borrowed(&*scene.presentation), |all| all.presentation);
                own = own.with_audio_of(&whole)?;
                request = request.with_audio_of(&own.presentation, &whole);
            }
            request.resource.rendition().map_or(Ok(()), |id| own.check(id))?;
            carried.push(own);
        }
        // The tags of media are those of the whole, of which filters leave out some. Only whole
        // documents change with them, as manifests do.
        let is_filtered =
            !matches!(request.resource, Resource::Media(_, place) if place != Place::Whole);
        let head = head(&request, hash_of(&filtered, scenes.len()).filter(|_| is_filtered));
        if is_filtered
            && !filters.is_empty()
            && let Some(response) = self.remembered(&head, conditions)
        {
            return Ok(response);
        }
        let mut periods = filtered.iter().zip(&carried);
        let ((scene, first), first_carried) =
            periods.next().ok_or_else(|| filters.nothing_left())?;
        let first_period = first.period(&first_carried.presentation)?.in_program(scene.start);
        let mut view = View::new(first_period);
        for ((_, filtered), carried) in periods {
            view = view.with_period(filtered.period(&carried.presentation)?);
        }
        let job = Job::new(&view, scene.request.as_ref().unwrap_or(&request))
            .with_protection(protection)
            .with_first_quality(first.first_quality)
            .with_texts(&scene.texts)
            .with_opening(scene.opening);
        let mut package = packager.package(&job)?;
        if matches!(request.resource, Resource::Manifest) {
            package.warnings.extend(first_carried.warnings());
        }
        if conditions.is_known(&head.etag) || conditions.is_any_known() {
            return Ok(head.not_modified());
        }
        let warnings: Arc<[String]> = package.warnings.into();
        let body = match package.content {
            Content::Bytes(bytes) => {
                let (content_type, warnings) = (package.content_type, Arc::clone(&warnings));
                let manifest = Manifest { content_type, bytes: bytes.clone(), warnings };
                self.inner.manifests.insert(&head.etag, manifest);
                Ok(Body::of(bytes))
            }
            Content::Plan(plan) => {
                let sources = self.inner.assets.sources(&asset, scene.clip).await?;
                Body::from_plan(plan, sources, &self.inner.held_media, &head.etag).await
            }
        };
        let head = head.with_warnings(&warnings);
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

    /// The filters that apply to a request: those of the locator and of the token, and for
    /// manifests and playlists those in the URL. Segments do not change with filters, so that those
    /// in the URL of one only have to exist.
    async fn filters(
        &self,
        request: &Request,
        admission: &Admission<'_>,
        asset: &Asset,
    ) -> Result<Combination, Error> {
        let (account, terms) = (self.inner.filters.as_ref(), admission.token.iter());
        let rules = |rules: &Rules| Arc::clone(rules.filter());
        let names = admission.filters.iter().chain(terms.clone().flat_map(|one| &one.filters));
        let mut bound = named(names, asset, account).await?;
        bound.extend(terms.flat_map(|one| &one.rules).map(rules));
        let of_url = named(request.filters.iter(), asset, account).await?;
        let of_url = of_url.into_iter().chain(request.rules.iter().map(rules));
        let all = Combination::new(bound.iter().cloned().chain(of_url))?;
        match request.resource {
            Resource::Media(..) => Ok(Combination::new(bound)?),
            _ => Ok(all),
        }
    }

    /// The response to a request whose resource need not be made.
    fn remembered(&self, head: &Head, conditions: &Conditions) -> Option<Response> {
        // A client that knows the tag got it in a response. So the resource exists, and does not
        // have to be made to check that.
        if conditions.is_known(&head.etag) {
            return Some(head.clone().not_modified());
        }
        let Manifest { content_type, bytes, warnings } = self.inner.manifests.get(&head.etag)?;
        if conditions.is_any_known() {
            return Some(head.clone().not_modified());
        }
        let head = head.clone().with_warnings(&warnings);
        Some(head.with_part(content_type, Body::of(bytes), conditions))
    }

    /// Returns a stored file unchanged, if the policy of a locator allows it, and neither the
    /// locator nor the token has filters: these leave out a part of what files hold.
    ///
    /// # Errors
    /// [`PackagerError::LocatorNotFound`], [`PackagerError::LocatorNotOpen`],
    /// [`PackagerError::Token`], [`Error::DownloadBlocked`], [`Error::FileNotFound`] or
    /// [`Error::Storage`].
    pub async fn download(
        &self,
        download: &Download,
        conditions: &Conditions,
    ) -> Result<Response, Error> {
        let Download { locator: id, file, token, .. } = download;
        let not_found = || PackagerError::LocatorNotFound { id: id.clone() };
        let locators = self.locators().ok_or_else(not_found)?;
        let now = now();
        let (locator, policy) = locators.open(id, now)?;
        let verifier = self.inner.tokens.as_deref();
        let terms = terms_of(token.as_ref(), verifier, Some(&locators), id, now).await?;
        let checked = terms.iter().try_for_each(|terms| terms.check(&format!("{id}/{file}"), now));
        checked.map_err(PackagerError::from)?;
        let has_filters =
            !locator.filters.is_empty() || terms.as_ref().is_some_and(TokenTerms::has_filters);
        let blocked = || Error::DownloadBlocked { file: file.clone() };
        let is_allowed = policy.allows_download() && !has_filters;
        let content_type = download.content_type().filter(|_| is_allowed).ok_or_else(blocked)?;
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
        let max_age = locator.max_age(self.inner.max_age, now);
        let max_age = terms.map_or(max_age, |terms| max_age.min(terms.valid_for(now)));
        let max_age = self.inner.assets.opening().is_settled([identity]).then_some(max_age);
        let head = Head { etag, max_age, is_private: false, warnings: Arc::default() };
        if conditions.is_known(&head.etag) || conditions.is_any_known() {
            return Ok(head.not_modified());
        }
        Ok(head.with_part(content_type, Body::of_source(source), conditions))
    }

    /// The published locators, if there are any.
    #[must_use]
    pub fn locators(&self) -> Option<Arc<Locators>> {
        self.published().locators
    }

    /// Publishes these locators instead of the earlier ones, for all clones. From the next request
    /// on, only these are used, and keys are requested again. Requests that have already started
    /// use the earlier ones. Assets stay open.
    pub fn publish(&self, locators: Locators) {
        let mut published = self.inner.published.write().unwrap_or_else(PoisonError::into_inner);
        let protections = Arc::new(published.protections.emptied());
        *published = Published { locators: Some(Arc::new(locators)), protections };
    }

    fn published(&self) -> Published {
        self.inner.published.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns an asset, and opens it if it is not yet open.
    ///
    /// # Errors
    /// [`Error::AssetNotFound`], [`Error::Unusable`] or [`Error::Storage`].
    pub async fn asset(&self, path: &AssetPath) -> Result<Arc<Asset>, Error> {
        self.inner.assets.get(path).await
    }

    /// Makes the index of an asset from its files: the path at which it is used once it is stored,
    /// and its bytes. `docs/index-files.md` describes them.
    ///
    /// # Errors
    /// Those of [`asset`](Self::asset), and [`Error::Unusable`] if no index can hold the asset.
    pub async fn index(&self, path: &AssetPath) -> Result<(String, Bytes), Error> {
        self.inner.assets.index(path).await
    }

    /// A page of what a folder of the storage holds, for an index page: what is directly in it, and
    /// the assets in its folders. The root is the empty path. With `after`, the page starts after
    /// that name.
    ///
    /// # Errors
    /// [`Error::Storage`] if the folder cannot be listed.
    pub async fn catalog(&self, folder: &str, after: Option<&str>) -> Result<Catalog, Error> {
        Ok(Catalog::of(self.inner.assets.storage(), folder, after).await?)
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

/// The time of the system clock. A time beyond the calendar is the end of the calendar.
fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::MAX)
}
