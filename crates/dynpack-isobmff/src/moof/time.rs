//! Decode time of a fragment: the `tfdt` box (ISO/IEC 14496-12, 8.8.12), or else the `tfxd` box of
//! Smooth Streaming (\[MS-SSTR\] 2.2.4.4).
//!
//! Not read: `tfrf`, which lists fragments that follow, and the duration in `tfxd`.

use dynpack_boxes::moof::{Tfdt, Tfxd};

use crate::Error;
use crate::boxes::BoxRef;

/// The time a fragment says of itself, in the track's timescale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// Decode time of its first sample.
    Decoded(i64),
    /// Presentation time of its first sample.
    Presented(i64),
}

impl Time {
    /// Reads either box; `None` if there is neither.
    pub(super) fn read(traf: &BoxRef<'_>) -> Result<Option<Self>, Error> {
        if let Some(tfdt) = traf.find::<Tfdt>()? {
            return Ok(Some(Self::Decoded(tfdt.base_media_decode_time)));
        }
        Ok(traf.find::<Tfxd>()?.map(|tfxd| Self::Presented(tfxd.time)))
    }

    /// Decode time of the first sample, given its composition offset. With reordered pictures that
    /// may be before 0.
    pub(super) const fn decoded(self, composition_offset: i32) -> i64 {
        match self {
            Self::Decoded(time) => time,
            // Where it saturates, the time is refused.
            Self::Presented(time) => time.saturating_sub(composition_offset as i64),
        }
    }
}
