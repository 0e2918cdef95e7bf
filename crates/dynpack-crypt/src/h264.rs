//! As much of H.264 as encryption needs: where slice headers end (ITU-T H.264, 7.3).
//!
//! Parameter sets are read up to the last field that shapes a slice header, and no value is kept
//! that does not.

mod bits;
mod parameters;
mod slice;

use dynpack_media::NalUnit;

pub(crate) use slice::SliceHeaders;

use crate::Error;

/// Whether a NAL unit is a slice, which every scheme encrypts, rather than one that stays clear.
///
/// # Errors
/// [`Error::Unsupported`] if it holds pictures in another way: partitions, auxiliary pictures,
/// layers and views, which receivers of SAMPLE-AES leave as they are, and whose headers nobody
/// reads here. [`Error::Malformed`] if it stays clear and hides others.
pub(crate) fn is_slice(unit: &[u8]) -> Result<bool, Error> {
    match NalUnit::kind_of(unit) {
        NalUnit::SLICE | NalUnit::IDR => Ok(true),
        kind @ (NalUnit::PARTITION_A..=NalUnit::PARTITION_C
        | NalUnit::AUXILIARY..=NalUnit::DEPTH_EXTENSION) => Err(Error::Unsupported(format!(
            "it has NAL units of type {kind}, whose headers are not known"
        ))),
        _ => refuse_start_code(unit).map(|()| false),
    }
}

/// Refuses a NAL unit that stays clear and has a start code in it: readers of byte streams would
/// take what follows for a unit of its own, which may be a slice in the clear.
pub(crate) fn refuse_start_code(unit: &[u8]) -> Result<(), Error> {
    if unit.windows(3).any(|bytes| bytes == [0, 0, 1]) {
        return Err(Error::Malformed(format!(
            "a NAL unit of type {} has a start code in it",
            NalUnit::kind_of(unit)
        )));
    }
    Ok(())
}
