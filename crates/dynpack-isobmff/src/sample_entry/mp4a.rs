//! AAC: `mp4a` with an `esds` (ISO/IEC 14496-14, 5.6.1), also as QuickTime writes it.

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_boxes::Kind;
use dynpack_codec::{AacConfig, Codec};

use super::entry::{COMMON, SampleEntry, as_box, copy, in_box, with_box};
use super::esds;
use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of an audio sample entry before its boxes (ISO/IEC 14496-12, 12.2.3).
const FIXED: usize = 28;

/// Audio object types which are served: AAC-LC, alone or as the core of HE-AAC (ISO/IEC 14496-3,
/// 1.5.1.1).
const AAC_LC: u8 = 2;

/// Reads an entry of an `stsd` of that version, by which entries of QuickTime differ from those of
/// ISO/IEC 14496-12, version 1.
pub(super) fn read(entry: &BoxRef<'_>, stsd_version: u8) -> Result<SampleEntry, Error> {
    let sound = Sound::read(entry, stsd_version)?;
    let wave = entry.children_from(sound.fixed).find_kind(b"wave")?;
    let esds_box = match &wave {
        Some(wave) => wave.require(b"esds")?,
        None => entry
            .children_from(sound.fixed)
            .find_kind(b"esds")?
            .ok_or_else(|| entry.malformed("holds no esds"))?,
    };
    let descriptor = esds::read(esds_box.body)
        .ok_or_else(|| esds_box.malformed("holds no decoder configuration"))?;
    if !matches!(descriptor.object_type, 0x40 | 0x66..=0x68) {
        return Err(Error::Unsupported(format!(
            "the codec {} is not supported",
            name(descriptor.object_type)
        )));
    }
    let specific_config = Bytes::copy_from_slice(descriptor.specific_info);
    let channels = u8::try_from(sound.channels.min(0xff)).expect("at most 255");
    let config = AacConfig::parse(specific_config, channels).map_err(in_box(&esds_box))?;
    if config.core_object_type != AAC_LC {
        let object_type = config.core_object_type;
        return Err(Error::Unsupported(format!(
            "the codec mp4a.40.{object_type} is not supported, only AAC-LC and HE-AAC"
        )));
    }
    let bytes = if sound.is_iso() && wave.is_none() {
        copy(entry)
    } else {
        rebuild(&config, sound.channels, esds_box.whole)
    };
    Ok(SampleEntry { codec: Codec::from(config), bytes })
}

/// An entry of such a copy with another configuration in its `esds`.
pub(crate) fn with_config(entry: &Bytes, config: &AacConfig) -> Option<Bytes> {
    let own = as_box(entry)?;
    let esds_box = own.children_from(FIXED).find_kind(b"esds").ok()??;
    let body = esds::read(esds_box.body)?.with_specific_info(&config.specific_config);
    Some(with_box(entry, FIXED, b"esds", &body))
}

/// Bytes before the boxes of an entry of an `stsd` of that version. One that is cut short has no
/// boxes anywhere.
pub(super) fn fixed_len(entry: &BoxRef<'_>, stsd_version: u8) -> usize {
    Sound::read(entry, stsd_version).map_or(FIXED, |sound| sound.fixed)
}

/// The sound description, in its ISO form or one of QuickTime's (QuickTime File Format, "Sound
/// sample descriptions").
struct Sound {
    version: u16,
    channels: u16,
    /// Bytes before its boxes.
    fixed: usize,
}

impl Sound {
    fn read(entry: &BoxRef<'_>, stsd_version: u8) -> Result<Self, Error> {
        let mut fields = entry.fields();
        fields.skip(COMMON)?;
        let version = fields.u16()?;
        fields.skip(6)?;
        let channels = fields.u16()?;
        fields.skip(10)?;
        let (channels, more) = match version {
            1 if stsd_version == 0 => (channels, 16),
            2 if stsd_version == 0 => {
                fields.skip(12)?;
                let channels = fields.u32()?;
                let too_many = |_| entry.malformed(format!("has {channels} channels"));
                (u16::try_from(channels).map_err(too_many)?, 36)
            }
            _ => (channels, 0),
        };
        Ok(Self { version, channels, fixed: FIXED.saturating_add(more) })
    }

    const fn is_iso(&self) -> bool {
        self.version == 0
    }
}

/// An entry of version 0 around the descriptor.
fn rebuild(config: &AacConfig, channels: u16, esds: &[u8]) -> Bytes {
    let mut entry = BytesMut::new();
    let fields_len = esds.len().saturating_add(FIXED) as u64;
    Kind::code(*b"mp4a").put_header(fields_len, &mut entry);
    entry.put_slice(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    entry.put_u16(channels);
    entry.put_u16(16);
    entry.put_u32(0);
    // 16 bits have no room for more than 65,535 Hz; the configuration has.
    entry.put_u16(u16::try_from(config.core_rate).map_or(0, |rate| rate));
    entry.put_u16(0);
    entry.put_slice(esds);
    entry.freeze()
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
