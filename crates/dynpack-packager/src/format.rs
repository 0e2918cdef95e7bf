//! The formats that a URL can ask for, by the names which Azure Media Services gave them.

use std::fmt;
use std::str::FromStr;

/// How a presentation is described and carried: the `format` of a URL.
///
/// Being listed here means that the name is known, not that the format is built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Smooth Streaming 2.2 (`fmp4`): what a URL asks for that names no format.
    #[default]
    Smooth,
    /// Smooth Streaming 2.0 (`fmp4-v20`), for players which do not know repeated chunks.
    SmoothV20,
    /// HLS version 3 (`m3u8-aapl-v3`): MPEG-2 transport streams with audio and video together.
    HlsV3,
    /// HLS version 4 (`m3u8-aapl`, also `m3u8-aapl-v4`): MPEG-2 transport streams with audio apart.
    HlsV4,
    /// HLS version 8 (`m3u8-aapl-v8`), made for the metadata of live events.
    HlsV8,
    /// HLS version 7 with CMAF segments (`m3u8-cmaf`).
    HlsCmaf,
    /// MPEG-DASH with segments of the Common Streaming Format (`mpd-time-csf`).
    DashCsf,
    /// MPEG-DASH with CMAF segments (`mpd-time-cmaf`).
    DashCmaf,
    /// Adobe HTTP Dynamic Streaming (`f4m-f4f`).
    Hds,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 9] = [
        Self::Smooth,
        Self::SmoothV20,
        Self::HlsV3,
        Self::HlsV4,
        Self::HlsV8,
        Self::HlsCmaf,
        Self::DashCsf,
        Self::DashCmaf,
        Self::Hds,
    ];

    /// The name in URLs.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Smooth => "fmp4",
            Self::SmoothV20 => "fmp4-v20",
            Self::HlsV3 => "m3u8-aapl-v3",
            Self::HlsV4 => "m3u8-aapl",
            Self::HlsV8 => "m3u8-aapl-v8",
            Self::HlsCmaf => "m3u8-cmaf",
            Self::DashCsf => "mpd-time-csf",
            Self::DashCmaf => "mpd-time-cmaf",
            Self::Hds => "f4m-f4f",
        }
    }

    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Smooth => "Smooth Streaming",
            Self::SmoothV20 => "Smooth Streaming 2.0",
            Self::HlsV3 => "HLS v3",
            Self::HlsV4 => "HLS v4",
            Self::HlsV8 => "HLS v8",
            Self::HlsCmaf => "HLS CMAF",
            Self::DashCsf => "DASH CSF",
            Self::DashCmaf => "DASH CMAF",
            Self::Hds => "HDS",
        }
    }

    /// Whether this version makes it.
    #[must_use]
    pub const fn is_built(self) -> bool {
        !matches!(self, Self::HlsV8)
    }

    /// The protocol that it is a flavour of.
    #[must_use]
    pub const fn protocol(self) -> Protocol {
        match self {
            Self::Smooth | Self::SmoothV20 => Protocol::Smooth,
            Self::HlsV3 | Self::HlsV4 | Self::HlsV8 | Self::HlsCmaf => Protocol::Hls,
            Self::DashCsf | Self::DashCmaf => Protocol::Dash,
            Self::Hds => Protocol::Hds,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.token())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    /// Reads a name in any case.
    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        if name.eq_ignore_ascii_case(HLS_V4_ALIAS) {
            return Ok(Self::HlsV4);
        }
        let named = Self::ALL.into_iter().find(|format| name.eq_ignore_ascii_case(format.token()));
        named.ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// What players speak, whichever flavour of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// Microsoft Smooth Streaming (\[MS-SSTR\]).
    Smooth,
    /// Apple HTTP Live Streaming (RFC 8216 and its successors).
    Hls,
    /// MPEG-DASH (ISO/IEC 23009-1).
    Dash,
    /// Adobe HTTP Dynamic Streaming.
    Hds,
}

/// There is no format of that name. Whoever wrote the name can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown format `{0}`; known are {known}", known = known())]
pub struct UnknownFormat(pub String);

fn known() -> String {
    Format::ALL.map(Format::token).join(", ")
}

/// Another name of [`Format::HlsV4`].
const HLS_V4_ALIAS: &str = "m3u8-aapl-v4";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_back_from_its_name_in_any_case() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
            assert_eq!(format.token().to_ascii_uppercase().parse(), Ok(format));
        }
        assert_eq!("m3u8-aapl-v4".parse(), Ok(Format::HlsV4));
        assert_eq!("M3U8-AAPL-V4".parse(), Ok(Format::HlsV4));
    }

    #[test]
    fn an_unknown_format_is_named_beside_the_known_ones() {
        let error = "mpd-time-main".parse::<Format>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown format `mpd-time-main`; known are fmp4, fmp4-v20, m3u8-aapl-v3, m3u8-aapl, m3u8-aapl-v8, m3u8-cmaf, \
             mpd-time-csf, mpd-time-cmaf, f4m-f4f"
        );
        for name in ["", " fmp4", "fmp4 ", "m3u8-aapl-v5", "smooth"] {
            assert!(name.parse::<Format>().is_err(), "{name:?}");
        }
    }
}
