//! A segment before its media bytes are read.

use std::fmt;

use bytes::Bytes;
use dynpack_crypt::{ContentKey, Iv, envelope};
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
    /// Where the samples of `range` lie, in decoding order, neighbours joined.
    pub(crate) fn samples(
        rendition: &Rendition,
        range: std::ops::Range<SampleIndex>,
    ) -> impl Iterator<Item = Self> + '_ {
        rendition
            .track
            .samples
            .extents(range)
            .map(|extent| Self { source: rendition.source, extent })
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
}

/// A segment before its media bytes are read: what it needs, and how long it will be.
///
/// A segment that carries the media as stored is a list of [pieces](Self::pieces), and can be sent,
/// or any range of it, without gathering it first. A format which rewrites the media is
/// [finished](Self::finish) into one buffer.
#[derive(Debug)]
pub struct SegmentPlan {
    len: Option<u64>,
    reads: Vec<Read>,
    assembly: Assembly,
}

enum Assembly {
    Spliced(Vec<Piece>),
    Muxed(Box<dyn Mux>),
    /// Another plan, whose reads stand with this one.
    Encrypted {
        clear: Box<SegmentPlan>,
        key: ContentKey,
        iv: Iv,
    },
}

impl fmt::Debug for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spliced(pieces) => f.debug_tuple("Spliced").field(pieces).finish(),
            Self::Muxed(_) => f.write_str("Muxed"),
            Self::Encrypted { clear, .. } => f.debug_tuple("Encrypted").field(clear).finish(),
        }
    }
}

/// Rewrites media into a segment, in one pass.
pub(crate) trait Mux: Send + Sync {
    /// Makes the segment of the bytes of all reads of the plan, in their order and of the lengths
    /// asked for.
    fn mux(self: Box<Self>, media: &[Bytes]) -> Result<Bytes, Error>;
}

#[expect(clippy::len_without_is_empty, reason = "no segment is empty")]
impl SegmentPlan {
    /// A segment of stored bytes as they are, with others between.
    pub(crate) fn spliced(pieces: Vec<Piece>) -> Self {
        let reads = pieces.iter().filter_map(|piece| match piece {
            Piece::Read(read) => Some(*read),
            Piece::Bytes(_) => None,
        });
        Self {
            len: Some(pieces.iter().map(Piece::len).sum()),
            reads: reads.collect(),
            assembly: Assembly::Spliced(pieces),
        }
    }

    /// A segment that `mux` makes of `reads`; `len` if its length is known already.
    pub(crate) fn muxed(len: Option<u64>, reads: Vec<Read>, mux: Box<dyn Mux>) -> Self {
        Self { len, reads, assembly: Assembly::Muxed(mux) }
    }

    /// The same segment encrypted as a whole by AES-128 (RFC 8216, 4.3.2.4): 1 to 16 bytes longer,
    /// and no list of pieces any more.
    #[must_use]
    pub fn encrypted(mut self, key: &ContentKey, iv: Iv) -> Self {
        Self {
            len: self.len.map(envelope::encrypted_len),
            reads: std::mem::take(&mut self.reads),
            assembly: Assembly::Encrypted { clear: Box::new(self), key: key.clone(), iv },
        }
    }

    /// Bytes of the finished segment; `None` where it depends on the media bytes.
    #[must_use]
    pub const fn len(&self) -> Option<u64> {
        self.len
    }

    /// The ranges of stored files that the segment is made of, in the order in which
    /// [`finish`](Self::finish) takes them.
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
            Assembly::Muxed(_) | Assembly::Encrypted { .. } => None,
        }
    }

    /// Makes the segment of `media`, the bytes of each of the [`reads`](Self::reads). Bytes which
    /// the segment carries as they are stay where they are: nothing is copied.
    ///
    /// # Errors
    /// [`Error::WrongRead`] if `media` does not match the reads, [`Error::Sample`] if a sample
    /// cannot be carried, [`Error::Encryption`] if one cannot be encrypted.
    pub fn finish(self, media: &[Bytes]) -> Result<Vec<Bytes>, Error> {
        for (at, read) in self.reads.iter().enumerate() {
            let got = media.get(at).map_or(0, |bytes| bytes.len() as u64);
            if got != read.extent.len {
                return Err(Error::WrongRead { wanted: read.extent, got });
            }
        }
        self.make(media)
    }

    fn make(self, media: &[Bytes]) -> Result<Vec<Bytes>, Error> {
        let segment = match self.assembly {
            Assembly::Spliced(pieces) => {
                let mut media = media.iter();
                let stretches = pieces.into_iter().filter_map(|piece| match piece {
                    Piece::Bytes(bytes) => Some(bytes),
                    Piece::Read(_) => media.next().cloned(),
                });
                stretches.collect()
            }
            Assembly::Muxed(mux) => vec![mux.mux(media)?],
            Assembly::Encrypted { clear, key, iv } => vec![encrypt(clear.make(media)?, &key, iv)],
        };
        let got = segment.iter().map(|stretch| stretch.len() as u64).sum();
        match self.len {
            Some(promised) if promised != got => Err(Error::BrokenPromise { promised, got }),
            _ => Ok(segment),
        }
    }
}

/// Encrypts a segment into one buffer: the one in which it was made, if it was.
fn encrypt(mut segment: Vec<Bytes>, key: &ContentKey, iv: Iv) -> Bytes {
    let encrypted = match segment.pop() {
        Some(made) if segment.is_empty() && made.is_unique() => {
            envelope::encrypt_in_place(key, iv, made.into())
        }
        last => {
            segment.extend(last);
            envelope::encrypt(key, iv, &segment)
        }
    };
    encrypted.into()
}
