//! The `moof` box: a movie fragment, with samples of one or several tracks (ISO/IEC 14496-12,
//! 8.8.4).
//!
//! Not read: the sequence number of `mfhd`, which encoders start over, and `pssh`.

mod defaults;
mod time;
mod traf;
mod trun;

use dynpack_boxes::moof::Tfhd;

use crate::boxes::BoxRef;
use crate::moov::Moov;
use crate::{Error, Limits};

/// Reads a fragment of a file of `file_len` bytes. A track is left out, with the reason, if its
/// samples are broken here.
pub(crate) fn read(
    moof: &BoxRef<'_>,
    movie: &mut Moov,
    file_len: u64,
    limits: &Limits,
) -> Result<(), Error> {
    // Where the data of the traf before ends, if that could be read.
    let mut before = Some(moof.offset);
    for traf in moof.children().strict().all_of_kind(b"traf") {
        let traf = traf?;
        let tfhd: Tfhd = traf.require(b"tfhd")?.read()?;
        let defaults = defaults::defaults(&tfhd, movie.defaults(tfhd.track_id));
        let track = movie.track(tfhd.track_id, &traf, limits)?;
        let end_of_previous = before.take();
        let base = defaults::base(&tfhd, moof.offset).or(end_of_previous);
        let base = base.ok_or_else(|| {
            traf.malformed("lies after the data of the previous traf, which is broken")
        });
        let truns = traf.children().strict().all_of_kind(b"trun").collect::<Result<Vec<_>, _>>();
        let read = base.and_then(|base| {
            let runs = truns
                .as_ref()
                .map_err(Clone::clone)
                .and_then(|truns| traf::place(truns, base, defaults))?;
            before = Some(runs.last().map_or(base, |last| last.end));
            track.as_mut().map_or(Ok(()), |track| {
                traf::append(
                    &traf,
                    tfhd.duration_is_empty,
                    defaults,
                    &runs,
                    track,
                    file_len,
                    limits,
                )
            })
        });
        match read {
            Err(error) if !error.is_of_the_file() => return Err(error),
            Err(error) if track.is_ok() => *track = Err(error),
            _ => {}
        }
    }
    Ok(())
}
