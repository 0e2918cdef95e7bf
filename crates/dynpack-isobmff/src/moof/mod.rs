//! The `moof` box: a movie fragment, with samples of one or several tracks (ISO/IEC 14496-12, 8.8.4).
//!
//! Not read: the sequence number of `mfhd`, which encoders start over, and `pssh`.

mod tfhd;
mod time;
mod traf;
mod trun;

use tfhd::Tfhd;

use crate::boxes::BoxRef;
use crate::moov::Moov;
use crate::{Error, Limits};

/// Reads a fragment of a file of `file_len` bytes. A track of which it holds broken samples is left out for its reason.
pub(crate) fn read(moof: &BoxRef<'_>, movie: &mut Moov, file_len: u64, limits: &Limits) -> Result<(), Error> {
    // Where the data of the traf before ends, if that could be read.
    let mut before = Some(moof.offset);
    for traf in moof.children().all_of_kind(b"traf") {
        let traf = traf?;
        let tfhd = Tfhd::read(&traf.require(b"tfhd")?)?;
        let track = movie.track(tfhd.track, &traf, limits)?;
        let base = tfhd.base(moof.offset).or(before);
        let base = base.ok_or_else(|| traf.malformed("lies behind the data of the traf before, which is broken"));
        let read = base.and_then(|base| traf::read(&traf, &tfhd, base, track.as_mut().ok(), file_len, limits));
        before = read.as_ref().ok().copied();
        match (read, &mut *track) {
            (Err(error), _) if !error.is_of_the_file() => return Err(error),
            (Err(error), Ok(_)) => *track = Err(error),
            _ => {}
        }
    }
    Ok(())
}
