//! AV1: `av01` (AV1 Codec ISO Media File Format Binding, 2.2).

use dynpack_codec::Av1Config;

use super::entry::SampleEntry;
use super::visual;
use crate::Error;
use crate::boxes::BoxRef;

pub(super) fn read(entry: &BoxRef<'_>) -> Result<SampleEntry, Error> {
    visual::read(entry, *b"av1C", Av1Config::parse)
}
