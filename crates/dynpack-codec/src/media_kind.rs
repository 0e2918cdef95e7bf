//! The kinds of media.

/// The kind of media that a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MediaKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Subtitles and captions.
    Text,
}

impl MediaKind {
    /// Every kind, in ascending order.
    pub const ALL: [Self; 3] = [Self::Video, Self::Audio, Self::Text];

    /// `video`, `audio` or `text`: the default name of a track, and the type in manifests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Text => "text",
        }
    }
}
