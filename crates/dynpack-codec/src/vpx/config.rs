//! The configuration of VP8 and VP9: the box `vpcC` (VP Codec ISO Media File Format Binding).

use bytes::Bytes;

use crate::{Color, Error, Malformed};

/// Which of the codecs it is: both have one configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpxVersion {
    /// VP8.
    Vp8,
    /// VP9.
    Vp9,
}

impl VpxVersion {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Vp8 => "VP8",
            Self::Vp9 => "VP9",
        }
    }
}

/// The configuration of a track of VP8 or VP9.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VpxConfig {
    /// Which codec it is.
    pub version: VpxVersion,
    /// The profile.
    pub profile: u8,
    /// The level, times 10: 31 is 3.1.
    pub level: u8,
    /// Bits of a component of a pixel: 8, 10 or 12.
    pub bit_depth: u8,
    /// `chromaSubsampling`: 0 is 4:2:0 between lines, 1 is 4:2:0 on lines, 2 is 4:2:2, 3 is 4:4:4.
    pub chroma_subsampling: u8,
    /// The colours.
    pub color: Color,
    /// The record itself: the body of `vpcC` after its version and flags.
    pub record: Bytes,
}

impl VpxConfig {
    /// Reads the body of a `vpcC` box after its version and flags, which are 1 and 0.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if the record is cut short.
    pub fn parse(version: VpxVersion, record: Bytes) -> Result<Self, Error> {
        const PROBLEM: Malformed =
            Malformed::Configuration { record: "vpcC", problem: "shorter than 8 bytes" };
        let [profile, level, format, primaries, transfer, matrix, _, _] =
            *record.first_chunk().ok_or(PROBLEM)?;
        Ok(Self {
            version,
            profile,
            level,
            bit_depth: format >> 4,
            chroma_subsampling: format >> 1 & 0b111,
            color: Color::new(primaries, transfer, matrix).with_full_range(format & 1 == 1),
            record,
        })
    }

    /// The type of its sample entry: `vp08` or `vp09`.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        match self.version {
            VpxVersion::Vp8 => "vp08",
            VpxVersion::Vp9 => "vp09",
        }
    }

    /// The `codecs` parameter (VP Codec ISO Media File Format Binding, "Codecs Parameter String"):
    /// with the description of colour if it differs from the default.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        let Self { profile, level, bit_depth, chroma_subsampling, color, .. } = self;
        let short = format!("{}.{profile:02}.{level:02}.{bit_depth:02}", self.sample_entry());
        let Color { primaries, transfer, matrix, full_range } = color;
        let range = u8::from(*full_range);
        let long =
            format!(".{chroma_subsampling:02}.{primaries:02}.{transfer:02}.{matrix:02}.{range:02}");
        match long.as_str() {
            ".01.01.01.01.00" | ".01.02.02.02.00" => short,
            _ => short + &long,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_record_is_named_with_its_colour_only_where_that_is_unusual() {
        let name = |version, record: &[u8]| {
            VpxConfig::parse(version, Bytes::copy_from_slice(record)).unwrap().rfc6381()
        };
        // The second is the example of the binding.
        for (version, record, expected) in [
            (VpxVersion::Vp9, [0, 31, 0x82, 1, 1, 1, 0, 0], "vp09.00.31.08"),
            (VpxVersion::Vp9, [2, 10, 0xa3, 9, 16, 9, 0, 0], "vp09.02.10.10.01.09.16.09.01"),
            (VpxVersion::Vp9, [1, 20, 0x86, 1, 1, 1, 0, 0], "vp09.01.20.08.03.01.01.01.00"),
            (VpxVersion::Vp8, [0, 10, 0x82, 2, 2, 2, 0, 0], "vp08.00.10.08"),
        ] {
            assert_eq!(name(version, &record), expected);
        }
        let cut = VpxConfig::parse(VpxVersion::Vp9, Bytes::from_static(&[0; 7]));
        assert!(cut.unwrap_err().to_string().ends_with("shorter than 8 bytes"));
    }
}
