//! What a sample depends on (ISO/IEC 14496-12, 8.8.3.1).

/// What a sample depends on, as `trex`, `tfhd` and `trun` say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleFlags(pub u32);

impl SampleFlags {
    /// A sync sample, which depends on no other.
    pub const SYNC: Self = Self(0x0200_0000);

    /// Any other sample: it depends on others, and is no sync sample.
    pub const NON_SYNC: Self = Self(Self::DEPENDS_ON_OTHERS | Self::IS_NON_SYNC);

    const DEPENDS_ON_OTHERS: u32 = 0x0100_0000;
    const IS_NON_SYNC: u32 = 0x0001_0000;

    /// Whether decoding can start here.
    ///
    /// Encoders that leave `sample_is_non_sync_sample` unset may still say that a sample depends on
    /// others; either is taken for no, as ffmpeg does.
    #[must_use]
    pub const fn is_sync(self) -> bool {
        self.0 & (Self::IS_NON_SYNC | Self::DEPENDS_ON_OTHERS) == 0
    }
}
