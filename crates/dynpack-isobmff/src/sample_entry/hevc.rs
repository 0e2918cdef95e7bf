//! HEVC: `hvc1` and `hev1` (ISO/IEC 14496-15, 8.4.1), and `dvh1` and `dvhe`, which are the same for
//! decoders of Dolby Vision alone.

use bytes::Bytes;
use dynpack_codec::HevcConfig;

use super::entry::{SampleEntry, renamed};
use super::visual;
use crate::Error;
use crate::boxes::BoxRef;

pub(super) fn read(entry: &BoxRef<'_>) -> Result<SampleEntry, Error> {
    let in_band = matches!(&entry.kind.0, b"hev1" | b"dvhe");
    visual::read(entry, *b"hvcC", |record| HevcConfig::parse(record, in_band))
}

/// The entry of such a copy, for `hev1` or `dvhe`, with a configuration that holds all parameter
/// sets: `hvc1` or `dvh1`.
pub(crate) fn out_of_band(entry: &Bytes, config: &HevcConfig) -> Bytes {
    let name = if entry.get(4..8) == Some(b"dvhe") { b"dvh1" } else { b"hvc1" };
    renamed(&visual::with_codec(entry, &config.clone().into()), *name)
}
