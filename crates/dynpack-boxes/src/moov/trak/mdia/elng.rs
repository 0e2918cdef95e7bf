//! The `elng` box: a language of more than three letters (ISO/IEC 14496-12, 8.4.6).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `elng` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elng<'a> {
    /// A tag of BCP 47, without a zero in it.
    pub tag: &'a [u8],
}

impl<'a> BoxType<'a> for Elng<'a> {
    const KIND: Kind = Kind::code(*b"elng");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        Ok(Self { tag: reader.until_zero() })
    }

    fn fields_len(&self) -> u64 {
        (self.tag.len() as u64).saturating_add(5)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_slice(self.tag);
        out.put_u8(0);
    }
}
