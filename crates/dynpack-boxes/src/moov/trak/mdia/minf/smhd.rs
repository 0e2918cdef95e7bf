//! The `smhd` box: how audio is placed (ISO/IEC 14496-12, 12.2.2).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `smhd` box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Smhd {
    /// Left or right, 8.8 fixed point; 0 for the middle.
    pub balance: i16,
}

impl<'a> BoxType<'a> for Smhd {
    const KIND: Kind = Kind::code(*b"smhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let balance = reader.i16()?;
        reader.skip(2)?;
        Ok(Self { balance })
    }

    fn fields_len(&self) -> u64 {
        8
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_i16(self.balance);
        out.put_u16(0);
    }
}
