//! How a codec's samples become an elementary stream: the seam between the multiplex and the
//! codecs.

use dynpack_media::{Codec, Ticks, Timescale};

use super::adts::Adts;
use super::avc::AnnexB;
use crate::Error;

/// Bytes of a sample in the elementary stream, as far as its size alone tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Len {
    Exactly(u64),
    /// Only the sample itself tells.
    AtMost(u64),
}

impl Len {
    pub(super) const fn exactly(self) -> Option<u64> {
        match self {
            Self::Exactly(len) => Some(len),
            Self::AtMost(_) => None,
        }
    }

    pub(super) const fn at_most(self) -> u64 {
        match self {
            Self::Exactly(len) | Self::AtMost(len) => len,
        }
    }
}

/// The most bytes that samples take in the elementary stream, where that is a matter of adding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Growth {
    /// Bytes that each sample grows by.
    pub(super) every: u64,
    /// Bytes that a sync sample grows by beyond that.
    pub(super) sync: u64,
    /// The largest size of a sample that can be carried, in bytes.
    pub(super) most_size: u32,
}

/// How the samples of a track are carried. A problem with a sample is told in words; the caller
/// knows which sample it is.
pub(super) trait Carriage: Send + Sync {
    /// `stream_type` in the PMT (ISO/IEC 13818-1, table 2-34).
    fn stream_type(&self) -> u8;

    /// `stream_id` of the PES packets (table 2-22).
    fn stream_id(&self) -> u8;

    /// How long a sample lasts, for a codec of which several may share a PES packet.
    fn frame(&self) -> Option<(Ticks, Timescale)>;

    /// How long a sample of `size` bytes comes out.
    fn len_by_size(&self, size: u32, is_sync: bool) -> Result<Len, String>;

    /// The same for all sizes at once; `None` where they do not all grow alike.
    fn growth(&self) -> Option<Growth>;

    /// Writes a sample to `out`, piece by piece, of which one is each NAL unit or the body of a
    /// frame; `is_sync` as the table says it. Written twice, it is the same: once to count, and
    /// once to keep.
    fn write(&self, sample: &[u8], is_sync: bool, out: &mut dyn FnMut(&[u8]))
    -> Result<(), String>;
}

/// The one list of codecs that a transport stream can carry.
pub(super) fn carriage(codec: &Codec) -> Result<Box<dyn Carriage>, Error> {
    match codec {
        Codec::Avc(config) => Ok(Box::new(AnnexB::new(config))),
        Codec::Aac(config) => Ok(Box::new(Adts::new(config)?)),
        other => Err(Error::Unsupported(format!("{} in a transport stream", other.rfc6381()))),
    }
}
