//! What can be wrong with media, as far as this crate can tell.

/// Why media cannot be described or cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The columns of a sample table contradict each other; the file is malformed.
    #[error("the sample table contradicts itself: {0}")]
    SampleTable(String),
    /// There is nothing to present: no track has samples. Whoever stored the asset can fix it.
    #[error("no track has samples to present")]
    NothingToPresent,
    /// The segments of all tracks together would be more than
    /// [`Timeline::MOST_SEGMENTS`](crate::Timeline::MOST_SEGMENTS): the film is too long, or has
    /// too many tracks, for a target as short as that.
    #[error("more than {most} segments in all tracks together ({tracks} tracks)", most = crate::Timeline::MOST_SEGMENTS)]
    TooManySegments {
        /// How many tracks have samples.
        tracks: usize,
    },
}
