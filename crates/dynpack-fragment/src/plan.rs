//! A segment before its media bytes are read.

use std::collections::VecDeque;
use std::fmt;

use bytes::Bytes;
use dynpack_crypt::envelope::{self, Encryptor};
use dynpack_crypt::{ContentKey, Iv};
use dynpack_media::{Extent, Rendition, SampleIndex, SourceIndex};

use crate::Error;

/// A range of a stored file that a segment needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    /// The file.
    pub source: SourceIndex,
    /// The range.
    pub extent: Extent,
}

impl Read {
    /// Where the samples of `range` are, in decoding order, neighbours joined.
    pub(crate) fn joined(
        rendition: &Rendition,
        range: std::ops::Range<SampleIndex>,
    ) -> impl Iterator<Item = Self> + '_ {
        rendition
            .track
            .samples
            .extents(range)
            .map(|extent| Self { source: rendition.source, extent })
    }

    /// Where each of the samples of `range` is, in decoding order.
    pub(crate) fn samples(
        rendition: &Rendition,
        range: std::ops::Range<SampleIndex>,
    ) -> impl Iterator<Item = Self> + '_ {
        let table = &rendition.track.samples;
        let mut extents = table.extents(range.clone());
        let mut rest = Extent::new(0, 0);
        (range.start.0..range.end.0.min(table.len())).map(move |index| {
            let len = table.size(SampleIndex(index)).into();
            if rest.len == 0 && len > 0 {
                rest = extents.next().unwrap_or(rest);
            }
            let extent = Extent::new(rest.offset, len);
            let offset = rest.offset.saturating_add(len);
            rest = Extent::new(offset, rest.len.saturating_sub(len));
            Self { source: rendition.source, extent }
        })
    }
}

/// A stretch of a finished segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Bytes that were made.
    Bytes(Bytes),
    /// Bytes of a stored file, as they are.
    Read(Read),
}

impl Piece {
    /// Bytes in the finished segment.
    #[must_use]
    pub const fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Read(read) => read.extent.len,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The same, as several where it is a long read.
    fn portions(self) -> Vec<Self> {
        let Self::Read(Read { source, extent }) = self else { return vec![self] };
        let mut portions = Vec::new();
        let mut offset = extent.offset;
        while offset < extent.end() {
            let len = extent.end().saturating_sub(offset).min(MAX_PORTION);
            portions.push(Self::Read(Read { source, extent: Extent::new(offset, len) }));
            offset = offset.saturating_add(len);
        }
        portions
    }
}

/// Maximum number of bytes of a read of media that is encrypted as a whole.
const MAX_PORTION: u64 = 64 << 10;

/// A segment before its media bytes are read: what it needs, and how long it will be.
///
/// A segment that carries the media as stored is a list of [pieces](Self::pieces), and can be sent,
/// or any range of it, without gathering it first. A format that rewrites the media is written
/// in portions by a [`SegmentWriter`], or [finished](Self::finish) into one buffer.
#[derive(Debug)]
pub struct SegmentPlan {
    len: Option<u64>,
    reads: Vec<Read>,
    assembly: Assembly,
}

enum Assembly {
    Spliced(Vec<Piece>),
    Muxed(Box<dyn Mux>),
}

impl fmt::Debug for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spliced(pieces) => f.debug_tuple("Spliced").field(pieces).finish(),
            Self::Muxed(_) => f.write_str("Muxed"),
        }
    }
}

/// Rewrites media into a segment. Appends to a buffer, which may be another in each call.
///
/// If the length of the segment is known before media is read, media comes in several calls of
/// [`put`](Self::put). Otherwise one call has all of it.
pub(crate) trait Mux: Send + Sync {
    /// Writes what is before the media.
    fn open(&mut self, _out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    /// Takes media: the bytes of the next reads of the plan. Writes what can be written then.
    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error>;

    /// The number of bytes of the segment, if it is known since all media was put.
    fn len(&self) -> Option<u64> {
        None
    }

    /// Writes what remains after all media was put, until about `max_bytes` are written. Returns
    /// whether the segment is complete.
    fn proceed(&mut self, _max_bytes: u64, _out: &mut Vec<u8>) -> Result<bool, Error> {
        Ok(true)
    }
}

/// How many items of these lengths a portion takes: as many as fit in `max_bytes`, but at least
/// one.
pub(crate) fn fitting(lens: impl ExactSizeIterator<Item = u64>, max_bytes: u64) -> usize {
    let (all, mut bytes) = (lens.len(), 0_u64);
    let fitting = lens.take_while(|len| {
        bytes = bytes.saturating_add(*len);
        bytes <= max_bytes
    });
    fitting.count().max(1).min(all)
}

#[expect(clippy::len_without_is_empty, reason = "no segment is empty")]
impl SegmentPlan {
    /// A segment of stored bytes as they are, with others between.
    pub(crate) fn spliced(pieces: Vec<Piece>) -> Self {
        Self {
            len: Some(pieces.iter().map(Piece::len).sum()),
            reads: reads(&pieces),
            assembly: Assembly::Spliced(pieces),
        }
    }

