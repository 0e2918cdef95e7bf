//! The bytes of a response, read from storage as they are sent.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use dynpack_fragment::{Piece, Read, SegmentPlan, SegmentWriter};
use dynpack_media::{Extent, SourceIndex};
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tracing::warn;

use super::arriving::arriving;
use super::held_media::{HeldMedia, Media};
use super::sources::{Sources, source};
use crate::buffers::{Buffers, Held};
use crate::error::Error;
use crate::storage::{Source, StorageError, exactly};
use crate::tasks::spawn_cpu;

/// The maximum size of a segment, in bytes, that is rewritten on the thread of its request. A
/// longer one would delay others for milliseconds.
const MAX_INLINE: usize = 4 << 20;

/// The bytes of a response: a stream of buffers with a known total length.
///
/// Media is read from storage half a megabyte at a time, or what its source prefers
/// ([`Source::preferred_read`]), when the client takes it. It leaves as it arrives. An error in the
/// middle means that the storage failed, the file was replaced, or its media is malformed. The
/// response must then be aborted, since the rest would not match what was sent.
pub struct Body {
    /// The number of bytes that remain to be sent.
    len: u64,
    /// The number of bytes before those.
    skip: u64,
    /// Buffers that are complete.
    ready: VecDeque<Bytes>,
    rest: Rest,
    sources: Sources,
    buffers: Buffers,
    /// The memory of the portion that is being sent, if it is longer than a batch.
    held: Option<Held>,
    /// The media of a portion that is being read: as it is stored, or of each read of a writer.
    reading: Option<BoxStream<'static, Result<Bytes, StorageError>>>,
}

/// The part of a body that is not read yet.
enum Rest {
    /// Stored bytes, unchanged.
    Pieces(VecDeque<Piece>),
    /// Media that is rewritten.
    Segment {
        writer: Box<SegmentWriter>,
        /// Bytes of a portion, where media that was read before is written in portions.
        portion: usize,
        /// That media.
        _media: Option<Arc<Media>>,
    },
}

impl Body {
    /// A body with those bytes.
    #[must_use]
    pub fn of(bytes: Bytes) -> Self {
        Self::new([Piece::Bytes(bytes)], Arc::new([]))
    }

    /// A body of `pieces`. Stored pieces are read from `sources`.
    pub(crate) fn new(pieces: impl IntoIterator<Item = Piece>, sources: Sources) -> Self {
        let pieces: VecDeque<_> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
        let len = pieces.iter().map(Piece::len).sum();
        Self::with(len, Rest::Pieces(pieces), sources)
    }

    fn with(len: u64, rest: Rest, sources: Sources) -> Self {
        let buffers = Buffers::of_process();
        let ready = VecDeque::new();
        Self { len, skip: 0, ready, rest, sources, buffers, held: None, reading: None }
    }

    /// A body with a whole stored file.
    pub(crate) fn of_source(source: Arc<dyn Source>) -> Self {
        let whole = Read { source: SourceIndex(0), extent: Extent::new(0, source.len()) };
        Self::new([Piece::Read(whole)], Arc::new([source]))
    }

