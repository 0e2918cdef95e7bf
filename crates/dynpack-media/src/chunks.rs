//! Where all samples of a track lie.

use crate::StoredChunks;
use crate::chunk::Chunk;

/// Where all samples of a track lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Chunks {
    /// The first sample and the offset of each chunk.
    Listed {
        samples: Box<[u32]>,
        offsets: Box<[u64]>,
    },
    Stored(StoredChunks),
}

impl Chunks {
    /// The chunk that holds `sample`, and those after it, of a track of `len` samples. O(log n).
    pub(crate) fn from(&self, sample: u32, len: u32) -> impl Iterator<Item = Chunk> + '_ {
        let (listed, stored) = match self {
            Self::Listed { samples, offsets } => {
                let first = samples.partition_point(|&first| first <= sample).saturating_sub(1);
                let ends = samples.iter().skip(1).copied().chain([len]);
                let chunks = samples.iter().zip(ends).zip(offsets).skip(first);
                let listed =
                    chunks.map(|((&first, end), &offset)| Chunk { samples: first..end, offset });
                (Some(listed), None)
            }
            Self::Stored(chunks) => (None, Some(chunks.from(sample))),
        };
        listed.into_iter().flatten().chain(stored.into_iter().flatten())
    }

    pub(crate) fn memory_size(&self) -> usize {
        match self {
            Self::Listed { samples, offsets } => {
                size_of_val(&**samples).saturating_add(size_of_val(&**offsets))
            }
            Self::Stored(chunks) => chunks.memory_size(),
        }
    }
}