    /// A segment that `mux` makes of `reads`; `len` if its length is known already.
    pub(crate) fn muxed(len: Option<u64>, reads: Vec<Read>, mux: Box<dyn Mux>) -> Self {
        Self { len, reads, assembly: Assembly::Muxed(mux) }
    }

    /// The same segment encrypted as a whole by AES-128 (RFC 8216, 4.3.2.4): 1 to 16 bytes longer,
    /// and no longer a list of pieces.
    #[must_use]
    pub fn encrypted(self, key: &ContentKey, iv: Iv) -> Self {
        let (reads, clear): (_, Box<dyn Mux>) = match self.assembly {
            Assembly::Spliced(pieces) => {
                let pieces: VecDeque<_> = pieces.into_iter().flat_map(Piece::portions).collect();
                (reads(&pieces), Box::new(Splice(pieces)))
            }
            Assembly::Muxed(mux) => (self.reads, mux),
        };
        let mux = Box::new(Envelope { clear, encryptor: Encryptor::new(key, iv) });
        Self::muxed(self.len.map(envelope::encrypted_len), reads, mux)
    }

    /// Bytes of the finished segment; `None` where it depends on the media bytes.
    #[must_use]
    pub const fn len(&self) -> Option<u64> {
        self.len
    }

    /// The ranges of stored files that the segment is made of, in the order in which
    /// [`finish`](Self::finish) takes them. Some may be empty.
    #[must_use]
    pub fn reads(&self) -> &[Read] {
        &self.reads
    }

    /// The segment as a list of stretches; `None` where the media is rewritten, as a format or
    /// encryption asks.
    #[must_use]
    pub fn pieces(&self) -> Option<&[Piece]> {
        match &self.assembly {
            Assembly::Spliced(pieces) => Some(pieces),
            Assembly::Muxed(_) => None,
        }
    }

    /// Makes the segment of `media`, the bytes of each of the [`reads`](Self::reads). Bytes which
    /// the segment carries as they are stay where they are: nothing is copied.
    ///
    /// # Errors
    /// [`Error::WrongRead`] if `media` does not match the reads, [`Error::Sample`] if a sample
    /// cannot be carried, [`Error::Encryption`] if one cannot be encrypted.
    pub fn finish(self, media: &[Bytes]) -> Result<Vec<Bytes>, Error> {
        check(&self.reads, media)?;
        match self.assembly {
            Assembly::Spliced(pieces) => {
                let mut media = media.iter();
                let stretches = pieces.into_iter().filter_map(|piece| match piece {
                    Piece::Bytes(bytes) => Some(bytes),
                    Piece::Read(_) => media.next().cloned(),
                });
                Ok(stretches.collect())
            }
            Assembly::Muxed(_) => {
                let len = self.len.unwrap_or_default();
                let capacity = usize::try_from(len).map_err(|_| Error::too_long(len))?;
                let mut out = Vec::with_capacity(capacity);
                self.into_writer(u64::MAX).put(media, &mut out)?;
                Ok(vec![out.into()])
            }
        }
    }

    /// A writer of the segment, in portions of about `max_bytes`.
    #[must_use]
    pub fn into_writer(self, max_bytes: u64) -> SegmentWriter {
        let mux: Box<dyn Mux> = match self.assembly {
            Assembly::Spliced(pieces) => Box::new(Splice(pieces.into())),
            Assembly::Muxed(mux) => mux,
        };
        SegmentWriter {
            len: self.len,
            max_bytes,
            reads: self.reads,
            next: 0,
            written: 0,
            stage: Stage::New,
            mux,
        }
    }
}

/// The reads of the pieces.
fn reads<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> Vec<Read> {
    let reads = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Read(read) => Some(*read),
        Piece::Bytes(_) => None,
    });
    reads.collect()
}

/// Checks that `media` is the bytes of the reads.
fn check(reads: &[Read], media: &[Bytes]) -> Result<(), Error> {
    for (at, read) in reads.iter().enumerate() {
        let got = media.get(at).map_or(0, |bytes| bytes.len() as u64);
        if got != read.extent.len {
            return Err(Error::WrongRead { wanted: read.extent, got });
        }
    }
    Ok(())
}

