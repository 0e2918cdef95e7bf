//! What a manifest declares of sound: its channels and its objects, each codec by its own schemes
//! (ISO/IEC 23009-1, 5.8.5.4).

use dynpack_codec::{AudioCodec, DtsConfig};

use crate::model::{Descriptor, descriptor};

/// The loudspeaker layout, by its number in ISO/IEC 23091-3.
const LAYOUT: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";

/// The channel map of AC-3 and Enhanced AC-3, in four hexadecimal digits (ETSI TS 102 366,
/// I.1.2.1).
const DOLBY_MAP: &str = "tag:dolby.com,2014:dash:audio_channel_configuration:2011";

/// The groups of loudspeakers of AC-4, in six hexadecimal digits (ETSI TS 103 190-2, G.3.1).
const DOLBY_MASK: &str = "tag:dolby.com,2015:dash:audio_channel_configuration:2015";

/// The mask of a presentation of AC-4 that has objects instead of channels (ETSI TS 103 190-2,
/// G.3.2).
const OBJECTS: u32 = 0x80_0000;

/// The number of channels of DTS (ETSI TS 102 114, G.2).
const DTS_COUNT: &str = "tag:dts.com,2014:dash:audio_channel_configuration:2012";

/// The loudspeakers of DTS-UHD, in eight hexadecimal digits (ETSI TS 103 491, C.2).
const DTS_MASK: &str = "tag:dts.com,2018:uhd:audio_channel_configuration";

/// Joint object coding, and how many objects it has (ETSI TS 103 420, D.2).
const JOC: &str = "tag:dolby.com,2018:dash:EC3_ExtensionType:2018";
const JOC_COMPLEXITY: &str = "tag:dolby.com,2018:dash:EC3_ExtensionComplexityIndex:2018";

/// Stereo that was made of more channels or of objects, for headphones (ETSI TS 103 190-2, G.4).
const VIRTUALIZED: &str = "tag:dolby.com,2016:dash:virtualized_content:2016";

/// `codecs`. Opus and FLAC are named in lower case: dash.js hands the name to the browser, and of
/// the registered names `Opus` and `fLaC` Chromium knew neither for years. ffmpeg and Shaka
/// Packager write the same.
pub(crate) fn codecs(audio: &AudioCodec) -> String {
    match audio {
        AudioCodec::Opus(_) | AudioCodec::Flac(_) => audio.rfc6381().to_lowercase(),
        AudioCodec::Aac(_)
        | AudioCodec::Ac3(_)
        | AudioCodec::Eac3(_)
        | AudioCodec::Ac4(_)
        | AudioCodec::Dts(_)
        | AudioCodec::Alac(_)
        | AudioCodec::Mp3(_)
        | AudioCodec::Wma(_) => audio.rfc6381(),
    }
}

/// `AudioChannelConfiguration`; `None` for a layout that has no number.
pub(crate) fn channels(audio: &AudioCodec) -> Option<Descriptor> {
    let descriptor = |scheme, value: String| Some(descriptor(scheme, value));
    match audio {
        AudioCodec::Ac3(ac3) => descriptor(DOLBY_MAP, format!("{:04X}", ac3.channel_map.0)),
        AudioCodec::Eac3(eac3) => descriptor(DOLBY_MAP, format!("{:04X}", eac3.channel_map.0)),
        AudioCodec::Ac4(ac4) => {
            descriptor(DOLBY_MASK, format!("{:06X}", ac4.channel_mask.unwrap_or(OBJECTS)))
        }
        AudioCodec::Dts(DtsConfig { channel_mask: Some(mask), .. }) => {
            descriptor(DTS_MASK, format!("{mask:08X}"))
        }
        AudioCodec::Dts(dts) => descriptor(DTS_COUNT, dts.channels.to_string()),
        AudioCodec::Aac(_)
        | AudioCodec::Opus(_)
        | AudioCodec::Flac(_)
        | AudioCodec::Alac(_)
        | AudioCodec::Mp3(_)
        | AudioCodec::Wma(_) => descriptor(LAYOUT, layout(audio)?.to_string()),
    }
}

