//! Which NAL units encryption covers.

use super::NalType;
use crate::{Error, Unsupported, nal_unit};

/// Whether a NAL unit is a slice, which every scheme encrypts, rather than one that stays clear.
///
/// # Errors
/// [`Unsupported::NalType`] if it holds pictures in another way: partitions, auxiliary pictures,
/// layers and views. Receivers of SAMPLE-AES leave those as they are, and their headers are not
/// read here. [`Malformed::StartCode`](crate::Malformed::StartCode) if it stays clear and hides
/// others.
pub fn is_slice(unit: &[u8]) -> Result<bool, Error> {
    match NalType::of(unit) {
        NalType::SLICE | NalType::IDR => Ok(true),
        kind if kind.is_unusual_picture() => Err(Unsupported::NalType(kind.0).into()),
        _ => refuse_start_code(unit).map(|()| false),
    }
}

/// Refuses a NAL unit that stays clear and contains a start code: readers of byte streams would
/// take what follows for a unit of its own, which may be a slice in the clear.
///
/// # Errors
/// [`Malformed::StartCode`](crate::Malformed::StartCode).
pub fn refuse_start_code(unit: &[u8]) -> Result<(), Error> {
    Ok(nal_unit::refuse_start_code(unit, NalType::of(unit).0)?)
}
