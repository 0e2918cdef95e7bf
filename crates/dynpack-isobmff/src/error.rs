//! Why a file cannot be opened.

use dynpack_media::{Extent, FourCc, SkippedTrack};

/// Why a file cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file contradicts itself or the standard, or is cut short. Its producer or its store can
    /// fix it.
    #[error("{path} at {offset}: {problem}")]
    Malformed {
        /// The boxes which lead to the place, such as `moov/trak[1]/mdia/minf/stbl/stsz`; of boxes
        /// that may repeat the first is `[1]`.
        path: String,
        /// Where the last of them starts, in bytes from the start of the file.
        offset: u64,
        /// What is wrong.
        problem: String,
    },
    /// The file is something else, such as Matroska.
    #[error("this is not an MP4 file: it does not start with a box, but with \"{start}\"")]
    NotMp4 {
        /// What stands where the type of the first box would.
        start: FourCc,
    },
    /// The file is legal but holds nothing that can be served yet. Another encoding of it would do.
    #[error("{0}")]
    Unsupported(String),
    /// None of its tracks can be served, though the file can be read. Another encoding of it would
    /// do.
    #[error("no track can be served: {}", reasons(.skipped))]
    NoTracks {
        /// All tracks, with the reasons.
        skipped: Vec<SkippedTrack>,
    },
    /// The edit list presents the media in a way that no sequence of whole samples does. A file to
    /// which the edits were applied would do.
    #[error("{path} at {offset}: {problem}; encoding the film again applies its edits")]
    EditList {
        /// The boxes which lead to the place.
        path: String,
        /// Where the last of them starts, in bytes from the start of the file.
        offset: u64,
        /// Which edit cannot be obeyed, and why.
        problem: String,
    },
    /// The samples of a track are described by several sample entries, which no single one can
    /// replace. A file for each coding would do.
    #[error("{path}: the coding changes within the track: {problem}; a file for each would do")]
    CodingChanges {
        /// The boxes which lead to the samples with another entry.
        path: String,
        /// What changes.
        problem: String,
    },
    /// The samples are encrypted already: they can neither be cut otherwise, nor encrypted again. A
    /// clear copy of the file would do.
    #[error("already encrypted: {0}")]
    Encrypted(String),
    /// The file passes one of the [`Limits`](crate::Limits). The operator of the service can raise
    /// it.
    #[error("{path} at {offset}: {found} passes the limit of {allowed} (Limits::{limit})")]
    LimitExceeded {
        /// The name of the field of [`Limits`](crate::Limits).
        limit: &'static str,
        /// The boxes which lead to the place.
        path: String,
        /// Where the last of them starts, in bytes from the start of the file.
        offset: u64,
        /// What the limit allows.
        allowed: u64,
        /// What the file asks for.
        found: u64,
    },
    /// The bytes fed are not those that were asked for: the caller's mistake, or a source that is
    /// shorter than it said.
    #[error("{len} bytes fed at {offset}, {}", expectation(*.wanted))]
    WrongFeed {
        /// What was asked for; `None` if nothing was.
        wanted: Option<Extent>,
        /// Where the bytes were fed.
        offset: u64,
        /// How many were fed.
        len: u64,
    },
    /// Finished before all that is needed was fed: the caller's mistake.
    #[error("finished before the {} bytes at {} were fed", .wanted.len, .wanted.offset)]
    Unfinished {
        /// What is still wanted.
        wanted: Extent,
    },
}

impl Error {
    /// Whether the file is to blame, and so one track of it may be left out for it.
    pub(crate) const fn is_of_the_file(&self) -> bool {
        self.is_damage() || matches!(self, Self::Unsupported(_) | Self::Encrypted(_))
    }

    /// Whether a track cannot be read for it, though its codec is supported.
    pub(crate) const fn is_damage(&self) -> bool {
        matches!(self, Self::Malformed { .. } | Self::CodingChanges { .. } | Self::EditList { .. })
    }
}

/// The reasons for which tracks were left out.
pub(crate) fn reasons(skipped: &[SkippedTrack]) -> String {
    let reasons = skipped.iter().map(|track| format!("track {}: {}", track.id.0, track.reason));
    reasons.collect::<Vec<_>>().join("; ")
}

fn expectation(wanted: Option<Extent>) -> String {
    match wanted {
        Some(wanted) => format!("where the {} bytes at {} are wanted", wanted.len, wanted.offset),
        None => "where nothing is wanted".into(),
    }
}
