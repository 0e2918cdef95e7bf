//! What a track or a stream is made of.

use dynpack_codec::MediaKind;

/// The kind of a track in a server manifest: the name of its element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TrackKind {
    /// `<video>`
    Video,
    /// `<audio>`
    Audio,
    /// `<textstream>`
    Text,
}

impl TrackKind {
    pub(crate) const ALL: [Self; 3] = [Self::Video, Self::Audio, Self::Text];

    /// The name of the element.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Text => "textstream",
        }
    }

    /// The media it stands for; `None` for text.
    #[must_use]
    pub const fn media(self) -> Option<MediaKind> {
        match self {
            Self::Video => Some(MediaKind::Video),
            Self::Audio => Some(MediaKind::Audio),
            Self::Text => None,
        }
    }
}

impl From<MediaKind> for TrackKind {
    fn from(kind: MediaKind) -> Self {
        match kind {
            MediaKind::Video => Self::Video,
            MediaKind::Audio => Self::Audio,
            MediaKind::Text => Self::Text,
        }
    }
}
