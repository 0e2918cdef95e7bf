//! H.264: `avc1` and `avc3` (ISO/IEC 14496-15, 5.4.2).

use dynpack_codec::AvcConfig;

use super::entry::SampleEntry;
use super::visual;
use crate::Error;
use crate::boxes::BoxRef;

pub(super) fn read(entry: &BoxRef<'_>) -> Result<SampleEntry, Error> {
    let in_band = entry.kind.0 == *b"avc3";
    visual::read(entry, *b"avcC", |record| AvcConfig::parse(record, in_band))
}
