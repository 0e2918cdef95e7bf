//! Quality levels of the codecs that Smooth Streaming supports.

use bytes::Bytes;
use dynpack_codec::ac3::{ChannelMap, FRAME_LENGTH};
use dynpack_codec::{AacConfig, AudioCodec, Codec, Eac3Config, Video, VideoCodec, WmaConfig};
use dynpack_media::Rendition;

use super::QualityLevel;
use crate::Error;

const START_CODE: [u8; 4] = [0, 0, 0, 1];
const AAC_LC: u8 = 2;
const HE_AAC: u8 = 5;
const HE_AAC_V2: u8 = 29;

/// `WAVE_FORMAT_EXTENSIBLE`.
const EXTENSIBLE: u32 = 65_534;

/// `MFAudioFormat_Dolby_DDPlus`, a7fb87af-2d02-42fb-a4d4-05cd93843bdd, as `GUID` is stored.
const DOLBY_DIGITAL_PLUS: [u8; 16] = [
    0xaf, 0x87, 0xfb, 0xa7, 0x02, 0x2d, 0xfb, 0x42, 0xa4, 0xd4, 0x05, 0xcd, 0x93, 0x84, 0x3b, 0xdd,
];

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
            Codec::Audio(AudioCodec::Eac3(eac3)) => Ok(Self::of_eac3(eac3)),
            Codec::Audio(AudioCodec::Wma(wma)) => Ok(Self::of_wma(wma)),
            // [MS-SSTR] 2.2.2.5 and its amendments name AAC, WMA Professional and Enhanced AC-3.
            Codec::Audio(AudioCodec::Ac3(_)) => Err("Smooth Streaming has no FourCC for AC-3"),
            Codec::Audio(AudioCodec::Mp3(_)) => Err("Smooth Streaming has no FourCC for MP3"),
            Codec::Audio(
                AudioCodec::Ac4(_)
                | AudioCodec::Dts(_)
                | AudioCodec::Opus(_)
                | AudioCodec::Flac(_)
                | AudioCodec::Alac(_),
            ) => Err("Smooth Streaming clients do not know its codec"),
            Codec::Text => Ok(Self { four_cc: Some("TTML".into()), ..Self::default() }),
        }
    }

    /// Enhanced AC-3: `CodecPrivateData` is what `WAVEFORMATEXTENSIBLE` adds to `WAVEFORMATEX`, and
    /// then the body of `dec3` (Microsoft, *MS-SSTR amendment*).
    fn of_eac3(eac3: &Eac3Config) -> Self {
        let channels = u32::from(eac3.channel_map.channels());
        let mask = speakers(eac3.channel_map);
        Self {
            four_cc: Some("EC-3".into()),
            codec_private_data: [
                &FRAME_LENGTH.to_le_bytes()[..],
                &mask.to_le_bytes(),
                &DOLBY_DIGITAL_PLUS,
                &eac3.record,
            ]
            .concat(),
            sampling_rate: Some(eac3.sampling_rate),
            channels: Some(channels),
            bits_per_sample: Some(16),
            packet_size: Some(channels * 2),
            audio_tag: Some(EXTENSIBLE),
            ..Self::default()
        }
    }

    /// Windows Media Audio: `CodecPrivateData` is what the codec adds to `WAVEFORMATEX`, and the
    /// attributes are its other fields.
    fn of_wma(wma: &WmaConfig) -> Self {
        Self {
            four_cc: Some(wma.version.four_cc().into()),
            codec_private_data: wma.extra.to_vec(),
            sampling_rate: Some(wma.sampling_rate),
            channels: Some(wma.channels.into()),
            bits_per_sample: Some(wma.bits.into()),
            packet_size: Some(wma.packet_size.into()),
            audio_tag: Some(wma.version.format_tag().into()),
            ..Self::default()
        }
    }

    fn of_video(video: &Video) -> Result<Self, &'static str> {
        if video.dolby_vision.is_some_and(|dolby_vision| !dolby_vision.is_optional) {
            return Err("Smooth Streaming has no Dolby Vision that only its own decoders may play");
        }
        let level = Self {
            max_width: Some(video.width.into()),
            max_height: Some(video.height.into()),
            ..Self::default()
        };
        let (four_cc, nal_length_size, sets): (_, _, [&[Bytes]; 3]) = match &video.codec {
            VideoCodec::Avc(avc) => ("H264", avc.nal_length_size, [&[], &avc.sps, &avc.pps]),
            VideoCodec::Hevc(hevc) => {
                let four_cc = if hevc.in_band { "HEV1" } else { "HVC1" };
                (four_cc, hevc.nal_length_size, [&hevc.vps, &hevc.sps, &hevc.pps])
            }
            VideoCodec::Vc1(vc1) => {
                let codec_private_data = vc1.headers.to_vec();
                return Ok(Self { four_cc: Some("WVC1".into()), codec_private_data, ..level });
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
            ..level
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

/// `dwChannelMask`: the loudspeakers that `WAVEFORMATEXTENSIBLE` has, which are those of 7.1 and
/// Cs.
fn speakers(map: ChannelMap) -> u32 {
    const REAR: u16 = 0x0200;
    // Without a pair at the rear, surround is there.
    let surround = if map.0 & REAR == 0 { [0x10, 0x20] } else { [0x200, 0x400] };
    let locations = [
        (0x8000, 0x1),
        (0x4000, 0x4),
        (0x2000, 0x2),
        (0x1000, surround[0]),
        (0x0800, surround[1]),
        (REAR, 0x30),
        (0x0100, 0x100),
        (0x0001, 0x8),
    ];
    let fed = locations.into_iter().filter(|(location, _)| map.0 & location != 0);
    fed.fold(0, |mask, (_, speaker)| mask | speaker)
}

#[cfg(test)]
mod tests {
    use dynpack_codec::Vc1Config;
    use dynpack_testkit::codec::{VC1, WMA_PRO};

    use super::*;

    #[test]
    fn loudspeakers_are_those_of_windows() {
        let masks = [0xa000, 0xf801, 0xfa01, 0xf901].map(|map| speakers(ChannelMap(map)));
        assert_eq!(masks, [0x3, 0x3f, 0x63f, 0x13f]);
    }

    /// The values are those of a manifest in Microsoft's *Timed metadata in live streaming*.
    #[test]
    fn windows_media_is_described_as_microsoft_documents_it() {
        let private = |level: &QualityLevel| {
            level.codec_private_data.iter().map(|byte| format!("{byte:02X}")).collect::<String>()
        };
        let vc1 = Vc1Config::parse(VC1.into()).unwrap();
        let level = QualityLevel::of_video(&Video::new(vc1, 364, 272)).unwrap();
        let headers = "250000010FC3460B50878A0B5821FF878780490800704704DC0000010E5A67F840";
        assert_eq!((level.four_cc.as_deref(), private(&level)), (Some("WVC1"), headers.into()));
        let level = QualityLevel::of_wma(&WmaConfig::parse(WMA_PRO.into()).unwrap());
        assert_eq!(private(&level), "1000030000000000000000000000E00042C0");
        assert_eq!((level.four_cc.as_deref(), level.audio_tag), (Some("WMAP"), Some(354)));
        assert_eq!((level.packet_size, level.bits_per_sample), (Some(4_459), Some(16)));
        assert_eq!((level.sampling_rate, level.channels), (Some(44_100), Some(2)));
    }

    #[test]
    fn enhanced_ac3_is_described_as_in_the_amendment() {
        let record = Bytes::from_static(&[0x07, 0, 0x20, 0x0f, 0]);
        let level = QualityLevel::of_eac3(&Eac3Config::parse(record, 0).unwrap());
        let private: String =
            level.codec_private_data.iter().map(|byte| format!("{byte:02X}")).collect();
        assert_eq!(private, "00063F000000AF87FBA7022DFB42A4D405CD93843BDD0700200F00");
        assert_eq!((level.audio_tag, level.channels), (Some(65_534), Some(6)));
    }
}
