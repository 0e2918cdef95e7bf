//! The `schm` box: the scheme of an encryption (ISO/IEC 14496-12, 8.12.5).

use bytes::BufMut;
use dynpack_media::FourCc;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `schm` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schm {
    /// The scheme.
    pub scheme_type: FourCc,
    /// Its version: 16 bits each of major and minor.
    pub scheme_version: u32,
}

impl<'a> BoxType<'a> for Schm {
    const KIND: Kind = Kind::code(*b"schm");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        match reader.version_and_flags()? {
            (_, 0) => Ok(Self { scheme_type: reader.fourcc()?, scheme_version: reader.u32()? }),
            _ => Err(Error::Unsupported("has the address of a scheme")),
        }
    }

    fn fields_len(&self) -> u64 {
        12
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_slice(&self.scheme_type.0);
        out.put_u32(self.scheme_version);
    }
}
