//! Why a segment cannot be made.

use dynpack_media::{Extent, SampleIndex};

/// Why a segment cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A sample cannot be carried in the output format; the stored file is malformed.
    #[error("sample {} cannot be carried: {problem}", sample.0)]
    Sample {
        /// The sample, in decoding order of its track.
        sample: SampleIndex,
        /// What is wrong with it.
        problem: String,
    },
    /// The track cannot be carried in the output format, though it is legal.
    #[error("the track cannot be carried in this format: {0}")]
    Unsupported(String),
    /// The track, or a sample of it, cannot be encrypted as asked.
    #[error(
        "{}{problem}",
        sample.map_or_else(String::new, |sample| format!("sample {}: ", sample.0))
    )]
    Encryption {
        /// The sample, in decoding order of its track; `None` where it is the track as such.
        sample: Option<SampleIndex>,
        /// What is wrong, and so who can help.
        #[source]
        problem: dynpack_crypt::Error,
    },
    /// The bytes handed in are not those which the plan asked for: the caller's mistake, or a
    /// source cut short.
    #[error("read {} bytes for the range of {} at {}", got, wanted.len, wanted.offset)]
    WrongRead {
        /// The range asked for.
        wanted: Extent,
        /// Bytes handed in; 0 where the whole range is missing.
        got: u64,
    },
    /// The finished segment is not as long as promised: a mistake in this crate.
    #[error("the segment has {got} bytes where {promised} were promised")]
    BrokenPromise {
        /// The length the plan gave.
        promised: u64,
        /// The length that came out.
        got: u64,
    },
}

impl Error {
    /// A segment of more bytes than memory has addresses.
    pub(crate) fn too_long(len: u64) -> Self {
        Self::Unsupported(format!("a segment of {len} bytes"))
    }
}
