//! Types of NAL units.

/// The type of a NAL unit (`nal_unit_type`, ITU-T H.265, table 7-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NalType(pub u8);

impl NalType {
    /// A video parameter set.
    pub const VPS: Self = Self(32);
    /// A sequence parameter set.
    pub const SPS: Self = Self(33);
    /// A picture parameter set.
    pub const PPS: Self = Self(34);
    /// An access unit delimiter.
    pub const DELIMITER: Self = Self(35);
    /// Supplemental enhancement information that precedes the picture.
    pub const PREFIX_SEI: Self = Self(39);

    /// The type of a unit, given its bytes from the header on; 63, which is unspecified, if there
    /// are none.
    #[inline]
    #[must_use]
    pub fn of(unit: &[u8]) -> Self {
        Self(unit.first().map_or(63, |header| header >> 1 & 0x3f))
    }

    /// Whether it is a slice segment, of a type that is defined or reserved.
    #[inline]
    #[must_use]
    pub const fn is_slice(self) -> bool {
        self.0 < 32
    }

    /// Whether it is of a picture at which decoding can start: of type BLA, IDR or CRA.
    #[inline]
    #[must_use]
    pub const fn is_random_access(self) -> bool {
        matches!(self.0, 16..=21)
    }

    /// Whether it is of an IDR picture.
    #[inline]
    #[must_use]
    pub const fn is_idr(self) -> bool {
        matches!(self.0, 19 | 20)
    }

    /// Whether nothing of its access unit can follow: the end of a sequence (36) or of the stream
    /// (37).
    #[inline]
    #[must_use]
    pub const fn ends_sequence(self) -> bool {
        matches!(self.0, 36 | 37)
    }

    /// Whether it holds pictures in another way than as slice segments that the standard defines:
    /// those of types that it reserves (10 to 15, 22 to 31), and the enhancement layer of Dolby
    /// Vision, which is wrapped in units of type 63.
    #[must_use]
    pub const fn is_unusual_picture(self) -> bool {
        matches!(self.0, 10..=15 | 22..=31 | 63)
    }
}
