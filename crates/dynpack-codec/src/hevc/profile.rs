//! What a stream demands of its decoder (`profile_tier_level`, ITU-T H.265, 7.3.3).

use crate::bits::Bits;

/// The profile, tier and level of a stream (`profile_tier_level`, ITU-T H.265, 7.3.3), in the order
/// in which parameter sets and configuration records hold them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// `general_profile_space`, `general_tier_flag` and `general_profile_idc`.
    pub space_tier_idc: u8,
    /// `general_profile_compatibility_flag`, that of profile 0 in the most significant bit.
    pub compatibility: u32,
    /// The flags from `general_progressive_source_flag` on.
    pub constraints: [u8; 6],
    /// `general_level_idc`: thirty times the level.
    pub level: u8,
}

impl Profile {
    /// Bytes that it takes.
    pub(super) const LEN: usize = 12;

    /// Reads it from a configuration record, or from a parameter set without its sub-layers.
    pub(super) fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let space_tier_idc = bits.byte()?;
        let compatibility = bits.unsigned(32)?;
        let mut constraints = [0; 6];
        for byte in &mut constraints {
            *byte = bits.byte()?;
        }
        Some(Self { space_tier_idc, compatibility, constraints, level: bits.byte()? })
    }

    /// Reads it from a parameter set, and skips up to 7 sub-layers below the highest.
    pub(super) fn read_with_sub_layers(bits: &mut Bits<'_>, sub_layers: u32) -> Option<Self> {
        let general = Self::read(bits)?;
        if sub_layers == 0 {
            return Some(general);
        }
        // Two flags for each sub-layer that there may be.
        let present = bits.unsigned(16)?;
        for layer in 0..sub_layers {
            let flags = present << layer.checked_mul(2)? & 0xc000;
            if flags & 0x8000 != 0 {
                bits.skip(88)?;
            }
            if flags & 0x4000 != 0 {
                bits.skip(8)?;
            }
        }
        Some(general)
    }

    /// The bytes that it is read from.
    pub(super) fn bytes(&self) -> [u8; Self::LEN] {
        let [a, b, c, d] = self.compatibility.to_be_bytes();
        let [e, f, g, h, i, j] = self.constraints;
        [self.space_tier_idc, a, b, c, d, e, f, g, h, i, j, self.level]
    }

    /// The `codecs` parameter after the type of the sample entry (ISO/IEC 14496-15, E.3), such as
    /// `1.6.L93.B0`.
    pub(super) fn rfc6381(&self) -> String {
        let space = ["", "A", "B", "C"].get(usize::from(self.space_tier_idc >> 6)).unwrap_or(&"");
        let tier = if self.space_tier_idc & 0x20 == 0 { 'L' } else { 'H' };
        let idc = self.space_tier_idc & 0x1f;
        let compatibility = self.compatibility.reverse_bits();
        let last = self.constraints.iter().rposition(|&byte| byte != 0);
        let used = last.and_then(|last| self.constraints.get(..=last)).unwrap_or_default();
        let constraints: String = used.iter().map(|byte| format!(".{byte:X}")).collect();
        format!("{space}{idc}.{compatibility:X}.{tier}{}{constraints}", self.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(bytes: &[u8]) -> Profile {
        Profile::read(&mut Bits::new(bytes)).unwrap()
    }

    #[test]
    fn strings_are_those_of_other_programs() {
        // Main 3.1 of x265, as ffmpeg names it in HLS; 4:4:4 12 intra, as in the tests of Shaka
        // Packager; the example of annex E.3 of the standard for space A.
        for (bytes, expected) in [
            (&[0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93][..], "1.6.L93.90"),
            (&[0x04, 0x08, 0, 0, 0, 0x9d, 0x08, 0, 0, 0, 0, 30], "4.10.L30.9D.8"),
            (&[0x64, 0x82, 0, 0, 0, 0xb0, 0x23, 0, 0, 0, 0, 120], "A4.41.H120.B0.23"),
            (&[0x02, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 153], "2.4.L153"),
        ] {
            let read = profile(bytes);
            assert_eq!((read.rfc6381().as_str(), &read.bytes()[..]), (expected, bytes));
        }
    }

    #[test]
    fn sub_layers_are_skipped() {
        // Two sub-layers, the first with a profile and the second with a level.
        let general = [0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93];
        let bytes = [&general[..], &[0b1001_0000, 0], &[0xff; 11], &[0xee], &[0xa5]].concat();
        let mut bits = Bits::new(&bytes);
        let read = Profile::read_with_sub_layers(&mut bits, 2).unwrap();
        assert_eq!((read, bits.unsigned(8)), (profile(&general), Some(0xa5)));
    }
}
