//! The `stts` box: how long each sample lasts (ISO/IEC 14496-12, 8.6.1.2).

use dynpack_media::Column;

use super::runs::Runs;
use crate::Error;
use crate::boxes::BoxRef;

/// Reads the durations of `count` samples, in ticks: none may be longer than `max`.
///
/// Entries for more samples than there are go unused. One sample too few is accepted, as by ffmpeg:
/// all decode times are known then, and the last sample lasts as long as the one before. More than
/// one too few would be guesswork.
pub(crate) fn read(stts: &BoxRef<'_>, count: u32, max: u32) -> Result<Column, Error> {
    let mut fields = stts.fields();
    fields.version_and_flags()?;
    let entries = fields.u32()?;
    let runs = Runs::take(fields.table(entries)?, count);
    let longest = runs
        .iter()
        .filter(|(_, samples)| *samples > 0)
        .map(|(duration, _)| duration)
        .max()
        .unwrap_or_default();
    if longest > max {
        return Err(stts.malformed(format!("a sample lasts {longest} ticks")));
    }
    let missing = count.saturating_sub(runs.given);
    match runs.last_value() {
        Some(_) if longest == 0 => Err(stts.malformed("all durations are zero")),
        Some(last) if missing <= 1 => Ok(runs.column((last, missing))),
        _ => Err(stts.malformed(format!(
            "gives the durations of {} samples, where there are {count}",
            runs.given
        ))),
    }
}
