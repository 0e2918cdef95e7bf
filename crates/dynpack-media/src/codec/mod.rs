//! How samples are coded: one file a codec holds all that is known of it.

mod aac;
mod avc;

pub use aac::AacConfig;
pub use avc::{AvcConfig, NalUnit};

use crate::{AspectRatio, MediaKind};

/// The coding of a track's samples, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Codec {
    /// H.264 (ISO/IEC 14496-15, 5).
    Avc(AvcConfig),
    /// AAC (ISO/IEC 14496-3).
    Aac(AacConfig),
}

impl Codec {
    /// What the codec codes.
    #[must_use]
    pub const fn kind(&self) -> MediaKind {
        match self {
            Self::Avc(_) => MediaKind::Video,
            Self::Aac(_) => MediaKind::Audio,
        }
    }

    /// The `codecs` parameter (RFC 6381), such as `avc1.64001f` or `mp4a.40.2`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Avc(avc) => avc.rfc6381(),
            Self::Aac(aac) => aac.rfc6381(),
        }
    }

    /// The H.264 configuration, for a track of H.264.
    #[must_use]
    pub const fn avc(&self) -> Option<&AvcConfig> {
        match self {
            Self::Avc(avc) => Some(avc),
            Self::Aac(_) => None,
        }
    }

    /// The AAC configuration, for a track of AAC.
    #[must_use]
    pub const fn aac(&self) -> Option<&AacConfig> {
        match self {
            Self::Aac(aac) => Some(aac),
            Self::Avc(_) => None,
        }
    }

    /// Width and height of the coded picture, for video.
    #[must_use]
    pub const fn dimensions(&self) -> Option<(u16, u16)> {
        match self {
            Self::Avc(avc) => Some((avc.width, avc.height)),
            Self::Aac(_) => None,
        }
    }

    /// How wide a pixel is beside its height, for video.
    #[must_use]
    pub const fn pixel_aspect(&self) -> Option<AspectRatio> {
        match self {
            Self::Avc(avc) => Some(avc.pixel_aspect),
            Self::Aac(_) => None,
        }
    }

    /// Sampling rate in Hz and number of channels, for audio.
    #[must_use]
    pub const fn sampling(&self) -> Option<(u32, u8)> {
        match self {
            Self::Aac(aac) => Some((aac.output_rate, aac.output_channels)),
            Self::Avc(_) => None,
        }
    }

    /// The layout of the loudspeakers (`ChannelConfiguration`, ISO/IEC 23091-3, table 1), for audio
    /// where it is one of those listed there.
    #[must_use]
    pub const fn channel_layout(&self) -> Option<u8> {
        match self {
            Self::Aac(aac) => aac.channel_layout(),
            Self::Avc(_) => None,
        }
    }
}
