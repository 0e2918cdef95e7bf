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
/// stretch by stretch by a [`SegmentWriter`], or [finished](Self::finish) into one buffer.
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

/// Rewrites media into a segment, in one pass. Appends to a buffer, which may be another each time.
///
/// If the length of the segment is known before media is read, media comes in several calls.
/// Otherwise one call has all of it.
pub(crate) trait Mux: Send + Sync {
    /// Writes what is before the media.
    fn open(&mut self, _out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }

    /// Writes media: the bytes of the next reads of the plan, of the lengths asked for.
    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error>;

    /// Writes what is after the media.
    fn close(&mut self, _out: &mut Vec<u8>) -> Result<(), Error> {
        Ok(())
    }
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
                self.into_writer().put(media, &mut out)?;
                Ok(vec![out.into()])
            }
        }
    }

    /// Writes the segment stretch by stretch.
    #[must_use]
    pub fn into_writer(self) -> SegmentWriter {
        let mux: Box<dyn Mux> = match self.assembly {
            Assembly::Spliced(pieces) => Box::new(Splice(pieces.into())),
            Assembly::Muxed(mux) => mux,
        };
        SegmentWriter { len: self.len, reads: self.reads, next: 0, written: None, mux }
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

/// Writes a segment stretch by stretch, so that no more than a stretch of it is in memory.
///
/// ```
/// use bytes::Bytes;
/// use dynpack_fragment::{Error, Read, SegmentPlan};
///
/// /// Sends a segment in stretches of about 64 KiB. `read` gives the bytes of a range of a stored
/// /// file.
/// fn send_all(
///     plan: SegmentPlan,
///     read: impl Fn(&Read) -> Bytes,
///     mut send: impl FnMut(&[u8]),
/// ) -> Result<(), Error> {
///     let (mut writer, mut stretch) = (plan.into_writer(), Vec::new());
///     while let Some(reads) = writer.next_reads(64 << 10) {
///         let media: Vec<Bytes> = reads.iter().map(&read).collect();
///         writer.put(&media, &mut stretch)?;
///         send(&stretch);
///         stretch.clear();
///     }
///     Ok(())
/// }
/// ```
pub struct SegmentWriter {
    len: Option<u64>,
    reads: Vec<Read>,
    /// The first read whose bytes have not come.
    next: usize,
    /// Bytes written; `None` before the first.
    written: Option<u64>,
    mux: Box<dyn Mux>,
}

impl SegmentWriter {
    /// The ranges of stored files that the next stretch is made of: as many as have `max_bytes`
    /// together, but at least one. All of them where the length of the segment depends on the media
    /// bytes. `None` if the segment is written.
    #[must_use]
    pub fn next_reads(&self, max_bytes: u64) -> Option<&[Read]> {
        let rest = self.reads.get(self.next..).unwrap_or_default();
        if rest.is_empty() && self.written.is_some() {
            return None;
        }
        let mut bytes = 0_u64;
        let fitting = rest.iter().take_while(|read| {
            bytes = bytes.saturating_add(read.extent.len);
            bytes <= max_bytes
        });
        let count = match self.len {
            Some(_) => fitting.count().max(1).min(rest.len()),
            None => rest.len(),
        };
        rest.get(..count)
    }

    /// Appends the stretch that is made of `media`, the bytes of each of the next reads, to `out`.
    ///
    /// # Errors
    /// As [`SegmentPlan::finish`]. What was appended to `out` then is no part of a segment.
    pub fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        let rest = self.reads.get(self.next..).unwrap_or_default();
        let reads = match self.len {
            Some(_) => rest.get(..media.len().min(rest.len())).unwrap_or_default(),
            None => rest,
        };
        check(reads, media)?;
        self.next = self.next.saturating_add(reads.len());
        let start = out.len();
        if self.written.is_none() {
            self.mux.open(out)?;
        }
        self.mux.put(media.get(..reads.len()).unwrap_or_default(), out)?;
        let is_last = self.next == self.reads.len();
        if is_last {
            self.mux.close(out)?;
        }
        let fresh = out.len().saturating_sub(start) as u64;
        let got = self.written.unwrap_or_default().saturating_add(fresh);
        self.written = Some(got);
        match self.len {
            Some(promised) if is_last && promised != got => {
                Err(Error::BrokenPromise { promised, got })
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for SegmentWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SegmentWriter")
            .field("len", &self.len)
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

/// Encrypts what another writes.
struct Envelope {
    clear: Box<dyn Mux>,
    encryptor: Encryptor,
}

impl Envelope {
    /// Encrypts in place what `write` appends.
    fn seal(
        &mut self,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut dyn Mux, &mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let start = out.len();
        self.encryptor.resume(out);
        write(self.clear.as_mut(), out)?;
        self.encryptor.encrypt(start, out);
        Ok(())
    }
}

impl Mux for Envelope {
    fn open(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.seal(out, |clear, out| clear.open(out))
    }

    fn put(&mut self, media: &[Bytes], out: &mut Vec<u8>) -> Result<(), Error> {
        self.seal(out, |clear, out| clear.put(media, out))
    }

    fn close(&mut self, out: &mut Vec<u8>) -> Result<(), Error> {
        self.seal(out, |clear, out| clear.close(out))?;
        self.encryptor.finish(out);
        Ok(())
    }
}
