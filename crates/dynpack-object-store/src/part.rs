//! A request of a stream of bytes.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dynpack::Extent;
use dynpack::storage::StorageError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What one request reads for a stream. Bytes are sent on as they arrive. They wait without a
/// bound of their own: there are no more than the reader of the stream asked for.
pub(crate) struct Part {
    extent: Extent,
    /// The ranges that it is for, of which none overlap, in the order of the file.
    ranges: Vec<Extent>,
    /// How many bytes have arrived.
    got: AtomicU64,
    out: UnboundedSender<Result<Bytes, StorageError>>,
}

impl Part {
    /// A request for an extent, and where its bytes go.
    pub(crate) fn new(
        extent: Extent,
        ranges: Vec<Extent>,
    ) -> (Self, UnboundedReceiver<Result<Bytes, StorageError>>) {
        let (out, arriving) = unbounded_channel();
        (Self { extent, ranges, got: AtomicU64::new(0), out }, arriving)
    }

    /// What has not arrived.
    pub(crate) fn rest(&self) -> Extent {
        self.extent.split_at(self.got.load(Ordering::Relaxed)).1
    }

    /// Sends on what the ranges have of the next bytes.
    pub(crate) fn take(&self, bytes: &Bytes) {
        let start = self.rest().offset;
        self.got.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        let place = |offset: u64| {
            let place = usize::try_from(offset.saturating_sub(start)).unwrap_or(usize::MAX);
            place.min(bytes.len())
        };
        for range in &self.ranges {
            let wanted = bytes.slice(place(range.offset)..place(range.end()));
            if !wanted.is_empty() {
                self.send(Ok(wanted));
            }
        }
    }

    /// Ends the stream by an error.
    pub(crate) fn fail(&self, error: StorageError) {
        self.send(Err(error));
    }

    fn send(&self, item: Result<Bytes, StorageError>) {
        // The reader may have gone away.
        let _ = self.out.send(item);
    }
}
