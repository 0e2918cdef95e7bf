//! The colours that the numbers of a picture stand for.

use crate::DynamicRange;
use crate::bits::Bits;

/// The colours that the numbers of a picture stand for, by the code points of ISO/IEC 23091-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Color {
    /// `ColourPrimaries` (8.1).
    pub primaries: u8,
    /// `TransferCharacteristics` (8.2).
    pub transfer: u8,
    /// `MatrixCoefficients` (8.3).
    pub matrix: u8,
    /// `VideoFullRangeFlag` (8.3).
    pub full_range: bool,
}

impl Color {
    /// The code point 2 of each: unspecified, or known by other means.
    pub const UNSPECIFIED: Self = Self::new(2, 2, 2);

    /// Colours in the narrow range of television.
    #[must_use]
    pub const fn new(primaries: u8, transfer: u8, matrix: u8) -> Self {
        Self { primaries, transfer, matrix, full_range: false }
    }

    /// The same in the full range, or not.
    #[must_use]
    pub const fn with_full_range(self, full_range: bool) -> Self {
        Self { full_range, ..self }
    }

    /// The range of brightness, by the transfer function.
    #[must_use]
    pub const fn dynamic_range(self) -> DynamicRange {
        match self.transfer {
            16 => DynamicRange::Pq,
            18 => DynamicRange::Hlg,
            _ => DynamicRange::Sdr,
        }
    }

    /// Whether players that take the colours for those of HDTV (Recommendation ITU-R BT.709) show
    /// something quite different: of the wide gamut of BT.2020 and BT.2100, or of high dynamic
    /// range.
    #[must_use]
    pub fn is_beyond_hdtv(self) -> bool {
        self.primaries == 9 || self.dynamic_range() != DynamicRange::Sdr
    }

    /// Reads the three code points, of 8 bits each.
    pub(crate) fn read(bits: &mut Bits<'_>) -> Option<Self> {
        Some(Self::new(bits.byte()?, bits.byte()?, bits.byte()?))
    }
}
