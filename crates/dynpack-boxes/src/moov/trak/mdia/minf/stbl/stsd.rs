//! The `stsd` box: how samples are coded (ISO/IEC 14496-12, 8.5.2).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// A `stsd` box with one sample entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stsd<'a> {
    /// The sample entry: a whole box, which is not looked into.
    pub entry: &'a [u8],
}

impl<'a> BoxType<'a> for Stsd<'a> {
    const KIND: Kind = Kind::code(*b"stsd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        match reader.u32()? {
            1 => Ok(Self { entry: reader.take_rest() }),
            _ => Err(Error::Unsupported("has another number of sample entries than one")),
        }
    }

    fn fields_len(&self) -> u64 {
        (self.entry.len() as u64).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(1);
        out.put_slice(self.entry);
    }
}
