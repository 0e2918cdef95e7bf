//! Where all samples of a track lie.

use crate::chunk::Chunk;
use crate::column::{Blocks, Summed};
use crate::{Column, StoredChunks};

/// Where all samples of a track lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chunks {
    /// The first sample and the offset of each chunk.
    Listed {
        samples: Box<[u32]>,
        offsets: Box<[u64]>,
    },
    Stored(StoredChunks),
    /// As an index file has them.
    Counted(CountedChunks),
}

impl Chunks {
    /// The chunk that holds `sample`, and those after it, of a track of `len` samples. O(log n).
    pub(crate) fn from(&self, sample: u32, len: u32) -> impl Iterator<Item = Chunk> + '_ {
        let (mut listed, mut stored, mut counted) = (None, None, None);
        match self {
            Self::Listed { samples, offsets } => {
                let first = samples.partition_point(|&first| first <= sample).saturating_sub(1);
                let ends = samples.iter().skip(1).copied().chain([len]);
                let chunks = samples.iter().zip(ends).zip(offsets).skip(first);
                listed = Some(
                    chunks.map(|((&first, end), &offset)| Chunk { samples: first..end, offset }),
                );
            }
            Self::Stored(chunks) => stored = Some(chunks.from(sample)),
            Self::Counted(chunks) => counted = Some(chunks.from(sample)),
        }
        let stored = stored.into_iter().flatten();
        listed.into_iter().flatten().chain(stored).chain(counted.into_iter().flatten())
    }

    pub(crate) fn memory_size(&self) -> usize {
        match self {
            Self::Listed { samples, offsets } => {
                size_of_val(&**samples).saturating_add(size_of_val(&**offsets))
            }
            Self::Stored(chunks) => chunks.memory_size(),
            Self::Counted(chunks) => chunks.memory_size(),
        }
    }
}

/// Where the samples of a track lie, as an index file has it: how many samples each chunk has, and
/// its offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CountedChunks {
    counts: Summed,
    offsets: Blocks,
}

impl CountedChunks {
    /// The chunks of samples of these sizes. `None` if they do not give each sample a place, a
    /// chunk is empty, or one could end past 63 bits.
    pub(crate) fn new(counts: Column, offsets: Blocks, sizes: &Summed) -> Option<Self> {
        let len = sizes.column().len();
        let bytes = i64::try_from(sizes.before(len)).ok()?;
        offsets.bound()?.checked_add(bytes)?;
        let has_all =
            offsets.len() == counts.len() && !counts.contains(0) && !offsets.has_negative();
        let counts = Summed::new(counts).filter(|_| has_all)?;
        (counts.before(counts.column().len()) == u64::from(len)).then_some(Self { counts, offsets })
    }

    /// The chunk that holds `sample`, and those after it. O(log n).
    fn from(&self, sample: u32) -> impl Iterator<Item = Chunk> + '_ {
        let first = self.counts.index_at(sample.into());
        let mut end = u32::try_from(self.counts.before(first)).unwrap_or(u32::MAX);
        (first..self.counts.column().len()).map_while(move |at| {
            let start = end;
            end = start.saturating_add(self.counts.column().get(at));
            let offset = u64::try_from(self.offsets.get(at)?).ok()?;
            Some(Chunk { samples: start..end, offset })
        })
    }

    fn memory_size(&self) -> usize {
        self.counts.memory_size().saturating_add(self.offsets.byte_len())
    }
}
