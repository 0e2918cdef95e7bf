//! A file that is read through the cache.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use dynpack::storage::{Identity, Source, StorageError, check_ranges};
use futures_util::future::{BoxFuture, try_join_all};
use futures_util::stream::{self, BoxStream};
use futures_util::{FutureExt, StreamExt, TryFutureExt, TryStreamExt};

use crate::blocks::{Arriving, Blocks, Wanted};

/// One version of a file, in blocks.
pub(crate) struct CachedSource {
    source: Arc<dyn Source>,
    path: String,
    /// What the keys of its blocks have in common.
    file: String,
    blocks: Arc<Blocks>,
    block: u64,
}

impl CachedSource {
    pub(crate) fn new(
        source: Arc<dyn Source>,
        name: &str,
        path: &str,
        blocks: Arc<Blocks>,
        block: u32,
    ) -> Self {
        let identity = source.identity();
        // Paths and names of storages have no NUL.
        let file = format!("{name}\0{path}\0{}\0{}", identity.version(), identity.len());
        Self { source, path: path.to_owned(), file, blocks, block: u64::from(block) }
    }

    /// The blocks that ranges touch, by their numbers.
    async fn touched(&self, ranges: &[Extent]) -> Result<BTreeMap<u64, Arriving>, StorageError> {
        check_ranges(&self.path, self.len(), ranges)?;
        let mut numbers: Vec<u64> = ranges.iter().flat_map(|&range| self.numbers(range)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let wanted = numbers.iter().map(|&number| self.wanted(number)).collect();
        let blocks = self.blocks.get(&self.source, wanted).await;
        Ok(numbers.into_iter().zip(blocks).collect())
    }

    /// The numbers of the blocks that a range touches.
    fn numbers(&self, range: Extent) -> std::ops::Range<u64> {
        let number = |at: u64| at.checked_div(self.block).unwrap_or_default();
        let first = number(range.offset);
        match range.end().checked_sub(1) {
            Some(last) if range.len > 0 => first..number(last).saturating_add(1),
            _ => first..first,
        }
    }

    fn wanted(&self, number: u64) -> Wanted {
        let offset = number.saturating_mul(self.block);
        let len = self.block.min(self.len().saturating_sub(offset));
        Wanted { key: format!("{}\0{number}", self.file), extent: Extent::new(offset, len) }
    }

    /// The parts of blocks that make a range, each once it arrives.
    fn parts(
        &self,
        range: Extent,
        blocks: &BTreeMap<u64, Arriving>,
    ) -> Vec<BoxFuture<'static, Result<Bytes, StorageError>>> {
        let part = |(number, block): (&u64, &Arriving)| {
            let start = number.saturating_mul(self.block);
            let part = move |bytes: Bytes| {
                let place = |at: u64| {
                    let at = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                    at.min(bytes.len())
                };
                bytes.slice(place(range.offset)..place(range.end()))
            };
            block.clone().map_ok(part).boxed()
        };
        blocks.range(self.numbers(range)).map(part).collect()
    }
}

#[async_trait]
impl Source for CachedSource {
    fn identity(&self) -> &Identity {
        self.source.identity()
    }

    fn preferred_read(&self) -> u64 {
        self.source.preferred_read()
    }

    /// A range within a block shares its buffer.
    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let blocks = self.touched(ranges).await?;
        let read = ranges.iter().map(|&range| try_join_all(self.parts(range, &blocks)));
        Ok(try_join_all(read).await?.into_iter().map(joined).collect())
    }

    /// Each block leaves as it arrives.
    fn stream(
        self: Arc<Self>,
        ranges: Vec<Extent>,
    ) -> BoxStream<'static, Result<Bytes, StorageError>> {
        let parts = async move {
            let blocks = self.touched(&ranges).await?;
            let parts = ranges.iter().flat_map(|&range| self.parts(range, &blocks));
            Ok(stream::iter(parts.collect::<Vec<_>>()).then(|part| part))
        };
        stream::once(parts).try_flatten().boxed()
    }
}

/// Parts in one buffer.
fn joined(parts: Vec<Bytes>) -> Bytes {
    match <[Bytes; 1]>::try_from(parts) {
        Ok([part]) => part,
        Err(parts) => {
            let len = parts.iter().map(Bytes::len).fold(0, usize::saturating_add);
            let mut whole = BytesMut::with_capacity(len);
            for part in parts {
                whole.extend_from_slice(&part);
            }
            whole.freeze()
        }
    }
}
