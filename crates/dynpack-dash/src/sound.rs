//! What a manifest declares of sound: its channels and its objects, each codec by its own schemes
//! (ISO/IEC 23009-1, 5.8.5.4).

use dynpack_codec::{AudioCodec, DtsConfig};

use crate::model::Descriptor;

/// The loudspeaker layout, by its number in ISO/IEC 23091-3.
const LAYOUT: &str = "urn:mpeg:mpegB:cicp:ChannelConfiguration";

/// The channel map of AC-3 and Enhanced AC-3, in four hexadecimal digits (ETSI TS 102 366, I.1.2.1).
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

/// `codecs`. Opus and FLAC are named in lower case: dash.js hands the name to the browser, and of the
/// registered names `Opus` and `fLaC` Chromium knew neither for years. ffmpeg and Shaka Packager
/// write the same.
pub(crate) fn codecs(audio: &AudioCodec) -> String {
    match audio {
        AudioCodec::Opus(_) | AudioCodec::Flac(_) => audio.rfc6381().to_lowercase(),
        AudioCodec::Aac(_)
        | AudioCodec::Ac3(_)
        | AudioCodec::Eac3(_)
        | AudioCodec::Ac4(_)
        | AudioCodec::Dts(_)
        | AudioCodec::Alac(_)
        | AudioCodec::Mp3(_) => audio.rfc6381(),
    }
}

/// `AudioChannelConfiguration`; `None` for a layout that has no number.
pub(crate) fn channels(audio: &AudioCodec) -> Option<Descriptor> {
    let descriptor = |scheme, value| Some(Descriptor { scheme, value });
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
        | AudioCodec::Mp3(_) => descriptor(LAYOUT, layout(audio)?.to_string()),
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

/// `SupplementalProperty` of sound with objects.
pub(crate) fn objects(audio: &AudioCodec) -> Vec<Descriptor> {
    let Some(objects) = audio.objects() else { return Vec::new() };
    let complexity = Descriptor { scheme: JOC_COMPLEXITY, value: objects.to_string() };
    vec![Descriptor { scheme: JOC, value: "JOC".into() }, complexity]
}
