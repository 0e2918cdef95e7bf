//! Sample entries: how the samples of a track are coded (`stsd`, ISO/IEC 14496-12, 8.5.2). One file
//! a codec. No other place reads them.

mod avc;
mod entry;
mod esds;
mod mp4a;
mod protected;

use crate::Error;
use crate::boxes::BoxRef;

pub(crate) use self::avc::FIXED as VISUAL_FIXED;
pub(crate) use self::entry::SampleEntry;

/// Reads the entry of that number, from 1.
pub(crate) fn read(stsd: &BoxRef<'_>, number: u32) -> Result<SampleEntry, Error> {
    let (version, _) = stsd.fields().version_and_flags()?;
    let place = (number as usize).checked_sub(1);
    let entry = place.and_then(|place| stsd.children_from(8).nth(place));
    let entry = entry.ok_or_else(|| {
        stsd.malformed(format!("holds no entry {number}, which the samples use"))
    })??;
    match &entry.kind.0 {
        b"avc1" | b"avc3" => avc::read(&entry),
        b"mp4a" => mp4a::read(&entry, version),
        b"encv" => Err(protected::refusal(&entry, avc::FIXED)),
        b"enca" => Err(protected::refusal(&entry, mp4a::fixed_len(&entry, version))),
        _ => Err(Error::Unsupported(format!("the codec {} is not supported", entry.kind))),
    }
}
