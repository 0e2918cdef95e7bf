//! The edit list: where in the movie a track starts, and at which of its samples (`elst`, ISO/IEC
//! 14496-12, 8.6.6).

use dynpack_boxes::moov::Elst;
use dynpack_media::{Edit, Ticks, Timescale};

use crate::Error;
use crate::boxes::BoxRef;

/// Reads the edit list of a track of this timescale; `movie` is the timescale of `mvhd`.
///
/// Empty edits at the start add up to the delay, and the first other edit declares the composition
/// time that is presented first. It is obeyed as it stands: a media time of 0 in a file with
/// reordered pictures delays them, as the file says. Later edits are not carried over, nor are
/// durations, which often lie, nor rates.
pub(crate) fn read(
    trak: &BoxRef<'_>,
    movie: Option<Timescale>,
    track: Timescale,
) -> Result<Edit, Error> {
    let Some(edts) = trak.child(b"edts")? else { return Ok(Edit::default()) };
    let Some(elst) = edts.child(b"elst")? else { return Ok(Edit::default()) };
    let Elst { edits } = elst.read()?;
    let first = edits.iter().find(|edit| edit.media_time >= 0);
    let media_start = Ticks(first.map_or(0, |edit| edit.media_time));
    let empty = edits.iter().take_while(|edit| edit.media_time < 0);
    let delay = empty.fold(0_u64, |delay, edit| delay.saturating_add(edit.duration));
    let delay = match (delay, movie) {
        (0, _) => Ticks::ZERO,
        (delay, Some(movie)) => {
            let delay = i64::try_from(delay)
                .map_err(|_| elst.malformed(format!("its empty edits last {delay} ticks")))?;
            Ticks(delay).rescale_round(movie, track)
        }
        (_, None) => {
            return Err(elst
                .malformed("has an empty edit, in the unknown timescale of a movie without mvhd"));
        }
    };
    checked(Edit { delay, media_start }).map_err(|problem| elst.malformed(problem))
}

/// The same edit, for media whose times count from its first sample, which is decoded at `start` on
/// the clock of the edit list. Returns the problem if a time becomes implausible.
pub(crate) fn of_media_from(edit: Edit, start: Ticks) -> Result<Edit, String> {
    let media_start = edit.media_start - start;
    if media_start < Ticks::ZERO {
        return checked(Edit { delay: edit.delay - media_start, media_start: Ticks::ZERO });
    }
    checked(Edit { media_start, ..edit })
}

fn checked(edit: Edit) -> Result<Edit, String> {
    match edit.implausible_time() {
        Some(ticks) => {
            Err(format!("the edit list declares tick {ticks}, beyond any plausible time"))
        }
        None => Ok(edit),
    }
}
