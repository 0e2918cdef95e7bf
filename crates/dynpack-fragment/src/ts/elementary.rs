//! What the multiplex asks of a codec: how its samples become an elementary stream.

use dynpack_media::Time;

/// Bytes of a sample in the elementary stream, as far as its size determines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Len {
    Exactly(u64),
    /// It depends on the bytes of the sample.
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

/// The maximum number of bytes that samples take in the elementary stream, where that is a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Growth {
    /// Bytes that each sample grows by.
    pub(super) every: u64,
    /// Bytes that a sync sample grows by beyond that.
    pub(super) sync: u64,
    /// The maximum size of a sample that can be carried, in bytes.
    pub(super) max_size: u32,
}

/// How the samples of a track are carried. Errors do not name the sample: the caller knows it.
pub(super) trait Carriage: Send + Sync {
    /// `stream_type` in the PMT (ISO/IEC 13818-1, table 2-34).
    fn stream_type(&self) -> u8;

    /// The descriptors of a clear stream in the PMT.
    fn descriptors(&self) -> Vec<u8> {
        Vec::new()
    }

    /// `stream_id` of the PES packets (table 2-22).
    fn stream_id(&self) -> u8;

    /// How long a sample lasts, for a codec whose samples may share a PES packet.
    fn frame(&self) -> Option<Time>;

    /// How long a sample of `size` bytes comes out.
    fn len_by_size(&self, size: u32, is_sync: bool) -> Result<Len, dynpack_codec::Error>;

    /// The same for all sizes at once; `None` if they do not all grow alike.
    fn growth(&self) -> Option<Growth>;

    /// Writes a sample to `out`, piece by piece: each NAL unit, or the body of a frame, is one
    /// piece. `is_sync` is that of the sample table. Writing twice gives the same: once to count,
    /// and once to keep.
    fn write(
        &self,
        sample: &[u8],
        is_sync: bool,
        out: &mut dyn FnMut(&[u8]),
    ) -> Result<(), dynpack_codec::Error>;
}
