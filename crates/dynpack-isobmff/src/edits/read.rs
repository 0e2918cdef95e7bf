//! Reads the edit list of a track.

use dynpack_boxes::moov::{Edit, Elst};
use dynpack_media::{Ticks, Timescale};

use super::stretch::Stretch;
use super::{EditList, beyond};
use crate::Error;
use crate::boxes::BoxRef;

/// The maximum number of edits: editors make hundreds.
const MAX_EDITS: u32 = 1 << 16;

/// The farthest that a time in a list of several edits may lie, so that no sum of times passes 64
/// bits.
const FARTHEST: i64 = 1 << 57;

impl EditList {
    /// Reads the edit list of a track of this timescale; `movie` is the timescale of `mvhd`.
    ///
    /// The rate of a single edit is ignored, as in ffmpeg and Chromium: most other rates than 1 are
    /// mistakes. In a list of several, nothing would be at its time then.
    pub(crate) fn read(
        trak: &BoxRef<'_>,
        movie: Option<Timescale>,
        track: Timescale,
    ) -> Result<Self, Error> {
        let tick = movie.map_or(Ticks::ZERO, |movie| Ticks(1).rescale_ceil(movie, track));
        let all = Self { stretches: vec![Stretch::ALL], tick, place: trak.place(), warning: None };
        let Some(edts) = trak.child(b"edts")? else { return Ok(all) };
        let Some(elst) = edts.child(b"elst")? else { return Ok(all) };
        let edits = edits(&elst)?;
        let clocks = Clocks { elst: &elst, movie, track, tick };
        let stretches = clocks.stretches(&edits)?;
        let other_rate = (1..).zip(&edits).find(|(_, edit)| is_of_other_rate(edit));
        let are_several = edits.iter().filter(|edit| edit.media_time >= 0).count() > 1;
        if let Some((number, edit)) = other_rate.filter(|_| are_several) {
            let rate = f64::from(edit.rate) / f64::from(Edit::NORMAL_RATE);
            return Err(elst.place().edit_list(format!("edit {number} plays at the rate {rate}")));
        }
        let warning = other_rate.map(|_| "the rate of its edit list is not 1, and is ignored");
        Ok(Self { stretches, tick, place: elst.place(), warning })
    }
}

fn edits(elst: &BoxRef<'_>) -> Result<Vec<Edit>, Error> {
    let mut fields = elst.fields();
    fields.version_and_flags()?;
    let count = fields.u32()?;
    if count > MAX_EDITS {
        return Err(elst.malformed(format!("has {count} edits, where {MAX_EDITS} are the limit")));
    }
    elst.read::<Elst>().map(|elst| elst.edits)
}

fn is_of_other_rate(edit: &Edit) -> bool {
    edit.media_time >= 0 && edit.rate != Edit::NORMAL_RATE
}

/// The clocks on which an edit list is written.
struct Clocks<'a> {
    elst: &'a BoxRef<'a>,
    movie: Option<Timescale>,
    track: Timescale,
    /// A tick of the movie.
    tick: Ticks,
}

impl Clocks<'_> {
    /// The media of the edits, by the times at which empty edits and the others before place it.
    /// All of the media, if all are empty. An edit without a duration stands for all media that
    /// follows if it is the last, and else for nothing.
    fn stretches(&self, edits: &[Edit]) -> Result<Vec<Stretch>, Error> {
        let (mut stretches, mut start): (Vec<Stretch>, _) = (Vec::new(), 0_u64);
        let last = edits.iter().rposition(|edit| edit.media_time >= 0);
        for (at, edit) in edits.iter().enumerate() {
            let end = start.saturating_add(edit.duration);
            if edit.media_time >= 0 && (edit.duration > 0 || Some(at) == last) {
                let position = self.position(start)?;
                let duration = self.position(end).ok().map(|end| end - position);
                let duration = duration.filter(|end| edit.duration > 0 && end.is_plausible());
                let (number, media_start) = (at.saturating_add(1), Ticks(edit.media_time));
                let stretch = Stretch { number, position, media_start, duration };
                self.push(stretch, &mut stretches)?;
            }
            start = end;
        }
        if stretches.is_empty() {
            let all = Stretch { position: self.position(start)?, ..Stretch::ALL };
            self.push(all, &mut stretches)?;
        }
        Ok(stretches)
    }

    /// Appends media, which may go on where the media before ends.
    fn push(&self, next: Stretch, stretches: &mut Vec<Stretch>) -> Result<(), Error> {
        if let Some(ticks) = next.edit().implausible_time() {
            return Err(self.elst.malformed(beyond(ticks)));
        }
        let Some(last) = stretches.last_mut() else {
            stretches.push(next);
            return Ok(());
        };
        let times = [last.media_start, next.position, next.media_start];
        if let Some(ticks) = times.into_iter().find(|ticks| ticks.0 > FARTHEST) {
            return Err(self.elst.malformed(beyond(ticks)));
        }
        let expected = last.media_start + (next.position - last.position);
        let goes_on = last.position_end() == Some(next.position)
            && (next.media_start - expected).0.abs() <= self.tick.0;
        if goes_on {
            let before = next.position - last.position;
            last.duration = next.duration.map(|duration| before + duration);
        } else {
            stretches.push(next);
        }
        Ok(())
    }

    /// A time of the movie on the track's clock.
    fn position(&self, time: u64) -> Result<Ticks, Error> {
        if time == 0 {
            return Ok(Ticks::ZERO);
        }
        let movie = self.movie.ok_or_else(|| {
            self.elst.malformed("is in the unknown timescale of a movie without mvhd")
        })?;
        let ticks = i64::try_from(time)
            .map_err(|_| self.elst.malformed(format!("its edits last {time} ticks")))?;
        Ok(Ticks(ticks).rescale_round(movie, self.track))
    }
}
