//! AAC, MP3 and DTS: `mp4a` with an `esds` (ISO/IEC 14496-14, 5.6.1), and `.mp3`.

use bytes::Bytes;
use dynpack_codec::{AacConfig, Codec, DtsConfig, Mp3Config};

use super::entry::{SampleEntry, as_box, in_box, with_box};
use super::esds;
use super::sound::{FIXED, Sound};
use crate::Error;
use crate::boxes::BoxRef;

/// Audio object types which are served: AAC-LC, alone or as the core of HE-AAC, and USAC (ISO/IEC
/// 14496-3, 1.5.1.1).
const AAC_LC: u8 = 2;
const USAC: u8 = 42;

/// `objectTypeIndication` of MPEG audio, by ISO/IEC 11172-3.
const MPEG_1_AUDIO: u8 = 0x6b;

/// Reads an entry of an `stsd` of that version.
pub(super) fn read(entry: &BoxRef<'_>, stsd_version: u8) -> Result<SampleEntry, Error> {
    let sound = Sound::read(entry, stsd_version)?;
    let esds_box = sound.require(b"esds")?;
    let descriptor = esds::read(esds_box.body)
        .ok_or_else(|| esds_box.malformed("holds no decoder configuration"))?;
    let unsupported = || {
        Error::Unsupported(format!("the codec {} is not supported", name(descriptor.object_type)))
    };
    let (codec, rate) = match descriptor.object_type {
        0x40 | 0x66..=0x68 => {
            let aac = read_aac(&sound, descriptor.specific_info, &esds_box)?;
            (Codec::from(aac.clone()), aac.core_rate)
        }
        object_type @ (0x69 | MPEG_1_AUDIO) => {
            (Codec::from(mp3(&sound, object_type)?), sound.rate())
        }
        other => {
            let dts = DtsConfig::of_object_type(other, sound.rate(), sound.channels());
            (dts.map(Codec::from).ok_or_else(unsupported)?, sound.rate())
        }
    };
    Ok(SampleEntry { bytes: sound.output(*b"mp4a", rate, esds_box.whole), codec })
}

/// Reads an entry of QuickTime for MP3, which becomes an `mp4a` as players know it.
pub(super) fn read_mp3(entry: &BoxRef<'_>, stsd_version: u8) -> Result<SampleEntry, Error> {
    let sound = Sound::read(entry, stsd_version)?;
    let codec = Codec::from(mp3(&sound, MPEG_1_AUDIO)?);
    let bytes = sound.output(*b"mp4a", sound.rate(), &esds::without_info(MPEG_1_AUDIO));
    Ok(SampleEntry { codec, bytes })
}

/// The configuration that an entry of MP3 declares.
fn mp3(sound: &Sound<'_>, object_type: u8) -> Result<Mp3Config, Error> {
    match sound.rate() {
        0 => Err(sound.entry().malformed("declares no sampling rate")),
        rate => Ok(Mp3Config::new(object_type, rate, sound.channels())),
    }
}

fn read_aac(sound: &Sound<'_>, info: &[u8], esds: &BoxRef<'_>) -> Result<AacConfig, Error> {
    let specific_config = Bytes::copy_from_slice(info);
    let config = AacConfig::parse(specific_config, sound.channels()).map_err(in_box(esds))?;
    match config.core_object_type {
        AAC_LC | USAC => Ok(config),
        other => Err(Error::Unsupported(format!(
            "the codec mp4a.40.{other}{} is not supported: players decode AAC-LC, HE-AAC and xHE-AAC",
            aac_name(other)
        ))),
    }
}

/// An entry of such a copy with another configuration in its `esds`.
pub(crate) fn with_config(entry: &Bytes, config: &AacConfig) -> Option<Bytes> {
    let own = as_box(entry)?;
    let esds_box = own.children_from(FIXED).find_kind(b"esds").ok()??;
    let body = esds::read(esds_box.body)?.with_specific_info(&config.specific_config);
    Some(with_box(entry, FIXED, b"esds", &body))
}

/// What an `objectTypeIndication` stands for (mp4ra.org, "Object types").
fn name(object_type: u8) -> String {
    match object_type {
        0xa5 => "AC-3 (in mp4a)".into(),
        0xa6 => "E-AC-3 (in mp4a)".into(),
        0xad => "Opus (in mp4a)".into(),
        0xdd => "Vorbis (in mp4a)".into(),
        _ => format!("mp4a.{object_type:02x}"),
    }
}

/// What an audio object type stands for (ISO/IEC 14496-3, table 1.17), in parentheses.
const fn aac_name(object_type: u8) -> &'static str {
    match object_type {
        1 => " (AAC Main)",
        3 => " (AAC SSR)",
        4 => " (AAC LTP)",
        17 => " (ER AAC-LC)",
        23 => " (AAC-LD)",
        32..=34 => " (MPEG audio)",
        36 => " (ALS)",
        39 => " (AAC-ELD)",
        _ => "",
    }
}
