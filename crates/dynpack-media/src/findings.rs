//! What presenting movies finds out of their samples.

use crate::{CutTimes, SourceIndex, TrackId};

/// What presenting movies finds out of their samples. It holds for the same movies in the same
/// order, the same server manifest and the same [`CutPolicy`](crate::CutPolicy), and may be kept to
/// present them again for less.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Findings {
    /// Where they are cut.
    pub times: CutTimes,
    /// The measured bitrates in bits per second, of tracks for which none is declared.
    pub bitrates: Vec<MeasuredBitrate>,
}

/// The measured bitrate of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct MeasuredBitrate {
    /// The file of the track.
    pub source: SourceIndex,
    /// The track in its file.
    pub track: TrackId,
    /// Bits per second.
    pub bitrate: u32,
}

impl Findings {
    /// Cuts at those times, without measured bitrates.
    #[must_use]
    pub const fn new(times: CutTimes) -> Self {
        Self { times, bitrates: Vec::new() }
    }

    /// The measured bitrate of a track, in bits per second, if it was found out.
    #[must_use]
    pub fn bitrate(&self, source: SourceIndex, track: TrackId) -> Option<u32> {
        let mut bitrates = self.bitrates.iter();
        let measured = bitrates.find(|one| one.source == source && one.track == track)?;
        Some(measured.bitrate)
    }
}
