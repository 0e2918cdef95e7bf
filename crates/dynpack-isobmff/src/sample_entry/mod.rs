//! Sample entries: how the samples of a track are coded (`stsd`, ISO/IEC 14496-12, 8.5.2). One file
//! a codec. No other place reads them.

mod avc;
mod esds;
mod mp4a;
mod protected;

use bytes::{Bytes, BytesMut};
use dynpack_codec::Codec;

use crate::Error;
use crate::boxes::BoxRef;

/// A sample entry that can be served.
#[derive(Clone, Debug)]
pub(crate) struct SampleEntry {
    pub(crate) codec: Codec,
    /// The entry as an output file can carry it: a box of its own memory, in the form of ISO/IEC
    /// 14496-12.
    pub(crate) bytes: Bytes,
}

/// Reads the entry of that number, from 1.
pub(crate) fn read(stsd: &BoxRef<'_>, number: u32) -> Result<SampleEntry, Error> {
    let (version, _) = stsd.fields().version_and_flags()?;
    let place = usize::try_from(number).unwrap_or_default().checked_sub(1);
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

/// Bytes of a sample entry of any kind before what its kind adds (8.5.2.2).
const COMMON: usize = 8;

/// A copy of an entry which refers to the first data reference, the only one there is in an output
/// file.
fn copy(entry: &BoxRef<'_>) -> Bytes {
    let mut copy = BytesMut::from(entry.whole);
    let header_len = entry.whole.len().saturating_sub(entry.body.len());
    if let Some(reference) =
        copy.get_mut(header_len..).and_then(|body| body.get_mut(COMMON - 2..COMMON))
    {
        reference.copy_from_slice(&[0, 1]);
    }
    copy.freeze()
}

/// A malformed configuration, in terms of the box that holds it.
fn in_box(holder: &BoxRef<'_>) -> impl Fn(dynpack_codec::Error) -> Error {
    move |error| holder.malformed(error.to_string())
}
