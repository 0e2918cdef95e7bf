//! The `mvex` box: what holds for samples of movie fragments unless they say otherwise (`trex`, ISO/IEC 14496-12, 8.8.3).
//!
//! Not read: `mehd`, whose duration often lies, and `leva`.

use dynpack_media::TrackId;

use crate::Error;
use crate::boxes::BoxRef;

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
    /// Encoders that leave `sample_is_non_sync_sample` unset may still say that a sample depends on others; like ffmpeg, either is
    /// believed.
    pub(crate) const fn is_sync(self) -> bool {
        const NON_SYNC: u32 = 0x0001_0000;
        const DEPENDS_ON_OTHERS: u32 = 0x0100_0000;
        self.0 & (NON_SYNC | DEPENDS_ON_OTHERS) == 0
    }
}

/// The defaults of a track; all zero, for the first sample entry, where a file gives none.
pub(crate) fn defaults(mvex: &BoxRef<'_>, track: TrackId) -> Result<Defaults, Error> {
    for trex in mvex.children().all_of_kind(b"trex") {
        let trex = trex?;
        let mut fields = trex.fields();
        fields.version_and_flags()?;
        if fields.u32()? == track.0 {
            let [description, duration, size, flags] = [fields.u32()?, fields.u32()?, fields.u32()?, fields.u32()?];
            return Ok(Defaults { description, duration, size, flags: SampleFlags(flags) });
        }
    }
    Ok(Defaults::default())
}
