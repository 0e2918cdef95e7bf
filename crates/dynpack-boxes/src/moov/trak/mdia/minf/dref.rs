//! The `dref` box in `dinf`: where the media is (ISO/IEC 14496-12, 8.7.2).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// A `dref` box with one `url ` that names no other file: all media is in this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dref;

/// The flag of a `url ` for media in the same file.
const SELF_CONTAINED: u32 = 1;

/// Bytes of a `url ` that names no other file.
const URL_LEN: u64 = 12;

impl<'a> BoxType<'a> for Dref {
    const KIND: Kind = Kind::code(*b"dref");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let is_this_file = reader.u32()? == 1
            && u64::from(reader.u32()?) == URL_LEN
            && reader.fourcc()?.0 == *b"url "
            && reader.version_and_flags()?.1 & SELF_CONTAINED != 0;
        is_this_file.then_some(Self).ok_or(Error::Unsupported("refers to another file"))
    }

    fn fields_len(&self) -> u64 {
        URL_LEN.saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(1);
        Kind::code(*b"url ").put_header(4, out);
        put_version_and_flags(0, SELF_CONTAINED, out);
    }
}
