//! Init segments: `ftyp` and a `moov` without samples (ISO/IEC 14496-12, 8.2 to 8.5 and 8.8;
//! ISO/IEC 23000-19, 7.3.1).

use bytes::{BufMut, Bytes};
use dynpack_codec::{Codec, MediaKind, VideoCodec};
use dynpack_media::boxes::{put_box, put_full_box};
use dynpack_media::{Language, Rendition};

use super::boxes::{put_brands, put_matrix};
use super::{MOST_HEAD, Profile, Protection, TRACK_ID};
use crate::Error;

/// `track_enabled`, `track_in_movie` and `track_in_preview` (8.3.2).
const TRACK_FLAGS: u32 = 7;

/// Volume 1.0, as 8.8 fixed point.
const FULL_VOLUME: u16 = 0x0100;

pub(super) fn write(
    profile: Profile,
    rendition: &Rendition,
    protection: Option<&Protection>,
) -> Result<Bytes, Error> {
    let brands = profile.init_brands(rendition);
    let brands = brands.ok_or_else(|| Error::Unsupported("it has no init segments".into()))?;
    let entry_len = rendition.track.sample_entry.len();
    if entry_len as u64 > MOST_HEAD {
        return Err(Error::Unsupported(format!("its sample entry has {entry_len} bytes")));
    }
    let clear = || Ok(rendition.track.sample_entry.clone());
    let entry =
        protection.map_or_else(clear, |protection| protection.sample_entry(&rendition.track))?;
    let mut out = Vec::with_capacity(entry_len + 1024);
    put_brands(&mut out, b"ftyp", brands);
    put_box(&mut out, b"moov", |out| {
        put_mvhd(out, rendition);
        put_box(out, b"trak", |out| put_trak(out, rendition, &entry));
        put_box(out, b"mvex", |out| put_mvex(out, rendition));
        if let Some(protection) = protection {
            protection.put_systems(out);
        }
    });
    Ok(out.into())
}

/// The `mvhd` box (8.2.2). Creation times are 0, so that equal files give equal bytes; the duration
/// is 0 since the `moov` has no samples.
fn put_mvhd(out: &mut Vec<u8>, rendition: &Rendition) {
    put_full_box(out, b"mvhd", 0, 0, |out| {
        out.put_u64(0);
        out.put_u32(rendition.timescale().hz());
        out.put_u32(0);
        out.put_u32(0x0001_0000);
        out.put_u16(FULL_VOLUME);
        out.put_bytes(0, 10);
        put_matrix(out);
        out.put_bytes(0, 24);
        out.put_u32(TRACK_ID + 1);
    });
}

fn put_trak(out: &mut Vec<u8>, rendition: &Rendition, entry: &[u8]) {
    put_tkhd(out, rendition);
    put_edts(out, rendition);
    put_box(out, b"mdia", |out| {
        put_mdhd(out, rendition);
        put_hdlr(out, rendition.kind());
        put_elng(out, &rendition.language);
        put_box(out, b"minf", |out| put_minf(out, rendition.kind(), entry));
    });
}

/// The `tkhd` box (8.3.2).
fn put_tkhd(out: &mut Vec<u8>, rendition: &Rendition) {
    let (volume, (width, height)) = match &rendition.track.codec {
        Codec::Video(video) => (0, display_size(video)),
        Codec::Audio(_) => (FULL_VOLUME, (0, 0)),
    };
    put_full_box(out, b"tkhd", 0, TRACK_FLAGS, |out| {
        out.put_u64(0);
        out.put_u32(TRACK_ID);
        out.put_bytes(0, 16);
        out.put_u32(0);
        out.put_u16(volume);
        out.put_u16(0);
        put_matrix(out);
        out.put_u32(width);
        out.put_u32(height);
    });
}

/// The `elst` box (8.6.6) with one edit, where media lies before the start of the presentation: all
/// from there on. Its duration is 0, which stands for that of all fragments.
fn put_edts(out: &mut Vec<u8>, rendition: &Rendition) {
    let lead = rendition.cuts.lead().0;
    if lead <= 0 {
        return;
    }
    let short = i32::try_from(lead);
    put_box(out, b"edts", |out| {
        put_full_box(out, b"elst", short.is_err().into(), 0, |out| {
            out.put_u32(1);
            match short {
                Ok(media_time) => {
                    out.put_u32(0);
                    out.put_i32(media_time);
                }
                Err(_) => {
                    out.put_u64(0);
                    out.put_i64(lead);
                }
            }
            out.put_u32(0x0001_0000);
        });
    });
}

