//! The `stbl` box: the samples of a track, table by table (ISO/IEC 14496-12, 8.5 to 8.7).
//!
//! Not read: `stsh`, `padb`, `stdp`, `sdtp`, `sbgp` and `sgpd`, `subs`, `saiz` and `saio`, `stps`.

mod chunks;
mod composition;
mod durations;
mod runs;
mod sizes;
mod sync;

use dynpack_media::Column;

use self::sizes::Sizes;
use crate::boxes::BoxRef;
use crate::gathered::Gaps;
use crate::samples::{Places, Samples};
use crate::{Error, Limits};

/// Which entries of `stsd` describe the samples, from 1, in the order of the samples; none where
/// there are no samples.
pub(crate) fn descriptions(stbl: &BoxRef<'_>) -> Result<Vec<u32>, Error> {
    let Some(size_box) = size_box(stbl)? else { return Ok(Vec::new()) };
    match (stbl.child(b"stsc")?, Sizes::read(&size_box)?.count()) {
        (Some(stsc), count @ 1..) => chunks::descriptions(&stsc, count),
        _ => Ok(Vec::new()),
    }
}

/// The table of sizes, in either form. Movies whose samples are all in fragments may lack it.
pub(crate) fn size_box<'a>(stbl: &'a BoxRef<'a>) -> Result<Option<BoxRef<'a>>, Error> {
    match stbl.child(b"stsz")? {
        Some(stsz) => Ok(Some(stsz)),
        None => stbl.child(b"stz2"),
    }
}

/// Reads the tables and checks each against the number of samples that `stsz` gives.
pub(crate) fn read(stbl: &BoxRef<'_>, gaps: Gaps, limits: &Limits) -> Result<Samples, Error> {
    let size_box = size_box(stbl)?.ok_or_else(|| stbl.malformed("holds neither stsz nor stz2"))?;
    let sizes = Sizes::read(&size_box)?;
    let count = sizes.count();
    if count > limits.samples {
        return Err(size_box.exceeds("samples", count.into(), limits.samples.into()));
    }
    if count == 0 {
        return Ok(Samples::none());
    }
    let durations = durations::read(&stbl.require(b"stts")?, count, gaps.max_duration())?;
    let composition_offsets = composition::read(stbl.child(b"ctts")?.as_ref(), count)?;
    let (sizes, places) = places(stbl, &size_box, &sizes)?;
    let sync_samples = stbl.child(b"stss")?.map(|stss| sync::read(&stss, count)).transpose()?;
    Ok(Samples { durations, composition_offsets, sizes, sync_samples, places })
}

/// The sizes and places of all samples: as the tables have them, or as columns where those are
/// unusual.
fn places(
    stbl: &BoxRef<'_>,
    size_box: &BoxRef<'_>,
    sizes: &Sizes<'_>,
) -> Result<(Column, Places), Error> {
    let stsc = stbl.require(b"stsc")?;
    let offsets = match stbl.child(b"stco")? {
        Some(stco) => stco,
        None => {
            stbl.child(b"co64")?.ok_or_else(|| stbl.malformed("holds neither stco nor co64"))?
        }
    };
    let stored = sizes.stored(size_box).and_then(|sizes| {
        let chunks = chunks::stored(&stsc, &offsets, &sizes)?;
        Some((sizes, Places::Stored(chunks)))
    });
    if let Some(stored) = stored {
        return Ok(stored);
    }
    let chunks = chunks::read(&stsc, &offsets, sizes)?;
    if chunks.byte_len() == 0 {
        return Err(size_box.malformed(format!("all {} samples are empty", sizes.count())));
    }
    Ok((sizes.column(), Places::Listed(chunks)))
}
