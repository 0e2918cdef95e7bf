//! One sample of a track.

use crate::Ticks;

/// The place of a sample in decoding order, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SampleIndex(pub u32);

/// One sample (access unit, audio frame) as the table describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sample {
    /// Its place in decoding order.
    pub index: SampleIndex,
    /// Sum of the durations before it, in the track's timescale.
    pub decode_time: Ticks,
    /// Ticks from its decode time to that of the next sample.
    pub duration: Ticks,
    /// Composition time less decode time, in ticks; may be negative.
    pub composition_offset: Ticks,
    /// Bytes.
    pub size: u32,
    /// Whether decoding can start here.
    pub is_sync: bool,
}

impl Sample {
    /// Its composition time on the track's own clock, before edit lists: its decode time plus its
    /// offset.
    #[must_use]
    pub fn composition_time(&self) -> Ticks {
        self.decode_time + self.composition_offset
    }
}
