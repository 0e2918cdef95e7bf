//! Dolby Vision: its configuration record (*Dolby Vision Streams Within the ISO Base Media File
//! Format*, 3.1).

use crate::bits::Bits;
use crate::{Error, Malformed};

/// How a track of Dolby Vision is made up, by the record of its `dvcC`, `dvvC` or `dvwC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DolbyVision {
    /// `dv_profile`.
    pub profile: u8,
    /// `dv_level`.
    pub level: u8,
    /// `dv_bl_signal_compatibility_id`: what decoders see that do not know Dolby Vision.
    pub compatibility: u8,
    /// Whether decoders that do not know Dolby Vision may play it, by its sample entry.
    pub is_optional: bool,
}

impl DolbyVision {
    /// Reads the body of the box. `is_optional` is whether the sample entry is one of the codec
    /// itself, such as `hvc1`, rather than one of Dolby Vision, such as `dvh1`.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short.
    pub fn parse(record: &[u8], is_optional: bool) -> Result<Self, Error> {
        Self::read(record, is_optional).ok_or_else(|| {
            let problem = "shorter than 5 bytes";
            Malformed::Configuration { record: "Dolby Vision", problem }.into()
        })
    }

    fn read(record: &[u8], is_optional: bool) -> Option<Self> {
        let mut bits = Bits::new(record);
        bits.skip(16)?;
        let [profile, level] = [bits.unsigned(7)?, bits.unsigned(6)?];
        bits.skip(3)?;
        let small = |value: u32| u8::try_from(value).ok();
        let compatibility = small(bits.unsigned(4)?)?;
        Some(Self { profile: small(profile)?, level: small(level)?, compatibility, is_optional })
    }

    /// The sample entry that corresponds to one of its codec, for its own decoders alone.
    pub(crate) fn sample_entry(codec: &str) -> &'static str {
        match codec {
            "avc1" => "dva1",
            "avc3" => "dvav",
            "hev1" => "dvhe",
            "av01" => "dav1",
            _ => "dvh1",
        }
    }

    /// The `codecs` parameter, such as `dvh1.08.04` (ETSI TS 103 572, 5.2), for a sample entry of
    /// its codec.
    pub(crate) fn rfc6381(&self, codec: &str) -> String {
        format!("{}.{:02}.{:02}", Self::sample_entry(codec), self.profile, self.level)
    }

    /// The brand for media of this kind, if decoders that do not know Dolby Vision may play it
    /// (*Dolby Vision Streams Within the HTTP Live Streaming Format*; mp4ra.org, "Brands").
    #[must_use]
    pub const fn brand(&self) -> Option<&'static str> {
        match (self.is_optional, self.profile, self.compatibility) {
            (true, 8 | 10, 1) => Some("db1p"),
            (true, 8 | 10, 2) => Some("db2g"),
            (true, 8 | 10, 4) => Some("db4h"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record of version 1.0 with a base layer and its metadata.
    fn record(profile: u8, level: u8, compatibility: u8) -> Vec<u8> {
        let head = [1, 0, profile << 1 | level >> 5, level << 3 | 0b101, compatibility << 4];
        [&head[..], &[0; 19]].concat()
    }

    #[test]
    fn records_are_those_of_the_specification() {
        for (profile, level, compatibility, is_optional, expected) in [
            (5, 6, 0, false, ("dvh1.05.06", None)),
            (8, 33, 1, true, ("dvh1.08.33", Some("db1p"))),
            (8, 4, 4, true, ("dvh1.08.04", Some("db4h"))),
            (8, 4, 4, false, ("dvh1.08.04", None)),
        ] {
            let read = DolbyVision::parse(&record(profile, level, compatibility), is_optional);
            let read = read.unwrap();
            assert_eq!((read.rfc6381("hvc1").as_str(), read.brand()), expected);
        }
        let cut = DolbyVision::parse(&record(5, 6, 0)[..4], false).unwrap_err().to_string();
        assert_eq!(cut, "the Dolby Vision configuration is malformed: shorter than 5 bytes");
    }
}
