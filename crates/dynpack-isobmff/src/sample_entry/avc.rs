//! H.264: `avc1` and `avc3` (ISO/IEC 14496-15, 5.4.2).

use bytes::Bytes;
use dynpack_codec::{AspectRatio, AvcConfig, Codec};

use super::entry::{COMMON, SampleEntry, copy, in_box, with_box};
use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3).
pub(super) const FIXED: usize = 78;

pub(super) fn read(entry: &BoxRef<'_>) -> Result<SampleEntry, Error> {
    let mut fields = entry.fields();
    fields.skip(COMMON + 16)?;
    let (width, height) = (fields.u16()?, fields.u16()?);
    let in_band = entry.kind.0 == *b"avc3";
    let record_box = entry
        .children_from(FIXED)
        .find_kind(b"avcC")?
        .ok_or_else(|| entry.malformed("holds no avcC"))?;
    let record = Bytes::copy_from_slice(record_box.body);
    let config = AvcConfig::parse(record, width, height, in_band).map_err(in_box(&record_box))?;
    let config = config.with_pixel_aspect(pixel_aspect(entry).unwrap_or(AspectRatio::SQUARE));
    Ok(SampleEntry { codec: Codec::from(config), bytes: copy(entry) })
}

/// A [copy] of an entry with another record in its `avcC`.
pub(crate) fn with_record(entry: &[u8], record: &[u8]) -> Bytes {
    with_box(entry, FIXED, b"avcC", record)
}

/// The ratio in a `pasp` (ISO/IEC 14496-12, 12.1.4). Players do without, so one that cannot be read
/// is ignored.
fn pixel_aspect(entry: &BoxRef<'_>) -> Option<AspectRatio> {
    let pasp = entry.children_from(FIXED).find_kind(b"pasp").ok()??;
    let mut fields = pasp.fields();
    AspectRatio::new(fields.u32().ok()?, fields.u32().ok()?)
}
