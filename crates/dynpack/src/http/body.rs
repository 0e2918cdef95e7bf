//! The bytes of a response, read from storage as they are sent.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use dynpack_fragment::{Piece, Read, SegmentPlan};
use dynpack_media::{Extent, SourceIndex};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream};

use crate::error::Error;
use crate::storage::{Source, StorageError, read_exactly};
use crate::tasks::spawn_cpu;

/// How many bytes are read from storage at a time. A slow client holds at most this many.
const BATCH: u64 = 1 << 20;

/// The bytes of a response: a stream of buffers with a known total length.
///
/// Media is read from storage a megabyte at a time, when the client takes it. An error in the
/// middle means that the storage failed or the file was replaced. The response must then be
/// aborted, since the rest would not match what was sent.
pub struct Body {
    len: u64,
    pieces: VecDeque<Piece>,
    sources: Arc<[Arc<dyn Source>]>,
    reading: Option<BoxFuture<'static, Result<Vec<Bytes>, StorageError>>>,
}

impl Body {
    /// A body with those bytes.
    #[must_use]
    pub fn of(bytes: Bytes) -> Self {
        Self::new([Piece::Bytes(bytes)], Arc::new([]))
    }

    /// A body of `pieces`. Stored pieces are read from `sources`.
    pub(crate) fn new(
        pieces: impl IntoIterator<Item = Piece>,
        sources: Arc<[Arc<dyn Source>]>,
    ) -> Self {
        let pieces: VecDeque<_> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        Self { len: pieces.iter().map(Piece::len).sum(), pieces, sources, reading: None }
    }

    /// A body with a whole stored file.
    pub(crate) fn of_source(source: Arc<dyn Source>) -> Self {
        let whole = Read { source: SourceIndex(0), extent: Extent::new(0, source.len()) };
        Self::new([Piece::Read(whole)], Arc::new([source]))
    }

    /// The body of a segment. A segment that rewrites its media, of at most `most` bytes, is made
    /// here. Others are read while they are sent.
    pub(crate) async fn from_plan(
        plan: SegmentPlan,
        sources: Arc<[Arc<dyn Source>]>,
        most: u64,
    ) -> Result<Self, Error> {
        if let Some(pieces) = plan.pieces() {
            return Ok(Self::new(pieces.to_vec(), sources));
        }
        let bytes = plan.reads().iter().map(|read| read.extent.len).fold(0, u64::saturating_add);
        if bytes > most {
            return Err(Error::SegmentTooLarge { bytes, most });
        }
        let mut media = Vec::new();
        for reads in plan.reads().chunk_by(|one, next| one.source == next.source) {
            let ranges: Vec<_> = reads.iter().map(|read| read.extent).collect();
            let source =
                reads.first().and_then(|read| sources.get(usize::try_from(read.source.0).ok()?));
            if let Some(source) = source {
                media.extend(read_exactly(source.as_ref(), &ranges).await?);
            }
        }
        let made = spawn_cpu(move || plan.finish(&media)).await?;
        Ok(Self::new(made.into_iter().map(Piece::Bytes), Arc::new([])))
    }

    /// The number of bytes that remain to be sent.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing remains to be sent.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The bytes from `start` up to but not including `end`. Nothing of the body may have been
    /// sent.
    pub(crate) fn slice(self, mut start: u64, mut end: u64) -> Self {
        let pieces = self.pieces.into_iter().filter_map(|piece| {
            let len = piece.len();
            let (from, to) = (start.min(len), end.min(len));
            // They count from the next piece now: what lies before it is cut off at its start.
            (start, end) = (start.saturating_sub(len), end.saturating_sub(len));
            (from < to).then(|| slice(&piece, from, to))
        });
        Self::new(pieces.collect::<Vec<_>>(), self.sources)
    }

    /// All remaining bytes in one buffer, for tests and for small bodies.
    ///
    /// # Errors
    /// [`StorageError`] if the storage fails.
    pub async fn collect(mut self) -> Result<Bytes, StorageError> {
        let mut whole = Vec::new();
        while let Some(bytes) =
            std::future::poll_fn(|context| Pin::new(&mut self).poll_next(context)).await
        {
            whole.extend_from_slice(&bytes?);
        }
        Ok(whole.into())
    }

    /// Removes the next stored pieces of one file from the list, up to a batch.
    fn next_batch(&mut self, first: Read) -> Vec<Extent> {
        let (mut batch, mut next) = (Vec::new(), Some(first));
        let mut room = BATCH;
        while let Some(Read { source, extent }) = next.take() {
            let (taken, rest) = extent.split_at(room);
            batch.push(taken);
            // An extent that is longer leaves no room.
            room = room.saturating_sub(extent.len);
            if rest.len > 0 {
                self.pieces.push_front(Piece::Read(Read { source, extent: rest }));
            } else if room > 0 {
                next = match self.pieces.front() {
                    Some(Piece::Read(read)) if read.source == first.source => Some(*read),
                    _ => None,
                };
                if next.is_some() {
                    self.pieces.pop_front();
                }
            }
        }
        batch
    }

    fn start_reading(&mut self, first: Read) {
        let batch = self.next_batch(first);
        let source =
            usize::try_from(first.source.0).ok().and_then(|at| self.sources.get(at)).cloned();
        self.reading =
            source.map(|source| async move { read_exactly(source.as_ref(), &batch).await }.boxed());
    }

    /// Puts the bytes that were read at the front of the list.
    fn put_back(&mut self, media: Vec<Bytes>) {
        for bytes in media.into_iter().rev().filter(|bytes| !bytes.is_empty()) {
            self.pieces.push_front(Piece::Bytes(bytes));
        }
    }
}

impl Stream for Body {
    type Item = Result<Bytes, StorageError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(reading) = &mut self.reading {
                let Poll::Ready(read) = reading.poll_unpin(context) else { return Poll::Pending };
                self.reading = None;
                match read {
                    Ok(media) => self.put_back(media),
                    Err(error) => {
                        self.pieces.clear();
                        return Poll::Ready(Some(Err(error)));
                    }
                }
            }
            match self.pieces.pop_front() {
                None => return Poll::Ready(None),
                Some(Piece::Bytes(bytes)) => {
                    let len = self.len.checked_sub(bytes.len() as u64);
                    self.len = len.expect("all that remains is at least its first piece");
                    return Poll::Ready(Some(Ok(bytes)));
                }
                Some(Piece::Read(read)) => self.start_reading(read),
            }
        }
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("len", &self.len).finish_non_exhaustive()
    }
}

/// The bytes `from` to before `to` of a piece, which has so many.
fn slice(piece: &Piece, from: u64, to: u64) -> Piece {
    match piece {
        Piece::Bytes(bytes) => {
            let in_memory = |at| usize::try_from(at).expect("a place in bytes that are in memory");
            Piece::Bytes(bytes.slice(in_memory(from)..in_memory(to)))
        }
        Piece::Read(Read { source, extent }) => {
            let (before_end, _) = extent.split_at(to);
            let (_, extent) = before_end.split_at(from);
            Piece::Read(Read { source: *source, extent })
        }
    }
}
