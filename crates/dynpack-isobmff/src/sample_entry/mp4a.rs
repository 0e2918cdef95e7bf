//! AAC: `mp4a` with an `esds` (ISO/IEC 14496-14, 5.6.1).

use bytes::Bytes;
use dynpack_codec::{AacConfig, Codec};

use super::entry::{SampleEntry, as_box, in_box, with_box};
use super::esds;
use super::sound::{FIXED, Sound};
use crate::Error;
use crate::boxes::BoxRef;

/// Audio object types which are served: AAC-LC, alone or as the core of HE-AAC (ISO/IEC 14496-3,
/// 1.5.1.1).
const AAC_LC: u8 = 2;

/// Reads an entry of an `stsd` of that version.
pub(super) fn read(entry: &BoxRef<'_>, stsd_version: u8) -> Result<SampleEntry, Error> {
    let sound = Sound::read(entry, stsd_version)?;
    let esds_box = sound.require(b"esds")?;
    let descriptor = esds::read(esds_box.body)
        .ok_or_else(|| esds_box.malformed("holds no decoder configuration"))?;
    if !matches!(descriptor.object_type, 0x40 | 0x66..=0x68) {
        return Err(Error::Unsupported(format!(
            "the codec {} is not supported",
            name(descriptor.object_type)
        )));
    }
    let specific_config = Bytes::copy_from_slice(descriptor.specific_info);
    let config = AacConfig::parse(specific_config, sound.channels()).map_err(in_box(&esds_box))?;
    if config.core_object_type != AAC_LC {
        let object_type = config.core_object_type;
        return Err(Error::Unsupported(format!(
            "the codec mp4a.40.{object_type} is not supported, only AAC-LC and HE-AAC"
        )));
    }
    let bytes = sound.output(config.core_rate, esds_box.whole);
    Ok(SampleEntry { codec: Codec::from(config), bytes })
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
        0x69 | 0x6b => "MP3 (in mp4a)".into(),
        0xa5 => "AC-3 (in mp4a)".into(),
        0xa6 => "E-AC-3 (in mp4a)".into(),
        0xa9..=0xac => "DTS (in mp4a)".into(),
        0xad => "Opus (in mp4a)".into(),
        0xdd => "Vorbis (in mp4a)".into(),
        _ => format!("mp4a.{object_type:02x}"),
    }
}
