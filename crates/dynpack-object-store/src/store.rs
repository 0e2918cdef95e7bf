//! A bucket, read by the rules of its options.

use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use dynpack::storage::{Listing, check_path};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::bucket::{Bucket, Version};
use crate::counts::{Counters, Counts};
use crate::error::UrlError;
use crate::failure::Failure;
use crate::location;
use crate::options::Options;
use crate::retries::Retries;

/// The maximum number of names in a folder, which are all held in memory while it is listed.
const MAX_NAMES: usize = 100_000;

/// What the storage and its sources share.
pub(crate) struct Store {
    bucket: Box<dyn Bucket>,
    counters: Arc<Counters>,
    name: String,
    pub(crate) options: Options,
    pub(crate) retries: Retries,
    room: Semaphore,
}

impl Store {
    /// The store at a URL.
    pub(crate) fn at(url: &str, options: Options) -> Result<Self, UrlError> {
        let counters = Arc::new(Counters::default());
        let (name, bucket) = location::bucket(url, &options, &counters)?;
        let room = Semaphore::new(options.max_requests.clamp(1, Semaphore::MAX_PERMITS));
        let retries = Retries::new(&options);
        Ok(Self { bucket, counters, name, options, retries, room })
    }

    /// The URL without secrets.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What was asked of the server so far.
    pub(crate) fn counts(&self) -> Counts {
        self.counters.counts()
    }

    /// Makes one attempt at a request, once there is room for it. Waiting for room does not count
    /// as the time of the server.
    pub(crate) async fn ask<'a, T, F>(
        &'a self,
        ask: impl FnOnce(&'a dyn Bucket) -> F,
    ) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let _permit = self.room.acquire().await.map_err(|error| {
            // The semaphore is never closed.
            Failure::permanent(error.to_string())
        })?;
        let answer = timeout(self.options.attempt, ask(self.bucket.as_ref())).await;
        answer.unwrap_or_else(|_| Err(Failure::late()))
    }

    /// The current version of an object.
    pub(crate) async fn version(&self, path: &str) -> Result<Version, Failure> {
        self.retries.run(|| self.ask(|bucket| bucket.version(path))).await
    }

    /// Stores an object as a whole.
    pub(crate) async fn write(&self, path: &str, bytes: &Bytes) -> Result<(), Failure> {
        self.retries.run(|| self.ask(|bucket| bucket.write(path, bytes.clone()))).await
    }

    pub(crate) async fn list(&self, folder: &str) -> Result<Listing, Failure> {
        let (mut listing, mut token) = (Listing::default(), None);
        loop {
            let page = self.retries.run(|| self.ask(|bucket| bucket.list(folder, token.clone())));
            let page = page.await?;
            let is_plain = |name: &String| !name.contains('/') && check_path(name).is_ok();
            listing.files.extend(page.files.into_iter().filter(is_plain));
            listing.folders.extend(page.folders.into_iter().filter(is_plain));
            if listing.files.len().saturating_add(listing.folders.len()) > MAX_NAMES {
                return Err(Failure::permanent(format!(
                    "the folder has more than {MAX_NAMES} names"
                )));
            }
            token = page.next;
            if token.is_none() {
                break;
            }
        }
        for names in [&mut listing.files, &mut listing.folders] {
            names.sort_unstable();
            names.dedup();
        }
        Ok(listing)
    }
}
