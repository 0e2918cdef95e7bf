//! One version of one object, opened.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use dynpack::storage::{Identity, Source, StorageError, check_ranges, coalesce};
use futures_util::future::select_ok;
use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use tokio::time::sleep;

use crate::bucket::Version;
use crate::failure::Failure;
use crate::store::Store;

/// One version of one object.
pub(crate) struct ObjectSource {
    store: Arc<Store>,
    path: String,
    version: Version,
    identity: Identity,
}

impl ObjectSource {
    pub(crate) fn new(store: Arc<Store>, path: &str, version: Version) -> Self {
        let identity = version.identity();
        Self { store, path: path.to_owned(), version, identity }
    }

    /// The bytes of an extent, by several requests if it is long.
    async fn read_extent(&self, extent: Extent) -> Result<Bytes, Failure> {
        let max = self.store.options.max_request.max(1);
        if extent.len <= max {
            return self.read_part(extent).await;
        }
        let (mut parts, mut rest) = (Vec::new(), extent);
        while rest.len > 0 {
            let (part, after) = rest.split_at(max);
            parts.push(self.read_part(part).boxed());
            rest = after;
        }
        let mut parts = stream::iter(parts).buffered(self.store.options.parallel.max(1));
        let mut whole = BytesMut::new();
        while let Some(part) = parts.try_next().await? {
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// The bytes of one request.
    async fn read_part(&self, part: Extent) -> Result<Bytes, Failure> {
        let ask = || self.store.ask(|bucket| bucket.read(&self.path, &self.version, part));
        self.store
            .retries
            .run(|| async {
                let Some(hedge_after) = self.store.options.hedge_after else { return ask().await };
                let second = async {
                    sleep(hedge_after).await;
                    ask().await
                };
                select_ok([ask().boxed(), second.boxed()]).await.map(|(bytes, _)| bytes)
            })
            .await
    }

    /// Called after reading an object without a strong ETag: it may have been replaced meanwhile.
    async fn check_unchanged(&self) -> Result<(), Failure> {
        let now = self.store.version(&self.path).await?;
        if now == self.version { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn read_runs(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, Failure> {
        let options = &self.store.options;
        let runs = coalesce(ranges, options.max_gap, options.max_request);
        let reads: Vec<_> = runs.iter().map(|run| self.read_extent(run.extent).boxed()).collect();
        let reads = stream::iter(reads).buffered(options.parallel.max(1));
        let read: Vec<Bytes> = reads.try_collect().await?;
        if self.version.etag().is_none() && !runs.is_empty() {
            self.check_unchanged().await?;
        }
        let mut parts = vec![Bytes::new(); ranges.len()];
        for (run, bytes) in runs.iter().zip(read) {
            for &at in &run.ranges {
                if let (Some(part), Some(range)) = (parts.get_mut(at), ranges.get(at)) {
                    *part = slice(&bytes, run.extent, *range)?;
                }
            }
        }
        Ok(parts)
    }
}

#[async_trait]
impl Source for ObjectSource {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn preferred_read(&self) -> u64 {
        self.store.options.portion
    }

    /// Ranges of one request share a buffer.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        check_ranges(&self.path, self.version.len(), ranges)?;
        self.read_runs(ranges).await.map_err(|failure| match failure {
            // This version cannot be read any more.
            Failure::NotFound => Failure::Changed.at(&self.path),
            other => other.at(&self.path),
        })
    }
}

/// The bytes of a range, from those of the extent that contains it.
fn slice(bytes: &Bytes, extent: Extent, range: Extent) -> Result<Bytes, Failure> {
    let start = range.offset.saturating_sub(extent.offset);
    let in_memory = |at| usize::try_from(at).ok().filter(|&at| at <= bytes.len());
    match (in_memory(start), in_memory(start.saturating_add(range.len))) {
        (Some(start), Some(end)) => Ok(bytes.slice(start..end)),
        _ => Err(Failure::permanent("the server sent fewer bytes than it should")),
    }
}