/// The number of the loudspeaker layout. If the stream describes a layout of its own, the usual
/// layout for its number of channels is used.
fn layout(audio: &AudioCodec) -> Option<u8> {
    let usual = |channels: u8| match channels {
        1..=6 => Some(channels),
        7 => Some(11),
        8 => Some(12),
        _ => None,
    };
    audio.channel_layout().or_else(|| usual(audio.channels()))
}

/// `SupplementalProperty` of sound with objects, and of sound for headphones.
pub(crate) fn supplemental(audio: &AudioCodec) -> Vec<Descriptor> {
    if let Some(objects) = audio.objects() {
        let complexity = descriptor(JOC_COMPLEXITY, objects.to_string());
        return vec![descriptor(JOC, "JOC"), complexity];
    }
    if audio.is_immersive_stereo() {
        return vec![descriptor(VIRTUALIZED, "1")];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use dynpack_codec::{
        Ac3Config, Ac4Config, Codec, DtsConfig, Eac3Config, FlacConfig, Mp3Config, OpusConfig,
    };
    use dynpack_testkit::codec::{
        AAC_48_SURROUND, AC3_SURROUND, AC4_STEREO, EAC3_ATMOS, FLAC_STEREO, OPUS_STEREO, aac,
    };

    use super::*;

    /// The values are those that Shaka Packager and Dolby's documents have for the same records.
    #[test]
    fn each_codec_has_its_schemes() {
        let opus = |record: &'static [u8]| OpusConfig::parse(record.into()).unwrap().into();
        let quad = &[0, 4, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 1, 2, 2, 0, 1, 2, 3];
        let uhd = DtsConfig::parse_uhd(&[6, 0, 0, 0, 0x0f, 0x3f, 0x80].as_slice().into()).unwrap();
        let cases: [(Codec, &str, &str, &str); 9] = [
            (aac(AAC_48_SURROUND), "aac", LAYOUT, "6"),
            (Ac3Config::parse(AC3_SURROUND.into()).unwrap().into(), "ac-3", DOLBY_MAP, "F801"),
            (Eac3Config::parse(EAC3_ATMOS.into(), 0).unwrap().into(), "ec-3", DOLBY_MAP, "F801"),
            (Ac4Config::parse(AC4_STEREO.into(), 2).unwrap().into(), "ac-4", DOLBY_MASK, "000001"),
            (FlacConfig::parse(FLAC_STEREO.into()).unwrap().into(), "flac", LAYOUT, "2"),
            (opus(OPUS_STEREO), "opus", LAYOUT, "2"),
            (opus(quad), "opus", LAYOUT, "10"),
            (DtsConfig::of_object_type(0xa9, 48_000, 6).unwrap().into(), "dts", DTS_COUNT, "6"),
            (uhd.into(), "dtsx", DTS_MASK, "00000F3F"),
        ];
        for (codec, name, scheme, value) in &cases {
            let channels = channels(codec.audio().unwrap()).unwrap();
            assert_eq!((channels.scheme, &*channels.value), (*scheme, *value), "{name}");
        }
        let properties = |codec: &Codec| {
            let all = supplemental(codec.audio().unwrap()).into_iter();
            all.map(|property| (property.scheme, property.value)).collect::<Vec<_>>()
        };
        let [aac, _, eac3, ac4, ..] = cases.map(|(codec, ..)| properties(&codec));
        assert_eq!(aac, []);
        assert_eq!(eac3, [(JOC, "JOC".into()), (JOC_COMPLEXITY, "16".into())]);
        assert_eq!(ac4, [(VIRTUALIZED, "1".into())]);
    }

    #[test]
    fn opus_and_flac_are_named_in_lower_case() {
        let flac = Codec::from(FlacConfig::parse(FLAC_STEREO.into()).unwrap());
        let mp3 = Codec::from(Mp3Config::new(0x6b, 44_100, 2));
        let names = [&flac, &mp3].map(|codec| codecs(codec.audio().unwrap()));
        assert_eq!(names, ["flac", "mp4a.6B"]);
    }
}
