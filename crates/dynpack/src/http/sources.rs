//! The files that hold the media of an asset.

use std::sync::Arc;

use bytes::Bytes;
use dynpack_fragment::Read;
use dynpack_media::SourceIndex;

use crate::storage::{Source, StorageError, read_exactly};

/// The files that hold the media.
pub(crate) type Sources = Arc<[Arc<dyn Source>]>;

/// One of the files.
pub(super) fn source(
    sources: &Sources,
    index: SourceIndex,
) -> Result<&Arc<dyn Source>, StorageError> {
    let source = usize::try_from(index.0).ok().and_then(|at| sources.get(at));
    source.ok_or_else(|| StorageError::NotFound { path: format!("file {} of the asset", index.0) })
}

/// Reads ranges of several files, at most `batch` bytes at a time. Returns the bytes of each, in
/// the requested order.
pub(super) async fn read_each(
    sources: Sources,
    reads: Vec<Read>,
    batch: u64,
) -> Result<Vec<Bytes>, StorageError> {
    let mut media = vec![Bytes::new(); reads.len()];
    let mut places: Vec<(usize, Read)> = reads.into_iter().enumerate().collect();
    places.sort_by_key(|(_, read)| read.source);
    let mut bytes = 0_u64;
    let batches = places.chunk_by(|(_, last), (_, next)| {
        bytes = bytes.saturating_add(last.extent.len);
        let goes_on = last.source == next.source && bytes < batch;
        if !goes_on {
            bytes = 0;
        }
        goes_on
    });
    for places in batches {
        let Some((_, first)) = places.first() else { continue };
        let ranges: Vec<_> = places.iter().map(|(_, read)| read.extent).collect();
        let read = read_exactly(source(&sources, first.source)?.as_ref(), &ranges).await?;
        for ((at, _), bytes) in places.iter().zip(read) {
            if let Some(place) = media.get_mut(*at) {
                *place = bytes;
            }
        }
    }
    Ok(media)
}
