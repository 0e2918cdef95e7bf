//! The `ctts` box: how much later than decoded each sample is presented (ISO/IEC 14496-12,
//! 8.6.1.3).

use dynpack_media::Column;

use super::runs::Runs;
use crate::Error;
use crate::boxes::BoxRef;

/// Reads the composition offsets of `count` samples, in ticks, as the bits of an `i32`; all zero
/// without a box.
///
/// Version 0 is read as signed like version 1: encoders write negative offsets in either, and none
/// above 2^31 is real. As in ffmpeg and Chromium, entries for more samples than there are go
/// unused, and samples without an entry have no offset.
pub(crate) fn read(ctts: Option<&BoxRef<'_>>, count: u32) -> Result<Column, Error> {
    let Some(ctts) = ctts else { return Ok(Column::constant(0, count)) };
    let mut fields = ctts.fields();
    fields.version_and_flags()?;
    let entries = fields.u32()?;
    let runs = Runs::take(fields.table(entries)?, count);
    Ok(runs.column((0, count.saturating_sub(runs.given))))
}
