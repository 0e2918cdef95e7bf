//! The list of qualities of a table (`QualityEntryCount` and `QualitySegmentUrlModifiers`).

use crate::{Error, Reader};

/// Reads a list of qualities, which must be empty.
pub(super) fn no_qualities(reader: &mut Reader<'_>) -> Result<(), Error> {
    match reader.u8()? {
        0 => Ok(()),
        _ => Err(Error::Unsupported("has qualities")),
    }
}
