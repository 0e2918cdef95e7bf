//! Options of the writer.

/// How a document is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// What it may use.
    pub profile: Profile,
    /// What its times count from.
    pub times: Times,
}

/// What a document may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// The text profile of IMSC 1 (`im1t`). Annotations (ruby) are in parentheses. Documents with
    /// images have its image profile (`im1i`).
    #[default]
    Imsc1,
    /// The text profile of IMSC 1.1 (`im2t`), which has ruby.
    Imsc1_1,
}

impl Profile {
    /// The designator: a URI.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Imsc1 => "http://www.w3.org/ns/ttml/profile/imsc1/text",
            Self::Imsc1_1 => "http://www.w3.org/ns/ttml/profile/imsc1.1/text",
        }
    }

    /// The designator of the profile with images.
    #[must_use]
    pub const fn image_uri(self) -> &'static str {
        match self {
            Self::Imsc1 => "http://www.w3.org/ns/ttml/profile/imsc1/image",
            Self::Imsc1_1 => "http://www.w3.org/ns/ttml/profile/imsc1.1/image",
        }
    }

    /// The parameter of a MIME type: `stpp.ttml.im1t` (ISO/IEC 23000-19, 11.3).
    #[must_use]
    pub const fn codecs(self) -> &'static str {
        match self {
            Self::Imsc1 => "stpp.ttml.im1t",
            Self::Imsc1_1 => "stpp.ttml.im2t",
        }
    }
}

/// What the times of a segment count from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Times {
    /// The start of the presentation. Cues have their own times, also in a segment that shows only
    /// a part of them (ISO/IEC 14496-30, 5).
    #[default]
    Presentation,
    /// The same, but cues are cut at both ends of the segment. Players that do not look at the
    /// times of samples need that: dash.js shows one document at a time, the one that was read
    /// last, and Shaka Player shows a cue of HLS for each segment that has it.
    Cut,
    /// The start of the segment, as players of Smooth Streaming require. Cues are cut at both ends
    /// of the segment.
    Segment,
}
