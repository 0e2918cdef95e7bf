//! How assets are opened.

use std::time::{Duration, SystemTime};

use dynpack_isobmff::Limits;
use dynpack_media::CutPolicy;
use dynpack_text::Options as TextOptions;

use crate::storage::Identity;

/// How assets are opened, and how long they stay open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    pub(crate) policy: CutPolicy,
    pub(crate) limits: Limits,
    /// How files of subtitles are read.
    pub(crate) texts: TextOptions,
    /// Maximum size in bytes of the indexes of all open assets together.
    pub(crate) cache_bytes: u64,
    /// Maximum number of files that all open assets hold open together.
    pub(crate) cache_files: u64,
    /// How long an asset is served before its files are checked again.
    pub(crate) revalidate_after: Duration,
    /// For how long after its last write a file may still be being written.
    pub(crate) settled_after: Duration,
    /// Whether indexes that are missing are stored.
    pub(crate) writes_indexes: bool,
}

impl Opening {
    /// Whether nobody has written to these files for some time.
    pub(crate) fn is_settled<'a>(&self, files: impl IntoIterator<Item = &'a Identity>) -> bool {
        let now = SystemTime::now();
        let mut written = files.into_iter().filter_map(Identity::last_write);
        // The clock of a file server may be ahead.
        let age = |time| now.duration_since(time).unwrap_or_else(|ahead| ahead.duration());
        written.all(|time| age(time) >= self.settled_after)
    }
}
