//! The forms in which cues are written.

use std::fmt;
use std::str::FromStr;

/// A form in which the cues of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TextForm {
    /// WebVTT documents, one for each segment.
    Vtt,
    /// IMSC documents in the samples of MP4 (`stpp`, ISO/IEC 14496-30, 5).
    Imsc,
    /// WebVTT cues in the samples of MP4 (`wvtt`, ISO/IEC 14496-30, 7).
    Wvtt,
}

impl TextForm {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Vtt, Self::Imsc, Self::Wvtt];

    /// Its name in URLs.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Vtt => "vtt",
            Self::Imsc => "imsc",
            Self::Wvtt => "wvtt",
        }
    }

    /// The `codecs` parameter (RFC 6381): that of IMSC 1 in MP4 is in IMSC 1.1, 9. WebVTT outside
    /// of MP4 has the same as in it.
    #[must_use]
    pub const fn rfc6381(self) -> &'static str {
        match self {
            Self::Imsc => "stpp.ttml.im1t",
            Self::Vtt | Self::Wvtt => "wvtt",
        }
    }

    /// The `codecs` parameter of text whose documents show images; `None` for a form without
    /// images.
    #[must_use]
    pub const fn rfc6381_of_images(self) -> Option<&'static str> {
        match self {
            Self::Imsc => Some("stpp.ttml.im1i"),
            Self::Vtt | Self::Wvtt => None,
        }
    }

    /// Whether it is in MP4 segments, which need an init segment.
    #[must_use]
    pub const fn is_mp4(self) -> bool {
        matches!(self, Self::Imsc | Self::Wvtt)
    }
}

impl fmt::Display for TextForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.token())
    }
}

impl FromStr for TextForm {
    type Err = UnknownTextForm;

    /// Reads a name in any case.
    fn from_str(name: &str) -> Result<Self, UnknownTextForm> {
        let named = Self::ALL.into_iter().find(|form| name.eq_ignore_ascii_case(form.token()));
        named.ok_or_else(|| UnknownTextForm(name.to_owned()))
    }
}

/// There is no form of text with that name. Whoever wrote the name can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown form of text `{0}`; known are {known}", known = known_forms())]
pub struct UnknownTextForm(pub String);

fn known_forms() -> String {
    TextForm::ALL.map(TextForm::token).join(", ")
}

#[cfg(test)]
mod tests {
    use super::TextForm;

    #[test]
    fn names_are_read_in_any_case() {
        assert!(TextForm::ALL.iter().all(|form| form.to_string().parse() == Ok(*form)));
        assert_eq!("IMSC".parse(), Ok(TextForm::Imsc));
        let error = "srt".parse::<TextForm>().unwrap_err().to_string();
        assert_eq!(error, "unknown form of text `srt`; known are vtt, imsc, wvtt");
    }
}
