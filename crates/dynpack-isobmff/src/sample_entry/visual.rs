//! What sample entries of all codecs of video share (ISO/IEC 14496-12, 12.1.3).

use bytes::Bytes;
use dynpack_codec::{Codec, Color, DolbyVision, Error as CodecError, Video, VideoCodec};

use super::entry::{COMMON, SampleEntry, copy, in_box, with_box};
use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of a visual sample entry before its boxes.
pub(crate) const FIXED: usize = 78;

/// Reads an entry that holds a configuration record of that kind, and `parse` reads the record.
pub(super) fn read<C: Into<VideoCodec>>(
    entry: &BoxRef<'_>,
    record: [u8; 4],
    parse: impl FnOnce(Bytes) -> Result<C, CodecError>,
) -> Result<SampleEntry, Error> {
    let mut fields = entry.fields();
    fields.skip(COMMON + 16)?;
    let (width, height) = (fields.u16()?, fields.u16()?);
    let mut boxes = entry.children_from(FIXED);
    let record = boxes
        .find_kind(&record)?
        .ok_or_else(|| entry.malformed(format!("holds no {}", String::from_utf8_lossy(&record))))?;
    let config = parse(Bytes::copy_from_slice(record.body)).map_err(in_box(&record))?;
    let mut video = Video::new(config, width, height);
    video.color = color(entry);
    video.dolby_vision = dolby_vision(entry)?;
    Ok(SampleEntry { codec: Codec::from(video), bytes: copy(entry) })
}

/// An entry of such a copy for another configuration of its codec.
pub(crate) fn with_codec(entry: &Bytes, codec: &VideoCodec) -> Bytes {
    match codec {
        VideoCodec::Avc(avc) => with_box(entry, FIXED, b"avcC", &avc.record),
        VideoCodec::Hevc(hevc) => with_box(entry, FIXED, b"hvcC", &hevc.record),
        VideoCodec::Av1(_) | VideoCodec::Vpx(_) | VideoCodec::Vc1(_) => entry.clone(),
    }
}

/// The colours in `colr` (12.1.5; QuickTime writes `nclc`). Players do without, so one that cannot
/// be read is ignored.
fn color(entry: &BoxRef<'_>) -> Option<Color> {
    let colr = entry.children_from(FIXED).find_kind(b"colr").ok()??;
    let mut fields = colr.fields();
    let kind = fields.fourcc().ok()?.0;
    let mut point = || u8::try_from(fields.u16().ok()?).ok();
    let color = Color::new(point()?, point()?, point()?);
    match &kind {
        b"nclx" => Some(color.with_full_range(colr.body.get(10)? & 0x80 != 0)),
        b"nclc" => Some(color),
        _ => None,
    }
}

/// The configuration of Dolby Vision, if there is one: its box is named for a range of profiles.
/// What follows boxes that cannot be read is ignored.
fn dolby_vision(entry: &BoxRef<'_>) -> Result<Option<DolbyVision>, Error> {
    let is_optional = !matches!(&entry.kind.0, b"dvh1" | b"dvhe");
    for kind in [b"dvcC", b"dvvC", b"dvwC"] {
        let record = entry.children_from(FIXED).find_kind(kind).ok().flatten();
        if let Some(record) = record {
            let dolby_vision = DolbyVision::parse(record.body, is_optional);
            return dolby_vision.map(Some).map_err(in_box(&record));
        }
    }
    Ok(None)
}
