//! Audio: how its sound is coded.

use crate::{
    AacConfig, Ac3Config, Ac4Config, AlacConfig, AudioFamily, DtsConfig, Eac3Config, FlacConfig,
    Mp3Config, OpusConfig, WmaConfig,
};

/// A codec of audio, with its configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AudioCodec {
    /// AAC (ISO/IEC 14496-3).
    Aac(AacConfig),
    /// AC-3: Dolby Digital (ETSI TS 102 366).
    Ac3(Ac3Config),
    /// Enhanced AC-3: Dolby Digital Plus (ETSI TS 102 366, Annex E).
    Eac3(Eac3Config),
    /// AC-4 (ETSI TS 103 190-2).
    Ac4(Ac4Config),
    /// DTS and its family (ETSI TS 102 114, ETSI TS 103 491).
    Dts(DtsConfig),
    /// Opus (RFC 6716).
    Opus(OpusConfig),
    /// FLAC (RFC 9639).
    Flac(FlacConfig),
    /// Apple Lossless.
    Alac(AlacConfig),
    /// MP3 (ISO/IEC 11172-3, Layer III).
    Mp3(Mp3Config),
    /// Windows Media Audio, which Smooth Streaming alone carries.
    Wma(WmaConfig),
}

impl AudioCodec {
    /// The `codecs` parameter (RFC 6381), such as `mp4a.40.2`.
    #[must_use]
    pub fn rfc6381(&self) -> String {
        match self {
            Self::Aac(aac) => aac.rfc6381(),
            Self::Ac3(_) => "ac-3".into(),
            Self::Eac3(_) => "ec-3".into(),
            Self::Ac4(ac4) => ac4.rfc6381(),
            Self::Dts(dts) => dts.rfc6381(),
            Self::Opus(_) => "Opus".into(),
            Self::Flac(_) => "fLaC".into(),
            Self::Alac(_) => "alac".into(),
            Self::Mp3(mp3) => mp3.rfc6381(),
            // No name is registered.
            Self::Wma(_) => "wma".into(),
        }
    }

    /// The family that players know it by.
    #[must_use]
    pub const fn family(&self) -> AudioFamily {
        match self {
            Self::Aac(aac) if aac.is_usac() => AudioFamily::XheAac,
            Self::Aac(_) => AudioFamily::Aac,
            Self::Ac3(_) => AudioFamily::Ac3,
            Self::Eac3(_) => AudioFamily::Eac3,
            Self::Ac4(_) => AudioFamily::Ac4,
            Self::Dts(_) => AudioFamily::Dts,
            Self::Opus(_) => AudioFamily::Opus,
            Self::Flac(_) => AudioFamily::Flac,
            Self::Alac(_) => AudioFamily::Alac,
            Self::Mp3(_) => AudioFamily::Mp3,
            Self::Wma(_) => AudioFamily::Wma,
        }
    }

    /// Sampling rate of the decoded sound, in Hz.
    #[must_use]
    pub const fn sampling_rate(&self) -> u32 {
        match self {
            Self::Aac(aac) => aac.output_rate,
            Self::Ac3(ac3) => ac3.sampling_rate,
            Self::Eac3(eac3) => eac3.sampling_rate,
            Self::Ac4(ac4) => ac4.sampling_rate,
            Self::Dts(dts) => dts.sampling_rate,
            Self::Opus(_) => OpusConfig::SAMPLING_RATE,
            Self::Flac(flac) => flac.sampling_rate,
            Self::Alac(alac) => alac.sampling_rate,
            Self::Mp3(mp3) => mp3.sampling_rate,
            Self::Wma(wma) => wma.sampling_rate,
        }
    }

    /// Number of channels of the decoded sound. Objects do not count.
    #[must_use]
    pub fn channels(&self) -> u8 {
        match self {
            Self::Aac(aac) => aac.output_channels,
            Self::Ac3(ac3) => ac3.channel_map.channels(),
            Self::Eac3(eac3) => eac3.channel_map.channels(),
            Self::Ac4(ac4) => ac4.channels,
            Self::Dts(dts) => dts.channels,
            Self::Opus(opus) => opus.channels,
            Self::Flac(flac) => flac.channels,
            Self::Alac(alac) => alac.channels,
            Self::Mp3(mp3) => mp3.channels,
            Self::Wma(wma) => wma.channels,
        }
    }

    /// How many objects joint object coding reconstructs at most, beside the channels; `None` for
    /// sound without it.
    #[must_use]
    pub const fn objects(&self) -> Option<u8> {
        match self {
            Self::Eac3(eac3) => eac3.joc_complexity,
            Self::Aac(_)
            | Self::Ac3(_)
            | Self::Ac4(_)
            | Self::Dts(_)
            | Self::Opus(_)
            | Self::Flac(_)
            | Self::Alac(_)
            | Self::Mp3(_)
            | Self::Wma(_) => None,
        }
    }

    /// Whether it is stereo for headphones, made of more channels or of objects: an immersive
    /// stereo presentation of AC-4.
    #[must_use]
    pub const fn is_immersive_stereo(&self) -> bool {
        matches!(self, Self::Ac4(Ac4Config { presentation_version: 2, .. }))
    }

    /// Whether the configuration describes the channels by an element of its own (a program config
    /// element), which many players do not read.
    #[must_use]
    pub const fn has_program_config(&self) -> bool {
        matches!(self, Self::Aac(AacConfig { program_config: Some(_), .. }))
    }

    /// Whether decoding can start at every frame, whatever a file says.
    #[must_use]
    pub const fn has_only_sync_samples(&self) -> bool {
        match self {
            Self::Aac(aac) => !aac.is_usac(),
            Self::Ac4(_) => false,
            Self::Ac3(_)
            | Self::Eac3(_)
            | Self::Dts(_)
            | Self::Opus(_)
            | Self::Flac(_)
            | Self::Alac(_)
            | Self::Mp3(_)
            | Self::Wma(_) => true,
        }
    }

    /// The layout of the loudspeakers (`ChannelConfiguration`, ISO/IEC 23091-3, table 1); `None`
    /// for a layout that the table does not list, and for codecs that describe it otherwise.
    #[must_use]
    pub const fn channel_layout(&self) -> Option<u8> {
        match self {
            Self::Aac(aac) => aac.channel_layout(),
            Self::Opus(OpusConfig { channels, mapping_family: 0 | 1, .. })
            | Self::Flac(FlacConfig { channels, .. }) => match channels {
                // Four are two in front and two at the back.
                4 => Some(10),
                7 => Some(11),
                8 => Some(12),
                _ => Some(*channels),
            },
            Self::Alac(alac) => match alac.channels {
                7 => Some(11),
                // Three pairs in front.
                8 => Some(7),
                channels => Some(channels),
            },
            Self::Mp3(mp3) => Some(mp3.channels),
            Self::Ac3(_)
            | Self::Eac3(_)
            | Self::Ac4(_)
            | Self::Dts(_)
            | Self::Opus(_)
            | Self::Wma(_) => None,
        }
    }
}
