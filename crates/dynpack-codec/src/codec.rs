//! The coding of a track: video, audio or text, and which codec.

use crate::{
    AacConfig, Ac3Config, Ac4Config, AlacConfig, AudioCodec, DtsConfig, Eac3Config, FlacConfig,
    MediaKind, Mp3Config, OpusConfig, TextForm, Unsupported, Video, WmaConfig,
};

/// The coding of a track's samples, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// Pictures.
    Video(Video),
    /// Sound.
    Audio(AudioCodec),
    /// Cues, which each format writes in a [form](TextForm) of its own.
    Text,
}

impl Codec {
    /// The kind of media that it codes.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        match self {
            Self::Video(_) => MediaKind::Video,
            Self::Audio(_) => MediaKind::Audio,
            Self::Text => MediaKind::Text,
        }
    }

    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f` or `mp4a.40.2`. That
    /// of text is the one of [`TextForm::Imsc`].
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Video(video) => video.rfc6381(),
            Self::Audio(audio) => audio.rfc6381(),
            Self::Text => TextForm::Imsc.rfc6381().to_owned(),
        }
    }

    /// Its pictures; `None` for all else.
    #[must_use]
    pub const fn video(&self) -> Option<&Video> {
        match self {
            Self::Video(video) => Some(video),
            Self::Audio(_) | Self::Text => None,
        }
    }

    /// The codec of audio; `None` for all else.
    #[must_use]
    pub const fn audio(&self) -> Option<&AudioCodec> {
        match self {
            Self::Video(_) | Self::Text => None,
            Self::Audio(audio) => Some(audio),
        }
    }

    /// The coding of samples that have either this one or the other.
    ///
    /// # Errors
    /// [`Unsupported::CodingChange`] if no configuration describes both.
    pub fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        match (self, other) {
            (Self::Video(one), Self::Video(other)) => one.merged(other).map(Self::from),
            (Self::Audio(one), Self::Audio(other)) if one == other => Ok(self.clone()),
            (Self::Audio(_), Self::Audio(_)) => {
                Err(Unsupported::CodingChange("the configuration of the sound is another".into()))
            }
            (Self::Text, Self::Text) => Ok(Self::Text),
            _ => Err(Unsupported::CodingChange(format!(
                "{} and {} take turns",
                self.kind().as_str(),
                other.kind().as_str()
            ))),
        }
    }

    /// Whether decoding can start at every sample, whatever a file says.
    #[must_use]
    pub const fn has_only_sync_samples(&self) -> bool {
        match self {
            Self::Video(_) => false,
            Self::Audio(audio) => audio.has_only_sync_samples(),
            Self::Text => true,
        }
    }
}

impl From<Video> for Codec {
    fn from(video: Video) -> Self {
        Self::Video(video)
    }
}

/// Conversions of the configuration of a codec of audio.
macro_rules! from_audio {
    ($($config:ident => $codec:ident),+ $(,)?) => {
        $(impl From<$config> for Codec {
            fn from(config: $config) -> Self {
                Self::Audio(AudioCodec::$codec(config))
            }
        })+
    };
}

from_audio! {
    AacConfig => Aac,
    Ac3Config => Ac3,
    Eac3Config => Eac3,
    Ac4Config => Ac4,
    DtsConfig => Dts,
    OpusConfig => Opus,
    FlacConfig => Flac,
    AlacConfig => Alac,
    Mp3Config => Mp3,
    WmaConfig => Wma,
}
