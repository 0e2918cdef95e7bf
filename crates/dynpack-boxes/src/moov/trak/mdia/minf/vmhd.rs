//! The `vmhd` box: how video is composed (ISO/IEC 14496-12, 12.1.2).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `vmhd` box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vmhd {
    /// How it is composed; 0 to copy it over what is below.
    pub graphics_mode: u16,
    /// Red, green and blue for other modes.
    pub op_color: [u16; 3],
}

impl<'a> BoxType<'a> for Vmhd {
    const KIND: Kind = Kind::code(*b"vmhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let graphics_mode = reader.u16()?;
        Ok(Self { graphics_mode, op_color: [reader.u16()?, reader.u16()?, reader.u16()?] })
    }

    fn fields_len(&self) -> u64 {
        12
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 1, out);
        out.put_u16(self.graphics_mode);
        self.op_color.iter().for_each(|part| out.put_u16(*part));
    }
}
