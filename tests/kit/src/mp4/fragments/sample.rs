//! Samples of a fragment.

/// Flags of a sample that does not depend on others.
pub const SYNC: u32 = 0x0200_0000;

/// Flags of a sample that depends on others.
pub const NON_SYNC: u32 = 0x0101_0000;

/// One sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// In ticks.
    pub duration: u32,
    /// In bytes.
    pub size: u32,
    /// [`SYNC`], [`NON_SYNC`] or others (ISO/IEC 14496-12, 8.8.3.1).
    pub flags: u32,
    /// In ticks.
    pub composition_offset: i32,
}

impl Sample {
    /// A picture of 512 ticks that does not depend on others.
    #[must_use]
    pub const fn sync(size: u32) -> Self {
        Self { duration: 512, size, flags: SYNC, composition_offset: 0 }
    }

    /// A picture of 512 ticks that depends on others.
    #[must_use]
    pub const fn other(size: u32) -> Self {
        Self { flags: NON_SYNC, ..Self::sync(size) }
    }
}
