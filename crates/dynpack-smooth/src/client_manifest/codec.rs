//! Quality levels of the codecs that Smooth Streaming supports.

use bytes::Bytes;
use dynpack_codec::{AacConfig, AudioCodec, Codec, Video, VideoCodec};
use dynpack_media::Rendition;

use super::QualityLevel;
use crate::Error;

const START_CODE: [u8; 4] = [0, 0, 0, 1];
const AAC_LC: u8 = 2;
const HE_AAC: u8 = 5;
const HE_AAC_V2: u8 = 29;

/// `WAVE_FORMAT_RAW_AAC1`.
const RAW_AAC: u32 = 255;

/// Checks that Smooth Streaming can carry a rendition.
///
/// # Errors
/// The reason if it cannot.
pub fn carries(rendition: &Rendition) -> Result<(), &'static str> {
    QualityLevel::of_codec(&rendition.track.codec).map(drop)
}

impl QualityLevel {
    /// The quality level of a rendition, with its index in its stream.
    pub(crate) fn of(rendition: &Rendition, index: u32) -> Result<Self, Error> {
        let level = Self::of_codec(&rendition.track.codec);
        let refused = |problem| Error::Rendition { rendition: rendition.id.clone(), problem };
        Ok(Self { index, bitrate: rendition.id.bitrate, ..level.map_err(refused)? })
    }

    fn of_codec(codec: &Codec) -> Result<Self, &'static str> {
        match codec {
            Codec::Video(video) => Self::of_video(video),
            Codec::Audio(AudioCodec::Aac(aac)) => Self::of_aac(aac),
            Codec::Audio(
                AudioCodec::Ac3(_)
                | AudioCodec::Eac3(_)
                | AudioCodec::Ac4(_)
                | AudioCodec::Dts(_)
                | AudioCodec::Opus(_)
                | AudioCodec::Flac(_)
                | AudioCodec::Alac(_)
                | AudioCodec::Mp3(_),
            ) => Err("Smooth Streaming clients do not know its codec"),
        }
    }

    fn of_video(video: &Video) -> Result<Self, &'static str> {
        if video.dolby_vision.is_some_and(|dolby_vision| !dolby_vision.is_optional) {
            return Err("Smooth Streaming has no Dolby Vision that only its own decoders may play");
        }
        let (four_cc, nal_length_size, sets): (_, _, [&[Bytes]; 3]) = match &video.codec {
            VideoCodec::Avc(avc) => ("H264", avc.nal_length_size, [&[], &avc.sps, &avc.pps]),
            VideoCodec::Hevc(hevc) => {
                let four_cc = if hevc.in_band { "HEV1" } else { "HVC1" };
                (four_cc, hevc.nal_length_size, [&hevc.vps, &hevc.sps, &hevc.pps])
            }
            VideoCodec::Av1(_) | VideoCodec::Vpx(_) => {
                return Err("Smooth Streaming clients do not know its codec");
            }
        };
        let [_, sps, pps] = sets;
        if sps.is_empty() || pps.is_empty() {
            return Err("its configuration holds no parameter sets, \
                 which clients need before the first fragment");
        }
        let units = sets.into_iter().flatten();
        Ok(Self {
            four_cc: Some(four_cc.into()),
            codec_private_data: units
                .flat_map(|unit| START_CODE.iter().chain(unit.iter()))
                .copied()
                .collect(),
            nal_length_size: Some(nal_length_size).filter(|&size| size != 4),
            max_width: Some(video.width.into()),
            max_height: Some(video.height.into()),
            ..Self::default()
        })
    }

    /// For HE-AAC, clients also accept the `AudioSpecificConfig`. `SamplingRate` is the rate of the
    /// AAC core, as in `HEAACWAVEINFO`, and dash.js doubles it.
    fn of_aac(aac: &AacConfig) -> Result<Self, &'static str> {
        let four_cc = match aac.object_type {
            AAC_LC => "AACL",
            HE_AAC | HE_AAC_V2 => "AACH",
            _ => return Err("Smooth Streaming only supports AAC-LC and HE-AAC"),
        };
        let channels = u32::from(aac.output_channels);
        Ok(Self {
            four_cc: Some(four_cc.into()),
            codec_private_data: aac.specific_config.to_vec(),
            sampling_rate: Some(aac.core_rate),
            channels: Some(channels),
            bits_per_sample: Some(16),
            packet_size: Some(channels * 2),
            audio_tag: Some(RAW_AAC),
            ..Self::default()
        })
    }
}
