//! The coding of a track, as far as it decides what a client can switch to.

use dynpack_codec::{Codec, Color, DynamicRange};

use crate::Track;

/// How a track is coded: clients switch between tracks of equal coding without a break.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// Video of one sample entry and look; profile and size may differ.
    Video {
        /// The type of the sample entry.
        sample_entry: &'static str,
        /// The range of brightness.
        range: DynamicRange,
        /// The colours, if they are beyond those of HDTV.
        color: Option<Color>,
    },
    /// Audio.
    Audio {
        /// The `codecs` parameter (RFC 6381).
        codec: String,
        /// Sampling rate in Hz.
        sampling_rate: u32,
        /// Number of channels.
        channels: u8,
        /// Number of objects beside the channels.
        objects: Option<u8>,
    },
    /// Text.
    Text,
}

impl Coding {
    /// The coding of a track.
    #[must_use]
    pub fn of(track: &Track) -> Self {
        match &track.codec {
            Codec::Video(video) => Self::Video {
                sample_entry: video.sample_entry(),
                range: video.dynamic_range(),
                color: video.color.filter(|color| color.is_beyond_hdtv()),
            },
            Codec::Audio(audio) => Self::Audio {
                codec: audio.rfc6381(),
                sampling_rate: audio.sampling_rate(),
                channels: audio.channels(),
                objects: audio.objects(),
            },
            Codec::Text => Self::Text,
        }
    }
}
