//! The `ctts` box: how much later than decoded each sample is presented (ISO/IEC 14496-12, 8.6.1.3).

use dynpack_media::ColumnBuilder;

use crate::Error;
use crate::boxes::{BoxRef, pair};

/// Reads the composition offsets of `count` samples, in ticks, as the bits of an `i32`; all zero without a box.
///
/// Version 0 is read as signed like version 1: encoders write negative offsets in either, and none above 2^31 is real. As in ffmpeg and
/// Chromium, entries for more samples than there are go unused, and samples without an entry have no offset.
pub(crate) fn read(ctts: Option<&BoxRef<'_>>, count: u32, offsets: &mut ColumnBuilder) -> Result<(), Error> {
    if let Some(ctts) = ctts {
        let mut fields = ctts.fields();
        fields.version_and_flags()?;
        let entries = fields.u32()?;
        for (samples, offset) in fields.table(entries)?.iter().map(pair) {
            let left = count.saturating_sub(offsets.len());
            if left == 0 {
                break;
            }
            offsets.push_run(offset, samples.min(left));
        }
    }
    offsets.push_run(0, count.saturating_sub(offsets.len()));
    Ok(())
}
