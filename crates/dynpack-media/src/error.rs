//! Errors of this crate.

use crate::limits::MAX_SEGMENTS;

/// Why media cannot be described or cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The columns of a sample table contradict each other; the file is malformed.
    #[error("the sample table contradicts itself: {0}")]
    SampleTable(String),
    /// There is nothing to present: no track has samples. The publisher of the asset can fix it.
    #[error("no track has samples to present")]
    NothingToPresent,
    /// All tracks together would have more than
    /// [`Timeline::MAX_SEGMENTS`](crate::Timeline::MAX_SEGMENTS) segments: the film is too long,
    /// or has too many tracks, for so short a target.
    #[error(
        "more than {max} segments in all tracks together ({tracks} tracks)",
        max = MAX_SEGMENTS
    )]
    TooManySegments {
        /// Number of tracks with samples.
        tracks: usize,
    },
}
