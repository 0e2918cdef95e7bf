//! One version of one object, opened.

use std::collections::VecDeque;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use dynpack::storage::{Identity, Run, Source, StorageError, at_once, check_ranges, coalesce};
use futures_util::future::select_ok;
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::bucket::{Version, buffer};
use crate::failure::Failure;
use crate::part::Part;
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

    fn runs(&self, ranges: &[Extent]) -> Vec<Run> {
        coalesce(ranges, self.store.options.max_gap, self.store.options.max_request)
    }

    /// What is requested for an extent: parts of it, if it is long.
    fn parts(&self, extent: Extent) -> Vec<Extent> {
        let (mut parts, mut rest) = (Vec::new(), extent);
        while rest.len > 0 {
            let (part, after) = rest.split_at(self.store.options.max_request.max(1));
            parts.push(part);
            rest = after;
        }
        parts
    }

    /// The bytes of an extent, by several requests if it is long.
    async fn read_extent(&self, extent: Extent) -> Result<Bytes, Failure> {
        let parts = self.parts(extent);
        if let [part] = parts[..] {
            return self.read_part(part).await;
        }
        let parts: Vec<_> = parts.into_iter().map(|part| self.read_part(part).boxed()).collect();
        let mut parts = stream::iter(parts).buffered(self.store.options.parallel.max(1));
        let mut whole = BytesMut::new();
        while let Some(part) = parts.try_next().await? {
            whole.extend_from_slice(&part);
        }
        Ok(whole.freeze())
    }

    /// The bytes of one request.
    async fn read_part(&self, part: Extent) -> Result<Bytes, Failure> {
        let ask = || async {
            let mut bytes = buffer(part.len);
            self.ask(part, &mut |arrived| bytes.extend_from_slice(&arrived)).await?;
            Ok(bytes.freeze())
        };
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

    /// Makes one attempt at a request.
    async fn ask(&self, part: Extent, take: &mut (dyn FnMut(Bytes) + Send)) -> Result<(), Failure> {
        self.store.ask(|bucket| bucket.read(&self.path, &self.version, part, take)).await
    }

    /// Sends on the bytes of one request as they arrive. If it breaks off, what is missing is
    /// requested again.
    async fn send(&self, part: Part) {
        let attempt = || async {
            match part.rest() {
                Extent { len: 0, .. } => Ok(()),
                rest => self.ask(rest, &mut |bytes| part.take(&bytes)).await,
            }
        };
        if let Err(failure) = self.store.retries.run(attempt).await {
            part.fail(self.error(failure));
        }
    }

    /// Whether bytes may leave before all of them have arrived. Without a strong ETag, an object
    /// has to be looked at again before that. Of an answer that is hedged, it is not known before
    /// which one counts.
    fn streams(&self) -> bool {
        self.version.etag().is_some() && self.store.options.hedge_after.is_none()
    }

    fn error(&self, failure: Failure) -> StorageError {
        match failure {
            // This version cannot be read any more.
            Failure::NotFound => Failure::Changed.at(&self.path),
            other => other.at(&self.path),
        }
    }

    /// Called after reading an object without a strong ETag: it may have been replaced meanwhile.
    async fn check_unchanged(&self) -> Result<(), Failure> {
        let now = self.store.version(&self.path).await?;
        if now == self.version { Ok(()) } else { Err(Failure::Changed) }
    }

    async fn read_runs(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, Failure> {
        let runs = self.runs(ranges);
        let reads: Vec<_> = runs.iter().map(|run| self.read_extent(run.extent).boxed()).collect();
        let reads = stream::iter(reads).buffered(self.store.options.parallel.max(1));
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
        self.read_runs(ranges).await.map_err(|failure| self.error(failure))
    }

    /// Reads in a task of its own, as fast as the server sends, so that a client that is slow
    /// occupies no connection.
    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        let runs = self.runs(&ranges);
        // What is requested out of the order of the file is put in order once all of it is there.
        let is_ascending = runs.iter().flat_map(|run| &run.ranges).is_sorted();
        let are_within = check_ranges(&self.path, self.version.len(), &ranges).is_ok();
        if !(self.streams() && is_ascending && are_within) {
            return at_once(self, ranges);
        }
        let extents = runs.iter().flat_map(|run| {
            let within = run.ranges.iter().filter_map(|&at| ranges.get(at));
            let ranges: Vec<_> = within.copied().collect();
            self.parts(run.extent).into_iter().map(move |part| (part, ranges.clone()))
        });
        let (parts, arriving): (Vec<_>, _) =
            extents.map(|(part, ranges)| Part::new(part, ranges)).unzip();
        let mut reading = JoinSet::new();
        reading.spawn(async move {
            let parts: Vec<_> = parts.into_iter().map(|part| self.send(part).boxed()).collect();
            let parallel = self.store.options.parallel.max(1);
            stream::iter(parts).for_each_concurrent(parallel, |part| part).await;
        });
        let arriving = Arriving { parts: arriving, _reading: reading };
        stream::unfold(arriving, async |mut arriving| Some((arriving.next().await?, arriving)))
            .boxed()
    }
}

/// The bytes of parts, one part after another.
struct Arriving {
    parts: VecDeque<UnboundedReceiver<Result<Bytes, StorageError>>>,
    /// The task that reads them. It ends when this is dropped.
    _reading: JoinSet<()>,
}

impl Arriving {
    async fn next(&mut self) -> Option<Result<Bytes, StorageError>> {
        while let Some(part) = self.parts.front_mut() {
            let next = part.recv().await;
            if next.is_some() {
                return next;
            }
            self.parts.pop_front();
        }
        None
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
