//! When a fragment is decoded: the `tfdt` box (ISO/IEC 14496-12, 8.8.12), or else the `tfxd` box of
//! Smooth Streaming (\[MS-SSTR\] 2.2.4.4).
//!
//! Not read: `tfrf`, which tells of fragments that follow, and the duration in `tfxd`.

use dynpack_media::boxes::TFXD;

use crate::Error;
use crate::boxes::BoxRef;

/// The time a fragment says of itself, in the track's timescale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// When its first sample is decoded.
    Decoded(i64),
    /// When its first sample is presented.
    Presented(i64),
}

impl Time {
    /// Reads either box; `None` if there is neither.
    pub(super) fn read(traf: &BoxRef<'_>) -> Result<Option<Self>, Error> {
        if let Some(tfdt) = traf.child(b"tfdt")? {
            return ticks(&tfdt, 0).map(Self::Decoded).map(Some);
        }
        for uuid in traf.children().all_of_kind(b"uuid") {
            let uuid = uuid?;
            if uuid.body.starts_with(&TFXD.to_be_bytes()) {
                return ticks(&uuid, size_of_val(&TFXD)).map(Self::Presented).map(Some);
            }
        }
        Ok(None)
    }

    /// When the first sample is decoded, given its composition offset. With reordered pictures that
    /// may be before 0.
    pub(super) const fn decoded(self, composition_offset: u32) -> i64 {
        match self {
            Self::Decoded(time) => time,
            Self::Presented(time) => time.saturating_sub(composition_offset.cast_signed() as i64),
        }
    }
}

/// The time in a full box, behind `skip` bytes. ffmpeg writes the priming of AAC as a time below 0.
fn ticks(time: &BoxRef<'_>, skip: usize) -> Result<i64, Error> {
    let mut fields = time.fields();
    fields.skip(skip)?;
    let (version, _) = fields.version_and_flags()?;
    if version == 1 { fields.i64() } else { fields.u32().map(i64::from) }
}
