//! Media of segments whose length depends on it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use bytes::Bytes;
use dynpack_fragment::Read;

use super::sources::{Sources, read_each};
use crate::error::Error;
use crate::tasks::{Budget, InFlight, Share};

/// Media of segments whose length depends on it: all of it is in memory while such a segment is
/// sent. Requests for the same segment share it, so it is read once and counted once.
pub(crate) struct HeldMedia {
    budget: Budget,
    being_read: InFlight<String, Result<Arc<Media>, Error>>,
    /// What responses use, by the ETag of their segment.
    held: Arc<Mutex<HashMap<String, Weak<Media>>>>,
}

/// All media of a segment, with the memory that it takes of the budget.
pub(crate) struct Media {
    /// The bytes of each read of the plan.
    pub(crate) bytes: Vec<Bytes>,
    _share: Share,
}

impl HeldMedia {
    /// At most `max_bytes` of media.
    pub(crate) fn new(max_bytes: u64) -> Self {
        Self { budget: Budget::new(max_bytes), being_read: InFlight::new(), held: Arc::default() }
    }

    /// The media of the segment with that ETag, which is `reads` of `sources`: what another
    /// response uses already, or else read at most `batch` bytes at a time, or as many as its
    /// sources prefer.
    ///
    /// # Errors
    /// [`Error::SegmentTooLarge`] if it exceeds the budget, [`Error::Overloaded`] if others use
    /// the budget too long, [`Error::Storage`].
    pub(crate) async fn get(
        &self,
        etag: &str,
        reads: Vec<Read>,
        sources: Sources,
        batch: u64,
    ) -> Result<Arc<Media>, Error> {
        let bytes = reads.iter().map(|read| read.extent.len).fold(0, u64::saturating_add);
        let max = self.budget.max_bytes();
        if bytes > max {
            return Err(Error::SegmentTooLarge { bytes, max });
        }
        let (budget, held, key) = (self.budget.clone(), Arc::clone(&self.held), etag.to_owned());
        let work = async move {
            if let Some(media) = find(&held, &key) {
                return Ok(media);
            }
            let share = budget.take(bytes).await.ok_or(Error::Overloaded)?;
            let preferred = sources.iter().map(|source| source.preferred_read());
            let batch = preferred.fold(batch, u64::max);
            let bytes = read_each(sources, reads, batch).await?;
            let media = Arc::new(Media { bytes, _share: share });
            insert(&held, key, &media);
            Ok(media)
        };
        self.being_read.join(etag.to_owned(), work).await
    }
}

fn find(held: &Mutex<HashMap<String, Weak<Media>>>, etag: &str) -> Option<Arc<Media>> {
    held.lock().unwrap_or_else(PoisonError::into_inner).get(etag)?.upgrade()
}

/// Also removes what no response uses any more.
fn insert(held: &Mutex<HashMap<String, Weak<Media>>>, etag: String, media: &Arc<Media>) {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    held.retain(|_, media| media.strong_count() > 0);
    held.insert(etag, Arc::downgrade(media));
}
