//! The `traf` box: samples of one track (ISO/IEC 14496-12, 8.8.6).
//!
//! Not read: `sdtp`, `sbgp`, `sgpd`, `subs`, `saiz` and `saio`.

use dynpack_boxes::moof::{PiffSenc, Senc};
use dynpack_boxes::moov::Trex;

use super::time::Time;
use super::trun::Run;
use crate::boxes::BoxRef;
use crate::gathered::SampleRun;
use crate::trak::Draft;
use crate::{Error, Limits};

/// A run and where it lies.
pub(super) struct Placed<'a> {
    trun: &'a BoxRef<'a>,
    run: Run<'a>,
    /// In bytes from the start of the file.
    start: u64,
    /// One past its last byte.
    pub(super) end: u64,
}

/// Finds the place of each run, by data offsets that count from `base`.
pub(super) fn place<'a>(
    truns: &'a [BoxRef<'a>],
    base: u64,
    defaults: Trex,
) -> Result<Vec<Placed<'a>>, Error> {
    let mut placed: Vec<Placed<'_>> = Vec::with_capacity(truns.len());
    for trun in truns {
        let run = Run::read(trun)?;
        let start = match run.data_offset() {
            Some(offset) => base.checked_add_signed(offset.into()),
            None => Some(placed.last().map_or(base, |before| before.end)),
        };
        let extent =
            start.and_then(|start| Some((start, start.checked_add(run.byte_len(defaults)?)?)));
        let (start, end) =
            extent.ok_or_else(|| trun.malformed("its samples lie outside of 64 bits"))?;
        placed.push(Placed { trun, run, start, end });
    }
    Ok(placed)
}

/// Appends the runs to the samples of their track.
pub(super) fn append(
    traf: &BoxRef<'_>,
    is_empty: bool,
    defaults: Trex,
    runs: &[Placed<'_>],
    track: &mut Draft,
    file_len: u64,
    limits: &Limits,
) -> Result<(), Error> {
    refuse_encryption(traf)?;
    // Only the last fragment of a file can be incomplete.
    if let Some((_, error)) = track.missing.take() {
        return Err(error);
    }
    if is_empty {
        track.gathered()?.skip(defaults.default_sample_duration);
    }
    let Some(first) = runs.iter().find_map(|placed| placed.run.samples(defaults).next()) else {
        return Ok(());
    };
    track.entries.extend(defaults.default_sample_description_index, traf)?;
    let offset = track.served(first).composition_offset.cast_signed();
    let time = Time::read(traf)?.map(|time| time.decoded(offset));
    let replaced = track.gathered()?.begin(time).map_err(|problem| traf.malformed(problem))?;
    track.replaced = track.replaced.saturating_add(replaced);
    runs.iter().try_for_each(|placed| append_run(placed, defaults, track, file_len, limits))
}

fn append_run(
    placed: &Placed<'_>,
    defaults: Trex,
    track: &mut Draft,
    file_len: u64,
    limits: &Limits,
) -> Result<(), Error> {
    let Placed { trun, run, start, end } = placed;
    if run.count() == 0 {
        return Ok(());
    }
    let is_complete = track.missing.is_none();
    let gathered = track.gathered()?;
    let count = u64::from(gathered.len()).saturating_add(run.count().into());
    if count > limits.samples.into() {
        return Err(trun.exceeds("samples", count, limits.samples.into()));
    }
    // After a sample that is missing, none can follow.
    let room = if is_complete { file_len.saturating_sub(*start) } else { 0 };
    let (whole, len) = whole(run, defaults, room);
    if whole > 0 {
        gathered
            .begin_run(*start, len)
            .ok_or_else(|| trun.malformed("the samples sum up to more than 64 bits"))?;
    }
    let mut left = whole;
    for samples in run.samples(defaults) {
        if samples.duration > track.gaps().max_duration() {
            return Err(trun.malformed(format!("a sample lasts {} ticks", samples.duration)));
        }
        let count = samples.count.min(left);
        left = left.saturating_sub(count);
        let samples = track.served(SampleRun { count, ..samples });
        track.gathered()?.push(samples).map_err(|problem| trun.malformed(problem))?;
    }
    let missing = run.count().saturating_sub(whole);
    if missing > 0 {
        let error = trun
            .malformed(format!("its samples end at {end}, but the file has only {file_len} bytes"));
        let before = track.missing.take().map_or(0, |(count, _)| count);
        track.missing = Some((before.saturating_add(missing), error));
    }
    Ok(())
}

/// How many samples of a run are whole in `room` bytes, and how many bytes they take. A recording
/// that broke off has lost the end of its last fragment.
fn whole(run: &Run<'_>, defaults: Trex, room: u64) -> (u32, u64) {
    let (mut whole, mut len) = (0_u32, 0_u64);
    for SampleRun { count, size, .. } in run.samples(defaults) {
        let fitting = room.saturating_sub(len).checked_div(size.into()).unwrap_or(u64::MAX);
        let fitting = u32::try_from(fitting).map_or(count, |fitting| fitting.min(count));
        whole = whole.saturating_add(fitting);
        len = len.saturating_add(u64::from(size).saturating_mul(fitting.into()));
        if fitting < count {
            break;
        }
    }
    (whole, len)
}

/// Refuses samples which are encrypted though their sample entry does not say so.
fn refuse_encryption(traf: &BoxRef<'_>) -> Result<(), Error> {
    for child in traf.children() {
        let child = child?;
        if child.is::<Senc<'_>>() || child.is::<PiffSenc<'_>>() {
            return Err(Error::Encrypted(format!("{} holds a {} box", traf.path(), child.kind)));
        }
    }
    Ok(())
}
