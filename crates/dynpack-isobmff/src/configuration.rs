//! Codec configuration as mp4parse reads it.
//!
//! mp4parse never sees the file. It gets a movie of a few hundred bytes, made of nothing but one
//! sample entry: a broken box elsewhere cannot make it fail, no count in the file can make it
//! allocate, and it costs a few microseconds. Where it knows no answer, the reading of
//! [`sample_entry`](crate::sample_entry) stands.

use bytes::{BufMut, Bytes};
use dynpack_codec::MediaKind;
use dynpack_media::FourCc;
use dynpack_media::boxes::{put_box, put_full_box};
use mp4parse::{AudioCodecSpecific, ProtectionSchemeInfoBox, SampleEntry, VideoCodecSpecific};

/// Bytes of a sample entry, beyond which mp4parse is not asked: it descends into nested descriptors
/// by recursion.
const MOST: usize = 4096;

/// What mp4parse knows of a sample entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Configuration {
    /// The body of `avcC`.
    Avc(Bytes),
    /// The `AudioSpecificConfig`.
    Aac(Bytes),
    /// The samples are encrypted: what they are, and by which scheme.
    Protected { original: FourCc, scheme: Option<FourCc> },
}

/// What mp4parse knows of a sample entry, which is given with its header; `None` if nothing.
pub(crate) fn read(entry: &[u8], kind: MediaKind) -> Option<Configuration> {
    if entry.len() > MOST {
        return None;
    }
    let movie = mp4parse::read_mp4(&mut movie(entry, kind).as_slice()).ok()?;
    match movie.tracks.first()?.stsd.as_ref()?.descriptions.first()? {
        SampleEntry::Video(video) => match video.protection_info.first() {
            Some(protection) => Some(protected(protection)),
            None => match &video.codec_specific {
                VideoCodecSpecific::AVCConfig(record) => {
                    Some(Configuration::Avc(Bytes::copy_from_slice(record)))
                }
                _ => None,
            },
        },
        SampleEntry::Audio(audio) => match audio.protection_info.first() {
            Some(protection) => Some(protected(protection)),
            None => match &audio.codec_specific {
                AudioCodecSpecific::ES_Descriptor(descriptor)
                    if !descriptor.decoder_specific_data.is_empty() =>
                {
                    Some(Configuration::Aac(Bytes::copy_from_slice(
                        &descriptor.decoder_specific_data,
                    )))
                }
                _ => None,
            },
        },
        SampleEntry::Unknown => None,
    }
}

fn protected(info: &ProtectionSchemeInfoBox) -> Configuration {
    let scheme = info.scheme_type.as_ref().map(|scheme| FourCc(scheme.scheme_type.value));
    Configuration::Protected { original: FourCc(info.original_format.value), scheme }
}

/// A movie of one track which has nothing but a handler and this sample entry.
fn movie(entry: &[u8], kind: MediaKind) -> Vec<u8> {
    let mut out = Vec::new();
    put_box(&mut out, b"moov", |out| {
        put_box(out, b"trak", |out| put_box(out, b"mdia", |out| put_media(entry, kind, out)))
    });
    out
}

fn put_media(entry: &[u8], kind: MediaKind, out: &mut Vec<u8>) {
    let handler: &[u8; 4] = match kind {
        MediaKind::Video => b"vide",
        _ => b"soun",
    };
    put_full_box(out, b"hdlr", 0, 0, |out| {
        out.put_u32(0);
        out.put_slice(handler);
        out.put_bytes(0, 13);
    });
    let put_entry = |out: &mut Vec<u8>| {
        out.put_u32(1);
        out.put_slice(entry);
    };
    put_box(out, b"minf", |out| {
        put_box(out, b"stbl", |out| put_full_box(out, b"stsd", 0, 0, put_entry))
    });
}
