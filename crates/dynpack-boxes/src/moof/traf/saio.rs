//! The `saio` box: where the information about samples is (ISO/IEC 14496-12, 8.7.9).

use bytes::BufMut;

use crate::versioned::{field_len, put_version_and_flags, put_versioned, version_of};
use crate::{BoxType, Error, Kind, Reader};

/// A `saio` box with one offset: the information is in one piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saio {
    /// Where the information about the first sample is, in bytes from the base that `tfhd` gives:
    /// mostly the start of the `moof`.
    pub offset: u64,
}

impl Saio {
    fn version(&self) -> u8 {
        version_of([self.offset])
    }
}

impl<'a> BoxType<'a> for Saio {
    const KIND: Kind = Kind::code(*b"saio");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, flags) = reader.version_and_flags()?;
        if flags & 1 != 0 {
            return Err(Error::Unsupported("names the type of the information"));
        }
        match reader.u32()? {
            1 => Ok(Self { offset: reader.versioned(version)? }),
            _ => Err(Error::Unsupported("has another number of offsets than one")),
        }
    }

    fn fields_len(&self) -> u64 {
        field_len(self.version()).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        let version = self.version();
        put_version_and_flags(version, 0, out);
        out.put_u32(1);
        put_versioned(version, self.offset, out);
    }
}
