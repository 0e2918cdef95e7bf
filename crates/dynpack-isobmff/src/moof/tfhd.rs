//! The `tfhd` box: whose samples these are, and what holds for them (ISO/IEC 14496-12, 8.8.7).

use dynpack_media::TrackId;

use crate::Error;
use crate::boxes::BoxRef;
use crate::mvex::{Defaults, SampleFlags};

const BASE_DATA_OFFSET: u32 = 0x00_0001;
const DESCRIPTION: u32 = 0x00_0002;
const DURATION: u32 = 0x00_0008;
const SIZE: u32 = 0x00_0010;
const FLAGS: u32 = 0x00_0020;
const DURATION_IS_EMPTY: u32 = 0x01_0000;
const BASE_IS_MOOF: u32 = 0x02_0000;

/// The header of a track fragment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tfhd {
    pub(super) track: TrackId,
    flags: u32,
    base: Option<u64>,
    description: Option<u32>,
    duration: Option<u32>,
    size: Option<u32>,
    sample_flags: Option<u32>,
}

impl Tfhd {
    pub(super) fn read(tfhd: &BoxRef<'_>) -> Result<Self, Error> {
        let mut fields = tfhd.fields();
        let (_, flags) = fields.version_and_flags()?;
        let track = TrackId(fields.u32()?);
        let base = if flags & BASE_DATA_OFFSET != 0 { Some(fields.u64()?) } else { None };
        let mut optional = |flag| if flags & flag != 0 { fields.u32().map(Some) } else { Ok(None) };
        let [description, duration, size, sample_flags] =
            [optional(DESCRIPTION)?, optional(DURATION)?, optional(SIZE)?, optional(FLAGS)?];
        Ok(Self { track, flags, base, description, duration, size, sample_flags })
    }

    /// From where on data offsets count, in bytes from the start of the file; `None` for the end of
    /// the data of the `traf` before, or for the `moof` where there is none.
    pub(super) fn base(&self, moof_offset: u64) -> Option<u64> {
        let is_moof = self.flags & BASE_IS_MOOF != 0;
        self.base.or_else(|| is_moof.then_some(moof_offset))
    }

    /// Whether the track has no samples for the time of the default duration.
    pub(super) const fn is_empty(&self) -> bool {
        self.flags & DURATION_IS_EMPTY != 0
    }

    /// What holds for the samples, before what the `trex` says.
    pub(super) fn defaults(&self, trex: Defaults) -> Defaults {
        Defaults {
            description: self.description.unwrap_or(trex.description),
            duration: self.duration.unwrap_or(trex.duration),
            size: self.size.unwrap_or(trex.size),
            flags: self.sample_flags.map_or(trex.flags, SampleFlags),
        }
    }
}
