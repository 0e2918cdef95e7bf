//! Codec configuration as mp4parse reads it.
//!
//! mp4parse never sees the file. It gets a movie of a few hundred bytes, made of nothing but one sample entry: a broken box elsewhere
//! cannot make it fail, no count in the file can make it allocate, and it costs a few microseconds. Where it knows no answer, the
//! reading of [`sample_entry`](crate::sample_entry) stands.

use bytes::{BufMut, Bytes, BytesMut};
use dynpack_media::{FourCc, MediaKind};
use mp4parse::{AudioCodecSpecific, ProtectionSchemeInfoBox, SampleEntry, VideoCodecSpecific};

/// Bytes of a sample entry, beyond which mp4parse is not asked: it descends into nested descriptors by recursion.
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
    let movie = mp4parse::read_mp4(&mut movie(entry, kind)?.as_ref()).ok()?;
    match movie.tracks.first()?.stsd.as_ref()?.descriptions.first()? {
        SampleEntry::Video(video) => match video.protection_info.first() {
            Some(protection) => Some(protected(protection)),
            None => match &video.codec_specific {
                VideoCodecSpecific::AVCConfig(record) => Some(Configuration::Avc(Bytes::copy_from_slice(record))),
                _ => None,
            },
        },
        SampleEntry::Audio(audio) => match audio.protection_info.first() {
            Some(protection) => Some(protected(protection)),
            None => match &audio.codec_specific {
                AudioCodecSpecific::ES_Descriptor(descriptor) if !descriptor.decoder_specific_data.is_empty() => {
                    Some(Configuration::Aac(Bytes::copy_from_slice(&descriptor.decoder_specific_data)))
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
fn movie(entry: &[u8], kind: MediaKind) -> Option<BytesMut> {
    let handler: &[u8; 4] = match kind {
        MediaKind::Video => b"vide",
        _ => b"soun",
    };
    let hdlr = nest(b"hdlr", &[&[0; 8][..], handler, &[0; 13]].concat())?;
    let stsd = nest(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1][..], entry].concat())?;
    let minf = nest(b"minf", &nest(b"stbl", &stsd)?)?;
    let mdia = nest(b"mdia", &[hdlr, minf].concat())?;
    nest(b"moov", &nest(b"trak", &mdia)?)
}

fn nest(kind: &[u8; 4], body: &[u8]) -> Option<BytesMut> {
    let mut nested = BytesMut::new();
    nested.put_u32(u32::try_from(body.len()).ok()?.checked_add(8)?);
    nested.put_slice(kind);
    nested.put_slice(body);
    Some(nested)
}
