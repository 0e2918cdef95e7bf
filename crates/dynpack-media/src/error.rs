//! Errors of this crate.

use crate::limits::MAX_SEGMENTS;
use crate::{Ticks, Time, TrackId};

/// Why media cannot be described or cut.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The columns of a sample table contradict each other; the file is malformed.
    #[error("the sample table contradicts itself: {0}")]
    SampleTable(String),
    /// The edit list of a track declares a time beyond [`Ticks::FARTHEST`]; the file is malformed.
    #[error("the edit list of track {} declares tick {ticks}, beyond any plausible time", track.0)]
    ImplausibleEdit {
        /// The track, in its file.
        track: TrackId,
        /// That time, on the clock of the track.
        ticks: Ticks,
    },
    /// A track lies farther from the start of the earliest than [`Time::MAX_SECONDS`]. The tracks
    /// do not belong together, or a file is malformed.
    #[error(
        "track {} lies {seconds} seconds from the start of the presentation, more than {max}",
        track.0,
        max = Time::MAX_SECONDS
    )]
    TooFarApart {
        /// The track, in its file.
        track: TrackId,
        /// How far its start or its end lies from the start of the earliest track.
        seconds: u128,
    },
    /// There is nothing to present: no track has samples. The publisher of the asset can fix it.
    #[error("no track has samples to present")]
    NothingToPresent,
    /// A clip ends before it starts, or lies after the end of its media.
    #[error(
        "the clip is empty: from {:.3} to {:.3} s, in {:.3} s of media",
        start.as_seconds(),
        end.as_seconds(),
        media.as_seconds()
    )]
    EmptyClip {
        /// Where it starts.
        start: Time,
        /// Where it ends.
        end: Time,
        /// Where its media ends.
        media: Time,
    },
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
    /// A clip starts so far from its key frame that the pictures before its start, which are not to
    /// be seen, take longer than its first picture. Start it nearer to a key frame.
    #[error(
        "{pictures} pictures of track {} would have to be hidden in one frame; start the clip \
         nearer to a key frame",
        track.0
    )]
    TooManyHidden {
        /// The track, in its file.
        track: TrackId,
        /// Number of pictures that are not to be seen.
        pictures: usize,
    },
}