/// Writes a segment in portions, so that not all of it is in memory at once.
///
/// ```
/// use bytes::Bytes;
/// use dynpack_fragment::{Error, Read, SegmentPlan};
///
/// /// Sends a segment in portions of about 64 KiB. `read` returns the bytes of a range of a stored
/// /// file.
/// fn send_all(
///     plan: SegmentPlan,
///     read: impl Fn(&Read) -> Bytes,
///     mut send: impl FnMut(&[u8]),
/// ) -> Result<(), Error> {
///     let (mut writer, mut portion) = (plan.into_writer(64 << 10), Vec::new());
///     while let Some(reads) = writer.next_reads() {
///         let media: Vec<Bytes> = reads.iter().map(&read).collect();
///         writer.put(&media, &mut portion)?;
///         send(&portion);
///         portion.clear();
///     }
///     Ok(())
/// }
/// ```
pub struct SegmentWriter {
    len: Option<u64>,
    max_bytes: u64,
    reads: Vec<Read>,
    /// The index of the first read that was not put.
    next: usize,
    /// The number of bytes written.
    written: u64,
    stage: Stage,
    mux: Box<dyn Mux>,
}

/// How far a segment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Open,
    Complete,
}

#[expect(clippy::len_without_is_empty, reason = "no segment is empty")]
impl SegmentWriter {
    /// The number of bytes of the segment. `None` if it depends on media that was not put yet.
    #[must_use]
    pub fn len(&self) -> Option<u64> {
        self.len.or_else(|| self.mux.len())
    }

    /// The ranges of stored files that the next portion is made of. If the length of the segment
    /// depends on the media, the first portion needs all of them. Later portions may need none.
    /// `None` if the segment is complete.
    #[must_use]
    pub fn next_reads(&self) -> Option<&[Read]> {
        if self.stage == Stage::Complete {
            return None;
        }
        let rest = self.reads.get(self.next..).unwrap_or_default();
        let count = match self.len {
            Some(_) => fitting(rest.iter().map(|read| read.extent.len), self.max_bytes),
            None => rest.len(),
        };
        rest.get(..count)
    }

    /// Appends the next portion to `out`. `media` is the bytes of each of the [next
    /// reads](Self::next_reads), or of the first of them. If the length of the segment depends on
    /// the media, it is all of them.
    ///
    /// # Errors
    /// As [`SegmentPlan::finish`]. The bytes that were appended to `out` then are not part of a
    /// segment.
    pub fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        let rest = self.reads.get(self.next..).unwrap_or_default();
        let reads = match self.len {
            Some(_) => rest.get(..media.len().min(rest.len())).unwrap_or_default(),
            None => rest,
        };
        check(reads, media)?;
        let start = out.len();
        if self.stage == Stage::New {
            self.mux.open(out)?;
            self.stage = Stage::Open;
        }
        if !reads.is_empty() {
            self.mux.put(media.get(..reads.len()).unwrap_or_default(), out)?;
        }
        self.next = self.next.saturating_add(reads.len());
        if self.next == self.reads.len() && self.mux.proceed(self.max_bytes, out)? {
            self.stage = Stage::Complete;
        }
        let fresh = out.len().saturating_sub(start) as u64;
        self.written = self.written.saturating_add(fresh);
        match (self.stage, self.len()) {
            (Stage::Complete, Some(promised)) if promised != self.written => {
                Err(Error::BrokenPromise { promised, got: self.written })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for SegmentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentWriter")
            .field("len", &self.len())
            .field("written", &self.written)
            .finish_non_exhaustive()
    }
}

/// Writes pieces that were not written yet, as they are.
struct Splice(VecDeque<Piece>);

impl Splice {
    /// Writes all that is before the next read.
    fn put_bytes(&mut self, out: &mut Vec<u8>) {
        while let Some(Piece::Bytes(bytes)) = self.0.front() {
            out.extend_from_slice(bytes);
            self.0.pop_front();
        }
    }
}

impl Mux for Splice {
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.put_bytes(out);
        Ok(())
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        for bytes in media {
            self.0.pop_front();
            out.extend_from_slice(bytes);
            self.put_bytes(out);
        }
        Ok(())
    }
}

/// Encrypts a segment as a whole.
struct Envelope {
    clear: Box<dyn Mux>,
    encryptor: Encryptor,
}

impl Envelope {
    /// Encrypts the bytes that `write` appends, in place.
    fn seal<T>(
        &mut self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut dyn Mux, &mut Vec<u8>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let start = out.len();
        self.encryptor.resume(out);
        let written = write(self.clear.as_mut(), out)?;
        self.encryptor.encrypt(start, out);
        Ok(written)
    }
}

impl Mux for Envelope {
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.seal(out, |clear, out| clear.open(out))
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        self.seal(out, |clear, out| clear.put(media, out))
    }

    fn len(&self) -> Option<u64> {
        self.clear.len().map(envelope::encrypted_len)
    }

    fn proceed(&mut self, max_bytes: u64, out: &mut Vec<u8>) -> Result<bool, Error> {
        let is_complete = self.seal(out, |clear, out| clear.proceed(max_bytes, out))?;
        if is_complete {
            self.encryptor.finish(out);
        }
        Ok(is_complete)
    }
}
