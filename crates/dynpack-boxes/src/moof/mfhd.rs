//! The `mfhd` box: the number of a fragment (ISO/IEC 14496-12, 8.8.5).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `mfhd` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mfhd {
    /// The number of the fragment, which ascends in a file.
    pub sequence_number: u32,
}

impl<'a> BoxType<'a> for Mfhd {
    const KIND: Kind = Kind::code(*b"mfhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        Ok(Self { sequence_number: reader.u32()? })
    }

    fn fields_len(&self) -> u64 {
        8
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(self.sequence_number);
    }
}
