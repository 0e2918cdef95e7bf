//! Ids of tracks.

/// `track_ID` of a track in its file, never 0 (ISO/IEC 14496-12, 8.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u32);
