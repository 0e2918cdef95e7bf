//! Audio: how its sound is coded.

use crate::AacConfig;

/// A codec of audio, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    /// AAC (ISO/IEC 14496-3).
    Aac(AacConfig),
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

impl From<AacConfig> for AudioCodec {
    fn from(config: AacConfig) -> Self {
        Self::Aac(config)
    }
}
