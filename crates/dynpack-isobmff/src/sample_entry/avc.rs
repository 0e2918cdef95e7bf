//! H.264: `avc1` and `avc3` (ISO/IEC 14496-15, 5.4.2).

use bytes::Bytes;
use dynpack_codec::{AvcConfig, Codec, Video};

use super::entry::{COMMON, SampleEntry, copy, in_box, with_box};
use crate::Error;
use crate::boxes::BoxRef;

/// Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12, 12.1.3).
pub(crate) const FIXED: usize = 78;

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
    let config = AvcConfig::parse(record, in_band).map_err(in_box(&record_box))?;
    let codec = Codec::from(Video::new(config, width, height));
    Ok(SampleEntry { codec, bytes: copy(entry) })
}

/// An entry with another record in its `avcC`.
pub(crate) fn with_record(entry: &Bytes, record: &[u8]) -> Bytes {
    with_box(entry, FIXED, b"avcC", record)
}
