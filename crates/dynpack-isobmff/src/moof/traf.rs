//! The `traf` box: samples of one track (ISO/IEC 14496-12, 8.8.6).
//!
//! Not read: `sdtp`, `sbgp`, `sgpd`, `subs`, `saiz` and `saio`.

use super::tfhd::Tfhd;
use super::time::Time;
use super::trun::Run;
use crate::boxes::BoxRef;
use crate::gathered::Alike;
use crate::mvex::Defaults;
use crate::trak::Draft;
use crate::{Error, Limits};

/// The type of the box which does for PIFF what `senc` does for ISO/IEC 23001-7.
const PIFF_SENC: [u8; 16] = [0xa2, 0x39, 0x4f, 0x52, 0x5a, 0x9b, 0x4f, 0x14, 0xa2, 0x44, 0x6c, 0x42, 0x7c, 0x64, 0x8d, 0xf4];

/// Appends the samples to those of their track, unless that is left out, and tells where their data ends in the file.
pub(super) fn read(
    traf: &BoxRef<'_>,
    tfhd: &Tfhd,
    base: u64,
    mut track: Option<&mut Draft>,
    file_len: u64,
    limits: &Limits,
) -> Result<u64, Error> {
    let defaults = tfhd.defaults(track.as_ref().map_or_else(Defaults::default, |track| track.defaults));
    if let Some(track) = &mut track {
        if defaults.description != track.defaults.description {
            return Err(Error::Unsupported(format!("{}: the coding changes within the track", traf.path())));
        }
        refuse_encryption(traf)?;
        if tfhd.is_empty() {
            track.gathered().skip(defaults.duration);
        }
    }
    let mut time = Time::read(traf)?;
    let mut has_begun = false;
    let mut end = base;
    for trun in traf.children().all_of_kind(b"trun") {
        let trun = trun?;
        let run = Run::read(&trun)?;
        let start = match run.data_offset {
            Some(offset) => base.checked_add_signed(offset.into()),
            None => Some(end),
        };
        let extent = start.and_then(|start| Some((start, start.checked_add(byte_len(&run, defaults)?)?)));
        let (start, run_end) = extent.ok_or_else(|| trun.malformed("its samples lie outside of 64 bits"))?;
        end = run_end;
        let Some(track) = &mut track else { continue };
        let Some(first) = run.samples(defaults).next() else { continue };
        if end > file_len {
            return Err(trun.malformed(format!("its samples end at {end}, but the file has only {file_len} bytes")));
        }
        if !std::mem::replace(&mut has_begun, true) {
            let time = time.take().map(|time| time.decoded(first.composition_offset));
            track.gathered().begin(time).map_err(|problem| traf.malformed(problem))?;
        }
        append(&trun, &run, (start, end), defaults, track, limits)?;
    }
    Ok(end)
}

/// Appends a run which lies from byte to byte of the file.
fn append(
    trun: &BoxRef<'_>,
    run: &Run<'_>,
    (start, end): (u64, u64),
    defaults: Defaults,
    track: &mut Draft,
    limits: &Limits,
) -> Result<(), Error> {
    let all_are_sync = track.all_are_sync();
    let gathered = track.gathered();
    let count = u64::from(gathered.len()).saturating_add(run.count.into());
    if count > limits.samples.into() {
        return Err(trun.exceeds("samples", count, limits.samples.into()));
    }
    gathered.begin_run(start, end.saturating_sub(start)).ok_or_else(|| trun.malformed("its samples pass 64 bits"))?;
    for alike in run.samples(defaults) {
        if i32::try_from(alike.duration).is_err() {
            return Err(trun.malformed(format!("a sample lasts {} ticks", alike.duration)));
        }
        gathered.push(Alike { is_sync: all_are_sync || alike.is_sync, ..alike });
    }
    Ok(())
}

/// Bytes of all samples of a run; `None` if they pass 64 bits.
fn byte_len(run: &Run<'_>, defaults: Defaults) -> Option<u64> {
    run.samples(defaults).try_fold(0_u64, |sum, alike| sum.checked_add(u64::from(alike.size).checked_mul(alike.count.into())?))
}

/// Refuses samples which are encrypted though their sample entry does not say so.
fn refuse_encryption(traf: &BoxRef<'_>) -> Result<(), Error> {
    for child in traf.children() {
        let child = child?;
        if child.kind.0 == *b"senc" || (child.kind.0 == *b"uuid" && child.body.starts_with(&PIFF_SENC)) {
            return Err(Error::Unsupported(format!("already encrypted: {} holds a {} box", traf.path(), child.kind)));
        }
    }
    Ok(())
}
