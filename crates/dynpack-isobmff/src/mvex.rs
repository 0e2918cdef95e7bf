//! The `mvex` box: what holds for samples of movie fragments unless they say otherwise (`trex`,
//! ISO/IEC 14496-12, 8.8.3).
//!
//! Not read: `mehd`, whose duration often lies, and `leva`.

use dynpack_media::TrackId;

use crate::boxes::BoxRef;
use crate::{Error, Limits};

/// What holds for the samples of a fragment that do not say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Defaults {
    /// Which entry of `stsd` describes them, from 1.
    pub(crate) description: u32,
    /// In ticks.
    pub(crate) duration: u32,
    /// In bytes.
    pub(crate) size: u32,
    pub(crate) flags: SampleFlags,
}

/// All zero, and the first sample entry, for a track without a `trex`.
impl Default for Defaults {
    fn default() -> Self {
        Self { description: 1, duration: 0, size: 0, flags: SampleFlags(0) }
    }
}

/// What a sample depends on (8.8.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleFlags(pub(crate) u32);

impl SampleFlags {
    /// Whether decoding can start here.
    ///
    /// Encoders that leave `sample_is_non_sync_sample` unset may still say that a sample depends on
    /// others; like ffmpeg, either is believed.
    pub(crate) const fn is_sync(self) -> bool {
        const NON_SYNC: u32 = 0x0001_0000;
        const DEPENDS_ON_OTHERS: u32 = 0x0100_0000;
        self.0 & (NON_SYNC | DEPENDS_ON_OTHERS) == 0
    }
}

/// The defaults of all tracks that have some.
pub(crate) fn read(mvex: &BoxRef<'_>, limits: &Limits) -> Result<Vec<(TrackId, Defaults)>, Error> {
    let mut defaults = Vec::new();
    for trex in mvex.children().all_of_kind(b"trex") {
        if defaults.len() as u64 >= u64::from(limits.tracks) {
            return Err(mvex.exceeds(
                "tracks",
                u64::from(limits.tracks).saturating_add(1),
                limits.tracks.into(),
            ));
        }
        defaults.push(read_trex(&trex?)?);
    }
    Ok(defaults)
}

fn read_trex(trex: &BoxRef<'_>) -> Result<(TrackId, Defaults), Error> {
    let mut fields = trex.fields();
    fields.version_and_flags()?;
    let track = TrackId(fields.u32()?);
    let [description, duration, size, flags] =
        [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
    Ok((track, Defaults { description, duration, size, flags: SampleFlags(flags) }))
}
