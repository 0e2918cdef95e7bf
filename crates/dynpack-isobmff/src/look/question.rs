//! A question about a track, and what answers it.

use std::fmt::Debug;

use bytes::Bytes;
use dynpack_media::{SampleIndex, Track};

use crate::Error;

/// The first bytes of a sample.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) index: SampleIndex,
    /// Where the sample starts, in bytes from the start of the file.
    pub(super) offset: u64,
    /// Bytes of the whole sample.
    pub(super) len: usize,
    pub(super) bytes: Bytes,
}

/// Something about a track that only its samples tell.
pub(super) trait Question: Debug + Send + Sync {
    /// The samples to look at next, at most `max`; none once it is answered.
    fn samples(&mut self, track: &Track, max: usize) -> Vec<SampleIndex>;

    /// Takes the heads of those samples. Samples without bytes have none.
    fn take(&mut self, track: &Track, heads: Vec<Head>);

    /// The track with what was learned, and a warning about it, for people.
    fn answer(self: Box<Self>, track: Track) -> Result<(Track, Option<String>), Error>;
}
