//! Documents in text tracks of MP4 files.
//!
//! [`reads`] names the bytes of the file that have the samples, and [`read`] makes a document of
//! them, on the clock of the movie.
//!
//! ```
//! use dynpack_media::{Extent, TextTrack};
//! use dynpack_text::{Document, Error, Options, mp4};
//!
//! /// Reads a track of a file of which `bytes` gives any extent.
//! fn document(
//!     track: &TextTrack,
//!     bytes: impl Fn(Extent) -> Vec<u8>,
//! ) -> Result<Document, Error> {
//!     let pieces: Vec<_> = mp4::reads(track)?.into_iter().map(bytes).collect();
//!     Ok(mp4::read(track, Options::new(), &pieces)?.document)
//! }
//! ```

use std::ops::Range;

use dynpack_media::{Extent, MediaStretch, SampleIndex, TextTrack, Ticks, Time};

use crate::cue::Cue;
use crate::cues::Cues;
use crate::error::Error;
use crate::limits::{MAX_CUES, MAX_SAMPLES, MAX_STRETCHES, MAX_TRACK_BYTES};
use crate::options::Options;
use crate::parsed::Parsed;
use crate::track::TrackReader;

/// Where the samples of a track lie, in their order: those that follow each other in the file are
/// one extent. Some may lie before others.
///
/// # Errors
/// [`Error::LimitExceeded`] past [`MAX_SAMPLES`], [`MAX_TRACK_BYTES`] or [`MAX_STRETCHES`].
pub fn reads(track: &TextTrack) -> Result<Vec<Extent>, Error> {
    let all = all(track);
    let bytes = track.samples.byte_len(all.clone());
    for (what, found, limit) in [
        ("the samples", u64::from(track.samples.len()), MAX_SAMPLES),
        ("the bytes of the samples", bytes, MAX_TRACK_BYTES),
        ("the edits of a text track", track.stretches.len() as u64, MAX_STRETCHES),
    ] {
        if found > limit as u64 {
            return Err(Error::LimitExceeded { what, limit });
        }
    }
    Ok(track.samples.extents(all).collect())
}

/// Reads a track. `pieces` are the bytes of its [reads](reads()), in their order.
///
/// Cues are shown as the edit list says: what it leaves out is left out, and what it repeats is
/// repeated. A cue that crosses the end of what is presented ends there.
///
/// # Errors
/// [`Error::WrongBytes`] if the pieces are not as long as the reads; those of [`reads()`],
/// [`TrackReader::new`] and [`TrackReader::add`].
pub fn read(
    track: &TextTrack,
    options: Options,
    pieces: &[impl AsRef<[u8]>],
) -> Result<Parsed, Error> {
    let reads = reads(track)?;
    let wanted: Vec<_> = reads.iter().map(|read| read.len).collect();
    let given: Vec<_> = pieces.iter().map(|piece| piece.as_ref().len() as u64).collect();
    if wanted != given {
        return Err(Error::WrongBytes);
    }
    let mut reader = TrackReader::new(&track.sample_entry, options)?;
    let mut pieces = pieces.iter().map(AsRef::as_ref);
    let mut rest: &[u8] = &[];
    for sample in track.samples.samples(all(track)) {
        if sample.size == 0 {
            continue;
        }
        if rest.is_empty() {
            rest = pieces.next().unwrap_or_default();
        }
        let (data, after) = rest.split_at_checked(sample.size as usize).ok_or(Error::WrongBytes)?;
        rest = after;
        let start = track.start + sample.decode_time;
        let [start, end] =
            [start, start + sample.duration].map(|at| Time::new(at, track.timescale));
        reader.add(start..end, data)?;
    }
    let mut parsed = reader.finish();
    parsed.document.cues = presented(&parsed.document.cues, track)?;
    Ok(parsed)
}

fn all(track: &TextTrack) -> Range<SampleIndex> {
    SampleIndex(0)..SampleIndex(track.samples.len())
}

/// The cues as the edit list presents them.
fn presented(cues: &Cues, track: &TextTrack) -> Result<Cues, Error> {
    let mut presented = Vec::new();
    for MediaStretch { position, media_start, duration } in &track.stretches {
        let at = |ticks| Time::new(ticks, track.timescale);
        let start = at(*media_start);
        let end = duration.map_or(at(Ticks::MAX), |duration| at(*media_start + duration));
        let by = at(*position - *media_start);
        for cue in cues.touching(start..end) {
            let (start, end) = (cue.start.max(start), cue.end.min(end));
            let cue = Cue { start, end, ..cue.clone() }.moved(by);
            if cue.start >= Cue::NEVER {
                continue;
            }
            if presented.len() == MAX_CUES {
                return Err(Error::LimitExceeded { what: "the cues", limit: MAX_CUES });
            }
            presented.push(Cue { end: cue.end.min(Cue::NEVER), ..cue });
        }
    }
    Ok(Cues::new(presented))
}
