//! The coding of a track: video or audio, and which codec.

use crate::{AacConfig, AspectRatio, AvcConfig, MediaKind, Unsupported};

/// The coding of a track's samples, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codec {
    /// A codec of video.
    Video(VideoCodec),
    /// A codec of audio.
    Audio(AudioCodec),
}

/// A codec of video, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VideoCodec {
    /// H.264 (ISO/IEC 14496-15, 5).
    Avc(AvcConfig),
}

/// A codec of audio, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    /// AAC (ISO/IEC 14496-3).
    Aac(AacConfig),
}

impl Codec {
    /// The kind of media that it codes.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        match self {
            Self::Video(_) => MediaKind::Video,
            Self::Audio(_) => MediaKind::Audio,
        }
    }

    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f` or `mp4a.40.2`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Video(video) => video.rfc6381(),
            Self::Audio(audio) => audio.rfc6381(),
        }
    }

    /// The codec of video; `None` for audio.
    #[must_use]
    pub const fn video(&self) -> Option<&VideoCodec> {
        match self {
            Self::Video(video) => Some(video),
            Self::Audio(_) => None,
        }
    }

    /// The codec of audio; `None` for video.
    #[must_use]
    pub const fn audio(&self) -> Option<&AudioCodec> {
        match self {
            Self::Video(_) => None,
            Self::Audio(audio) => Some(audio),
        }
    }

    /// The coding of samples that have either this one or the other.
    ///
    /// # Errors
    /// [`Unsupported::CodingChange`] if no configuration describes both.
    pub fn merged(&self, other: &Self) -> Result<Self, Unsupported> {
        match (self, other) {
            (Self::Video(VideoCodec::Avc(one)), Self::Video(VideoCodec::Avc(other))) => {
                one.merged(other).map(Self::from)
            }
            (Self::Audio(AudioCodec::Aac(one)), Self::Audio(AudioCodec::Aac(other)))
                if one == other =>
            {
                Ok(self.clone())
            }
            (Self::Audio(_), Self::Audio(_)) => {
                Err(Unsupported::CodingChange("the configuration of the sound is another".into()))
            }
            (Self::Video(_), Self::Audio(_)) | (Self::Audio(_), Self::Video(_)) => {
                Err(Unsupported::CodingChange("video and audio take turns".into()))
            }
        }
    }

    /// Whether decoding can start at every sample, whatever a file says.
    #[must_use]
    pub const fn has_only_sync_samples(&self) -> bool {
        match self {
            Self::Video(VideoCodec::Avc(_)) => false,
            Self::Audio(AudioCodec::Aac(_)) => true,
        }
    }
}

impl VideoCodec {
    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Avc(avc) => avc.rfc6381(),
        }
    }

    /// The type of its sample entry, such as `avc1`.
    #[must_use]
    pub const fn sample_entry(&self) -> &'static str {
        match self {
            Self::Avc(avc) => avc.sample_entry(),
        }
    }

    /// Width and height of the coded picture, in pixels.
    #[must_use]
    pub const fn dimensions(&self) -> (u16, u16) {
        match self {
            Self::Avc(avc) => (avc.width, avc.height),
        }
    }

    /// The width of a pixel relative to its height.
    #[must_use]
    pub const fn pixel_aspect(&self) -> AspectRatio {
        match self {
            Self::Avc(avc) => avc.pixel_aspect,
        }
    }
}

impl AudioCodec {
    /// The `codecs` parameter (RFC 6381), such as `mp4a.40.2`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Aac(aac) => aac.rfc6381(),
        }
    }

    /// Sampling rate of the decoded sound, in Hz.
    #[must_use]
    pub const fn sampling_rate(&self) -> u32 {
        match self {
            Self::Aac(aac) => aac.output_rate,
        }
    }

    /// Number of channels of the decoded sound.
    #[must_use]
    pub const fn channels(&self) -> u8 {
        match self {
            Self::Aac(aac) => aac.output_channels,
        }
    }

    /// Whether the configuration describes the channels by an element of its own (a program config
    /// element), which many players do not read.
    #[must_use]
    pub const fn has_program_config(&self) -> bool {
        match self {
            Self::Aac(aac) => aac.program_config.is_some(),
        }
    }

    /// The layout of the loudspeakers (`ChannelConfiguration`, ISO/IEC 23091-3, table 1); `None`
    /// for a layout that the table does not list.
    #[must_use]
    pub const fn channel_layout(&self) -> Option<u8> {
        match self {
            Self::Aac(aac) => aac.channel_layout(),
        }
    }
}

impl From<AvcConfig> for Codec {
    fn from(config: AvcConfig) -> Self {
        Self::Video(VideoCodec::Avc(config))
    }
}

impl From<AacConfig> for Codec {
    fn from(config: AacConfig) -> Self {
        Self::Audio(AudioCodec::Aac(config))
    }
}
