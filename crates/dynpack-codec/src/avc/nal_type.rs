//! Types of NAL units.

/// The type of a NAL unit (`nal_unit_type`, ITU-T H.264, table 7-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NalType(pub u8);

impl NalType {
    /// A slice of a picture that is no IDR picture.
    pub const SLICE: Self = Self(1);
    /// A slice of an IDR picture.
    pub const IDR: Self = Self(5);
    /// Supplemental enhancement information.
    pub const SEI: Self = Self(6);
    /// A sequence parameter set.
    pub const SPS: Self = Self(7);
    /// A picture parameter set.
    pub const PPS: Self = Self(8);
    /// An access unit delimiter.
    pub const DELIMITER: Self = Self(9);

    /// Filler data.
    pub const FILLER: Self = Self(12);

    /// The type of a unit, given its bytes from the header on; 0, which is unspecified, if there
    /// are none.
    #[inline]
    #[must_use]
    pub fn of(unit: &[u8]) -> Self {
        Self(unit.first().map_or(0, |header| header & 0x1f))
    }

    /// Whether it is a slice, or a partition of one: what the picture itself is made of.
    #[inline]
    #[must_use]
    pub const fn is_of_primary_picture(self) -> bool {
        matches!(self.0, 1..=5)
    }

    /// Whether nothing of its access unit can follow: the end of a sequence (10) or of the stream
    /// (11).
    #[inline]
    #[must_use]
    pub const fn ends_sequence(self) -> bool {
        matches!(self.0, 10 | 11)
    }

    /// Whether it holds pictures in another way than as plain slices: partitions of slices (2 to
    /// 4), auxiliary pictures (19), layers and views (20 and 21).
    #[must_use]
    pub const fn is_unusual_picture(self) -> bool {
        matches!(self.0, 2..=4 | 19..=21)
    }
}
