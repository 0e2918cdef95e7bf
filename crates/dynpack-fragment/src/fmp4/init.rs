//! Init segments: `ftyp` and a `moov` without samples (ISO/IEC 14496-12, 8.2 to 8.5 and 8.8;
//! ISO/IEC 23000-19, 7.3.1).

use bytes::Bytes;
use dynpack_boxes::moov::{
    Dref, Edit, Elng, Elst, Mdhd, Mehd, Mvhd, PackedLanguage, Stbl, Stsd, Tkhd, Trex,
};
use dynpack_boxes::{BoxType, put_container};
use dynpack_codec::{Codec, Video};
use dynpack_media::{Language, Rendition, TrackId};

use super::file::{MAX_HEAD, TRACK_ID};
use super::handler::Handler;
use super::profile::Profile;
use super::protection::Protection;
use crate::Error;

/// Volume 1.0, as 8.8 fixed point.
const FULL_VOLUME: i16 = 0x0100;

pub(super) fn write(
    profile: Profile,
    rendition: &Rendition,
    protection: Option<&Protection>,
) -> Result<Bytes, Error> {
    let ftyp = profile.ftyp(rendition);
    let ftyp = ftyp.ok_or_else(|| Error::Unsupported("it has no init segments".into()))?;
    let entry_len = rendition.track.sample_entry.len();
    if entry_len as u64 > MAX_HEAD {
        return Err(Error::Unsupported(format!("its sample entry has {entry_len} bytes")));
    }
    let clear = || Ok(rendition.track.sample_entry.clone());
    let entry =
        protection.map_or_else(clear, |protection| protection.sample_entry(&rendition.track))?;
    let mut out = Vec::with_capacity(entry_len.saturating_add(1024));
    ftyp.put(&mut out);
    put_container(*b"moov", &mut out, |out| {
        Mvhd::new(rendition.timescale(), NEXT_TRACK_ID.0).put(out);
        put_container(*b"trak", out, |out| put_trak(rendition, &entry, out));
        put_container(*b"mvex", out, |out| put_mvex(rendition, out));
        if let Some(protection) = protection {
            protection.put_systems(out);
        }
    });
    Ok(out.into())
}

/// The id that a second track would have.
const NEXT_TRACK_ID: TrackId = TrackId(2);

fn put_trak(rendition: &Rendition, entry: &[u8], out: &mut Vec<u8>) {
    tkhd(rendition).put(out);
    put_edts(rendition, out);
    let handler = Handler::of(rendition);
    put_container(*b"mdia", out, |out| {
        mdhd(rendition).put(out);
        handler.hdlr().put(out);
        put_elng(&rendition.language, out);
        put_container(*b"minf", out, |out| put_minf(handler, entry, out));
    });
}

fn tkhd(rendition: &Rendition) -> Tkhd {
    let (volume, (width, height)) = match &rendition.track.codec {
        Codec::Video(video) => (0, display_size(video)),
        Codec::Audio(_) => (FULL_VOLUME, (0, 0)),
        Codec::Text => (0, (0, 0)),
    };
    let matrix = rendition.track.matrix;
    Tkhd { volume, matrix, width, height, ..Tkhd::new(TRACK_ID) }
}

/// The `elst` box with one edit, where media lies before the start of the presentation: all from
/// there on. Its duration is 0, which stands for that of all fragments.
fn put_edts(rendition: &Rendition, out: &mut Vec<u8>) {
    let media_time = rendition.cuts.lead().0;
    if media_time > 0 {
        let edits = vec![Edit { duration: 0, media_time, rate: Edit::NORMAL_RATE }];
        put_container(*b"edts", out, |out| Elst { edits }.put(out));
    }
}

/// Creation times are 0, so that equal files give equal bytes; the duration is 0 since the `moov`
/// has no samples.
fn mdhd(rendition: &Rendition) -> Mdhd {
    Mdhd {
        creation_time: 0,
        modification_time: 0,
        timescale: rendition.timescale(),
        duration: 0,
        language: PackedLanguage::new(&rendition.language),
    }
}

/// The `elng` box, for a tag which says more than three letters can.
fn put_elng(language: &Language, out: &mut Vec<u8>) {
    if Language::parse(language.three_letters()) != *language {
        Elng { tag: language.tag().as_bytes() }.put(out);
    }
}

fn put_minf(handler: Handler, entry: &[u8], out: &mut Vec<u8>) {
    handler.put_media_header(out);
    put_container(*b"dinf", out, |out| Dref.put(out));
    Stbl { stsd: Stsd { entry } }.put(out);
}

/// The duration is known, since all is stored; the defaults stand in each fragment.
fn put_mvex(rendition: &Rendition, out: &mut Vec<u8>) {
    let end = rendition.end().0.max(0);
    Mehd { fragment_duration: end.cast_unsigned() }.put(out);
    Trex::new(TRACK_ID).put(out);
}

/// Width and height as displayed, as 16.16 fixed point: the coded size with its pixel aspect ratio
/// in the width (8.3.2).
fn display_size(video: &Video) -> (u32, u32) {
    const ONE: u32 = 1 << 16;
    let (width, height) = video.dimensions();
    let coded = u32::from(width) << 16;
    (
        video.pixel_aspect.stretch(width, ONE).filter(|&width| width > 0).unwrap_or(coded),
        u32::from(height) << 16,
    )
}
