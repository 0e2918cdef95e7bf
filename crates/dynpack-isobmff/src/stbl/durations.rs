//! The `stts` box: how long each sample lasts (ISO/IEC 14496-12, 8.6.1.2).

use dynpack_media::ColumnBuilder;

use crate::Error;
use crate::boxes::{BoxRef, pair};

/// Reads the durations of `count` samples, in ticks.
///
/// Entries for more samples than there are go unused. One sample too few is let pass, as ffmpeg does: all decode times are known then,
/// and the last sample lasts as long as the one before. More than one too few would be guesswork.
pub(crate) fn read(stts: &BoxRef<'_>, count: u32, durations: &mut ColumnBuilder) -> Result<(), Error> {
    let mut fields = stts.fields();
    fields.version_and_flags()?;
    let entries = fields.u32()?;
    let mut last = 0;
    let mut longest = 0;
    for (samples, duration) in fields.table(entries)?.iter().map(pair) {
        let left = count.saturating_sub(durations.len());
        if left == 0 {
            break;
        }
        durations.push_run(duration, samples.min(left));
        if samples > 0 {
            (last, longest) = (duration, longest.max(duration));
        }
    }
    if i32::try_from(longest).is_err() {
        return Err(stts.malformed(format!("a sample lasts {longest} ticks")));
    }
    let given = durations.len();
    if given.checked_add(1) == Some(count) && given > 0 {
        durations.push_run(last, 1);
    }
    if durations.len() < count {
        return Err(stts.malformed(format!("gives the durations of {given} samples, where there are {count}")));
    }
    if longest == 0 {
        return Err(stts.malformed("all durations are zero"));
    }
    Ok(())
}
