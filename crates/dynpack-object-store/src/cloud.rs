//! The object stores of clouds, over the crate `object_store`.
//!
//! It signs requests, and gets the credentials for that. It repeats nothing here: that is done by
//! [`Retries`](crate::retries::Retries), for all stores alike.

mod service;

use std::error::Error as StdError;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dynpack::Extent;
use futures_util::TryStreamExt;
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, GetOptions, GetRange, ObjectStore, PutOptions, RetryConfig,
};
use tracing::{debug, warn};

use self::service::Connector;
use crate::bucket::{Bucket, Page, Version};
use crate::counts::Counters;
use crate::error::UrlError;
use crate::failure::Failure;
use crate::options::Options;
use crate::place::Place;

/// A bucket in the object store of a cloud.
struct CloudBucket<S> {
    store: S,
    /// Empty, or with a slash at its end.
    prefix: String,
    counters: Arc<Counters>,
}

/// A function that makes a bucket. The builders of `object_store` have the same methods, which are
/// in no trait.
macro_rules! cloud {
    ($(#[$attribute:meta])* $name:ident, $builder:ty, $named:ident, $settings:literal) => {
        $(#[$attribute])*
        pub(crate) fn $name(
            place: Place,
            options: &Options,
            counters: &Arc<Counters>,
        ) -> Result<Box<dyn Bucket>, UrlError> {
            let mut builder = <$builder>::new()
                .with_client_options(client(options))
                .with_retry(never())
                .with_http_connector(Connector::new(Arc::clone(counters)));
            for (key, value) in settings(options, $settings) {
                builder = builder.with_config(key, value);
            }
            let store = builder.$named(place.bucket).build();
            let store = store.map_err(|error| UrlError::Refused { reason: error.to_string() })?;
            Ok(bucket(store, place.prefix, counters))
        }
    };
}

cloud! {
    /// A bucket in S3.
    #[cfg(feature = "s3")]
    s3, object_store::aws::AmazonS3Builder, with_bucket_name, "aws_"
}

cloud! {
    /// A container in Azure Blob Storage.
    #[cfg(feature = "azure")]
    azure, object_store::azure::MicrosoftAzureBuilder, with_container_name, "azure_"
}

cloud! {
    /// A bucket in Google Cloud Storage.
    #[cfg(feature = "gcs")]
    gcs, object_store::gcp::GoogleCloudStorageBuilder, with_bucket_name, "google_"
}

fn bucket<S: ObjectStore + PaginatedListStore>(
    store: S,
    prefix: String,
    counters: &Arc<Counters>,
) -> Box<dyn Bucket> {
    let prefix = if prefix.is_empty() { prefix } else { prefix + "/" };
    Box::new(CloudBucket { store, prefix, counters: Arc::clone(counters) })
}

/// The endpoint says whether TLS is used: `http://` is for emulators and private networks.
fn client(options: &Options) -> ClientOptions {
    ClientOptions::new().with_allow_http(true).with_timeout(options.attempt)
}

fn never() -> RetryConfig {
    RetryConfig { max_retries: 0, ..RetryConfig::default() }
}

/// The settings of one store, by the names of its environment variables in lower case.
fn settings<K: FromStr>(options: &Options, prefix: &str) -> Vec<(K, String)> {
    let known = |(key, value): &(String, String)| {
        let key = key.to_ascii_lowercase();
        let key = key.starts_with(prefix).then(|| key.parse().ok())??;
        Some((key, value.clone()))
    };
    options.settings.iter().filter_map(known).collect()
}

impl<S> CloudBucket<S> {
    /// The place of an object. What cannot be the name of one is not found.
    fn location(&self, path: &str) -> Result<Path, Failure> {
        Path::parse(format!("{}{path}", self.prefix)).map_err(|_| Failure::NotFound)
    }
}

#[async_trait]
impl<S: ObjectStore + PaginatedListStore> Bucket for CloudBucket<S> {
    async fn version(&self, path: &str) -> Result<Version, Failure> {
        let location = self.location(path)?;
        let options = GetOptions { head: true, ..GetOptions::default() };
        let found =
            self.store.get_opts(&location, options).await.map_err(|error| failure(&error))?;
        Version::new(found.meta.size, found.meta.e_tag.as_deref(), None)
    }

    async fn read(
        &self,
        path: &str,
        version: &Version,
        range: Extent,
        take: &mut (dyn FnMut(Bytes) + Send),
    ) -> Result<(), Failure> {
        let location = self.location(path)?;
        let wanted = range.offset..range.end();
        let options = GetOptions {
            range: Some(GetRange::Bounded(wanted.clone())),
            if_match: version.etag().map(str::to_owned),
            ..GetOptions::default()
        };
        let found =
            self.store.get_opts(&location, options).await.map_err(|error| failure(&error))?;
        if found.meta.size != version.len() || !version.matches(found.meta.e_tag.as_deref(), None) {
            return Err(Failure::Changed);
        }
        let (mut body, mut missing) = (found.into_stream(), range.len);
        while let Some(chunk) = body.try_next().await.map_err(|error| failure(&error))? {
            self.counters.count_bytes(chunk.len());
            let left = missing.checked_sub(chunk.len() as u64);
            missing = left.ok_or_else(|| Failure::long(range.len))?;
            take(chunk);
        }
        match missing {
            0 => Ok(()),
            _ => Err(Failure::short(range.len.saturating_sub(missing), range.len)),
        }
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<(), Failure> {
        let location = self.location(path)?;
        let stored = self.store.put_opts(&location, bytes.into(), PutOptions::default()).await;
        stored.map(|_| ()).map_err(|error| failure(&error))
    }

    async fn list(&self, folder: &str, token: Option<String>) -> Result<Page, Failure> {
        let prefix = match folder {
            "" => self.prefix.clone(),
            folder => format!("{}{folder}/", self.prefix),
        };
        let is_first = token.is_none();
        let options = PaginatedListOptions {
            delimiter: Some("/".into()),
            page_token: token,
            ..PaginatedListOptions::default()
        };
        let asked = Some(prefix.as_str()).filter(|prefix| !prefix.is_empty());
        let listed = self.store.list_paginated(asked, options).await;
        let listed = listed.map_err(|error| failure(&error))?;
        let name = |path: &Path| {
            let name = path.as_ref().strip_prefix(&prefix)?;
            (!name.is_empty()).then(|| name.to_owned())
        };
        let files = listed.result.objects.iter().filter_map(|object| name(&object.location));
        let folders = listed.result.common_prefixes.iter().filter_map(name);
        let (files, folders): (Vec<_>, Vec<_>) = (files.collect(), folders.collect());
        let next = listed.page_token;
        // Object stores have no folders, only objects with names in them.
        let is_empty = is_first && next.is_none() && files.is_empty() && folders.is_empty();
        if is_empty && !folder.is_empty() {
            return Err(Failure::NotFound);
        }
        Ok(Page { files, folders, next })
    }
}

/// Why a request failed. The text of the error has the URL of the store, which clients must not
/// learn: it goes to the log.
fn failure(error: &Error) -> Failure {
    match error {
        Error::NotFound { .. } | Error::InvalidPath { .. } => Failure::NotFound,
        Error::Precondition { .. } => Failure::Changed,
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            warn!(%error, "the object store denies access");
            Failure::Forbidden
        }
        other => {
            debug!(error = %other, "a request to the object store failed");
            cause(other)
        }
    }
}

/// The failure that [`Connector`] found. If there is none, the answer was not what was requested,
/// or there was none.
fn cause(error: &Error) -> Failure {
    let mut cause: &dyn StdError = error;
    loop {
        if let Some(failure) = cause.downcast_ref::<Failure>() {
            return failure.clone();
        }
        match cause.source() {
            Some(source) => cause = source,
            None => return Failure::transient(cause.to_string()),
        }
    }
}