/// The `mdhd` box (8.4.2).
fn put_mdhd(out: &mut Vec<u8>, rendition: &Rendition) {
    put_full_box(out, b"mdhd", 0, 0, |out| {
        out.put_u64(0);
        out.put_u32(rendition.timescale().hz());
        out.put_u32(0);
        out.put_u16(packed(rendition.language.three_letters()));
        out.put_u16(0);
    });
}

/// Three letters of 5 bits each, from 1 for `a` (8.4.2.3).
fn packed(three_letters: &str) -> u16 {
    three_letters.bytes().fold(0, |packed, letter| packed << 5 | u16::from(letter & 0x1f)) & 0x7fff
}

/// The `elng` box (8.4.6), for a tag which says more than three letters can.
fn put_elng(out: &mut Vec<u8>, language: &Language) {
    if Language::parse(language.three_letters()) != *language {
        put_full_box(out, b"elng", 0, 0, |out| {
            out.put_slice(language.tag().as_bytes());
            out.put_u8(0);
        });
    }
}

/// The `hdlr` box (8.4.3).
fn put_hdlr(out: &mut Vec<u8>, kind: MediaKind) {
    let (handler, name) = match kind {
        MediaKind::Video => (b"vide", "video"),
        MediaKind::Audio => (b"soun", "audio"),
    };
    put_full_box(out, b"hdlr", 0, 0, |out| {
        out.put_u32(0);
        out.put_slice(handler);
        out.put_bytes(0, 12);
        out.put_slice(name.as_bytes());
        out.put_u8(0);
    });
}

fn put_minf(out: &mut Vec<u8>, kind: MediaKind, entry: &[u8]) {
    match kind {
        MediaKind::Video => put_full_box(out, b"vmhd", 0, 1, |out| out.put_u64(0)),
        MediaKind::Audio => put_full_box(out, b"smhd", 0, 0, |out| out.put_u32(0)),
    }
    put_box(out, b"dinf", |out| {
        put_full_box(out, b"dref", 0, 0, |out| {
            out.put_u32(1);
            put_full_box(out, b"url ", 0, 1, |_| ());
        });
    });
    put_box(out, b"stbl", |out| put_stbl(out, entry));
}

/// The `stbl` box (8.5.1) of a track whose samples all stand in fragments.
fn put_stbl(out: &mut Vec<u8>, entry: &[u8]) {
    put_full_box(out, b"stsd", 0, 0, |out| {
        out.put_u32(1);
        out.put_slice(entry);
    });
    put_full_box(out, b"stts", 0, 0, |out| out.put_u32(0));
    put_full_box(out, b"stsc", 0, 0, |out| out.put_u32(0));
    put_full_box(out, b"stsz", 0, 0, |out| out.put_u64(0));
    put_full_box(out, b"stco", 0, 0, |out| out.put_u32(0));
}

/// The `mehd` and `trex` boxes (8.8.2, 8.8.3). The duration is known, since all is stored; the
/// defaults stand in each fragment.
fn put_mvex(out: &mut Vec<u8>, rendition: &Rendition) {
    put_full_box(out, b"mehd", 1, 0, |out| {
        out.put_u64(u64::try_from(rendition.end().0).unwrap_or_default())
    });
    put_full_box(out, b"trex", 0, 0, |out| {
        out.put_u32(TRACK_ID);
        out.put_u32(1);
        out.put_bytes(0, 12);
    });
}

/// Width and height as displayed, as 16.16 fixed point: the coded size with its pixel aspect ratio
/// in the width (8.3.2).
fn display_size(video: &VideoCodec) -> (u32, u32) {
    const ONE: u32 = 1 << 16;
    let (width, height) = video.dimensions();
    let coded = u32::from(width) << 16;
    (
        video.pixel_aspect().stretch(width, ONE).filter(|&width| width > 0).unwrap_or(coded),
        u32::from(height) << 16,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_packed_as_the_standard_says() {
        assert_eq!(packed("und"), 0x55c4);
        assert_eq!(packed("eng"), 0x15c7);
    }
}