    /// The body of the segment with that ETag. It is read while it is sent. If its length depends
    /// on the media, it is made here instead, from media that is held.
    pub(crate) async fn from_plan(
        plan: SegmentPlan,
        sources: Sources,
        held: &HeldMedia,
        etag: &str,
    ) -> Result<Self, Error> {
        if let Some(pieces) = plan.pieces() {
            return Ok(Self::new(pieces.to_vec(), sources));
        }
        let (known_len, buffers) = (plan.len(), Buffers::of_process());
        let preferred = sources.iter().map(|source| source.preferred_read()).max();
        let longest = preferred.unwrap_or_default().min(known_len.unwrap_or_default());
        let held_portion = buffers.hold(longest);
        let batch = held_portion.as_ref().map_or_else(|| buffers.batch(), Held::bytes);
        let mut writer = Box::new(plan.into_writer(batch));
        let (mut first, mut portion, mut held_media) = (None, 0, None);
        if known_len.is_none() {
            let reads = writer.next_reads().unwrap_or_default().to_vec();
            let media = held.get(etag, reads, Arc::clone(&sources), batch).await?;
            held_media = Some(Arc::clone(&media));
            portion = usize::try_from(batch).expect("less than a megabyte");
            let bytes: usize = media.bytes.iter().map(Bytes::len).sum();
            let work = move || (write(&mut writer, &media.bytes, portion, &buffers), writer);
            let (made, begun) = if bytes <= MAX_INLINE { work() } else { spawn_cpu(work).await };
            first = Some(made?);
            writer = begun;
        }
        let len = writer.len().unwrap_or_default();
        let rest = Rest::Segment { writer, portion, _media: held_media };
        let mut body = Self::with(len, rest, sources);
        body.ready.extend(first);
        body.held = held_portion;
        Ok(body)
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
    pub(crate) fn slice(self, start: u64, end: u64) -> Self {
        let len = end.saturating_sub(start);
        let Rest::Pieces(pieces) = self.rest else {
            return Self { skip: start, len, ..self };
        };
        let (mut start, mut end) = (start, end);
        let pieces = pieces.into_iter().filter_map(|piece| {
            let len = piece.len();
            let (from, to) = (start.min(len), end.min(len));
            // From here they count from the start of the next piece.
            (start, end) = (start.saturating_sub(len), end.saturating_sub(len));
            (from < to).then(|| slice(&piece, from, to))
        });
        Self::new(pieces.collect::<Vec<_>>(), self.sources)
    }

    /// Makes the first bytes of a body that is rewritten, so that an error in them is the answer to
    /// the request, and does not abort the response in the middle.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        if matches!(self.rest, Rest::Segment { .. }) {
            let first = poll_fn(|context| self.poll_bytes(context)).await;
            if let Some(first) = first.transpose()? {
                self.len = self.len.saturating_add(first.len() as u64);
                self.ready.push_front(first);
            }
        }
        Ok(())
    }

    /// All remaining bytes in one buffer, for tests and for small bodies.
    ///
    /// # Errors
    /// As the stream.
    pub async fn collect(mut self) -> Result<Bytes, Error> {
        let mut whole = Vec::new();
        while let Some(bytes) = poll_fn(|context| Pin::new(&mut self).poll_next(context)).await {
            whole.extend_from_slice(&bytes?);
        }
        Ok(whole.into())
    }

    /// The next bytes, or none of them if they must be read first: that starts here. `None` at the
    /// end.
    fn next(&mut self) -> Result<Option<Bytes>, Error> {
        self.reading = match &mut self.rest {
            Rest::Pieces(pieces) => match pieces.pop_front() {
                None => return Ok(None),
                Some(Piece::Bytes(bytes)) => return Ok(Some(bytes)),
                Some(Piece::Read(first)) => {
                    let source = source(&self.sources, first.source)?;
                    // What was read before is sent.
                    self.held = None;
                    self.held = self.buffers.hold(source.preferred_read().min(self.len));
                    let room = self.held.as_ref().map(Held::bytes);
                    let room = room.unwrap_or_else(|| self.buffers.batch());
                    let batch = next_batch(pieces, first, room);
                    Some(exactly(Arc::clone(source).stream(batch.clone()), &batch))
                }
            },
            Rest::Segment { writer, portion, .. } => match writer.next_reads() {
                None => return Ok(None),
                Some([]) => return write(writer, &[], *portion, &self.buffers).map(Some),
                Some(reads) => Some(arriving(&self.sources, reads.to_vec())?),
            },
        };
        Ok(Some(Bytes::new()))
    }

    /// Takes what has arrived of the media that is being read, up to a batch.
    fn poll_media(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        let (mut media, mut len, max) = (Vec::new(), 0, self.buffers.batch());
        while let Some(reading) = &mut self.reading
            && len < max
        {
            match reading.poll_next_unpin(context) {
                Poll::Ready(Some(bytes)) => {
                    let bytes = bytes?;
                    len = len.saturating_add(bytes.len() as u64);
                    media.push(bytes);
                }
                Poll::Ready(None) => self.reading = None,
                Poll::Pending if media.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        Poll::Ready(self.take_in(media))
    }

    /// Takes media that was read.
    fn take_in(&mut self, media: Vec<Bytes>) -> Result<(), Error> {
        match &mut self.rest {
            Rest::Pieces(_) => self.ready.extend(media),
            Rest::Segment { writer, .. } if !media.is_empty() => {
                let len = media.iter().map(Bytes::len).fold(0, usize::saturating_add);
                let made = write(writer, &media, len, &self.buffers)?;
                self.ready.push_back(made);
            }
            Rest::Segment { .. } => {}
        }
        Ok(())
    }

    /// The requested part of the next bytes.
    fn wanted(&mut self, mut bytes: Bytes) -> Bytes {
        let skipped = usize::try_from(self.skip).map_or(bytes.len(), |skip| skip.min(bytes.len()));
        self.skip = self.skip.saturating_sub(skipped as u64);
        drop(bytes.split_to(skipped));
        if let Ok(len) = usize::try_from(self.len) {
            bytes.truncate(len);
        }
        self.len = self.len.saturating_sub(bytes.len() as u64);
        bytes
    }

    fn poll_bytes(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        while self.len > 0 {
            if self.ready.is_empty() && self.reading.is_some() {
                ready!(self.poll_media(context))?;
            }
            let next = match self.ready.pop_front() {
                Some(bytes) => bytes,
                None => match self.next()? {
                    Some(bytes) => bytes,
                    None => break,
                },
            };
            let wanted = self.wanted(next);
            if !wanted.is_empty() {
                return Poll::Ready(Some(Ok(wanted)));
            }
        }
        Poll::Ready(None)
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.poll_bytes(context);
        if let Poll::Ready(Some(Err(error))) = &polled {
            warn!(%error, unsent = self.len, "a response breaks off");
            self.len = 0;
        }
        polled
    }
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Body").field("len", &self.len).finish_non_exhaustive()
    }
}

/// Writes a portion of about `len` bytes into a buffer.
fn write(
    writer: &mut SegmentWriter,
    media: &[Bytes],
    len: usize,
    buffers: &Buffers,
) -> Result<Bytes, Error> {
    // Media grows by a twentieth at most.
    let mut out = buffers.take_empty(len.saturating_add(len / 20));
    writer.put(media, out.as_mut_vec())?;
    let len = out.as_ref().len();
    Ok(out.freeze(len))
}

/// Removes the next stored pieces of one file from the list, up to `room` bytes with the first.
fn next_batch(pieces: &mut VecDeque<Piece>, first: Read, mut room: u64) -> Vec<Extent> {
    let (mut batch, mut next) = (Vec::new(), Some(first));
    while let Some(Read { source, extent }) = next.take() {
        let (taken, rest) = extent.split_at(room);
        batch.push(taken);
        // An extent that is longer leaves no room.
        room = room.saturating_sub(extent.len);
        if rest.len > 0 {
            pieces.push_front(Piece::Read(Read { source, extent: rest }));
        } else if room > 0 {
            next = match pieces.front() {
                Some(Piece::Read(read)) if read.source == source => Some(*read),
                _ => None,
            };
            if next.is_some() {
                pieces.pop_front();
            }
        }
    }
    batch
}

/// The bytes of a piece from `from` up to but not including `to`.
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
