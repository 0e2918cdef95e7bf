//! Media of several files, as it arrives.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use dynpack_fragment::Read;
use dynpack_media::SourceIndex;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryStreamExt};

use super::sources::{Sources, source};
use crate::storage::{StorageError, by_range};

/// The bytes of each read, in the order of the reads. All files are read at the same time.
pub(super) fn arriving(
    sources: &Sources,
    reads: Vec<Read>,
) -> Result<BoxStream<'static, Result<Bytes, StorageError>>, StorageError> {
    // Sources read in the order of the file. Samples of two tracks of one file may not be in it.
    let mut places: Vec<(usize, Read)> = reads.iter().copied().enumerate().collect();
    places.sort_by_key(|(_, read)| (read.source, read.extent.offset));
    let mut files = BTreeMap::new();
    for places in places.chunk_by(|(_, one), (_, next)| one.source == next.source) {
        let Some((_, first)) = places.first() else { continue };
        let ranges: Vec<_> = places.iter().map(|(_, read)| read.extent).collect();
        let arriving = Arc::clone(source(sources, first.source)?).stream(ranges.clone());
        let places = places.iter().map(|(at, _)| *at).collect();
        files.insert(first.source, File { places, arriving: by_range(arriving, ranges) });
    }
    let media = Arriving { files, early: BTreeMap::new() };
    let reads = reads.into_iter().enumerate();
    Ok(stream::try_unfold((media, reads), async |(mut media, mut reads)| {
        let Some((at, read)) = reads.next() else { return Ok(None) };
        Ok(Some((media.take(at, read).await?, (media, reads))))
    })
    .boxed())
}

/// Media that arrives.
struct Arriving {
    files: BTreeMap<SourceIndex, File>,
    /// What arrived before its turn.
    early: BTreeMap<usize, Bytes>,
}

/// What is read of a file, in its order.
struct File {
    /// The places among the reads.
    places: VecDeque<usize>,
    /// The bytes of each.
    arriving: BoxStream<'static, Result<Bytes, StorageError>>,
}

impl Arriving {
    /// The bytes of the read at a place.
    async fn take(&mut self, at: usize, read: Read) -> Result<Bytes, StorageError> {
        loop {
            if let Some(bytes) = self.early.remove(&at) {
                return Ok(bytes);
            }
            let missing = || StorageError::WrongRead { wanted: read.extent, got: 0 };
            let file = self.files.get_mut(&read.source).ok_or_else(missing)?;
            let bytes = file.arriving.try_next().await?.ok_or_else(missing)?;
            self.early.insert(file.places.pop_front().ok_or_else(missing)?, bytes);
        }
    }
}
