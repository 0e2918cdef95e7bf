//! A file that is read through the cache.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use dynpack::Extent;
use dynpack::storage::{Identity, Source, StorageError, check_ranges};

use crate::blocks::{Blocks, Wanted};

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
    async fn touched(&self, ranges: &[Extent]) -> Result<BTreeMap<u64, Bytes>, StorageError> {
        check_ranges(&self.path, self.len(), ranges)?;
        let ranges = ranges.iter().filter(|range| range.len > 0);
        let mut numbers: Vec<u64> = ranges.flat_map(|&range| self.numbers(range)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let wanted = numbers.iter().map(|&number| self.wanted(number)).collect();
        let read = self.blocks.get(&self.source, wanted).await?;
        Ok(numbers.into_iter().zip(read).collect())
    }

    /// The numbers of the blocks that a range touches, which is not empty.
    fn numbers(&self, range: Extent) -> std::ops::RangeInclusive<u64> {
        let number = |at: u64| at.checked_div(self.block).unwrap_or_default();
        number(range.offset)..=number(range.end().saturating_sub(1))
    }

    fn wanted(&self, number: u64) -> Wanted {
        let offset = number.saturating_mul(self.block);
        let len = self.block.min(self.len().saturating_sub(offset));
        Wanted { key: format!("{}\0{number}", self.file), extent: Extent::new(offset, len) }
    }

    /// The parts of blocks that make a range.
    fn parts(&self, range: Extent, blocks: &BTreeMap<u64, Bytes>) -> Vec<Bytes> {
        if range.len == 0 {
            return Vec::new();
        }
        let numbers = self.numbers(range);
        let part = |(number, bytes): (&u64, &Bytes)| {
            let start = number.saturating_mul(self.block);
            let place = |at: u64| {
                let at = usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
                at.min(bytes.len())
            };
            bytes.slice(place(range.offset)..place(range.end()))
        };
        blocks.range(numbers).map(part).collect()
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
        Ok(ranges.iter().map(|&range| joined(self.parts(range, &blocks))).collect())
    }

    async fn read_joined(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let blocks = self.touched(ranges).await?;
        Ok(ranges.iter().flat_map(|&range| self.parts(range, &blocks)).collect())
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
