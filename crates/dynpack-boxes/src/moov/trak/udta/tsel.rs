//! The `tsel` box: between which tracks clients may switch (ISO/IEC 14496-12, 8.10.3).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `tsel` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tsel<'a> {
    /// Tracks of one group other than 0 can replace each other during playback.
    pub switch_group: i32,
    /// What distinguishes the track from others of its group, as four-character codes.
    pub attributes: &'a [u8],
}

impl<'a> BoxType<'a> for Tsel<'a> {
    const KIND: Kind = Kind::code(*b"tsel");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        Ok(Self { switch_group: reader.i32()?, attributes: reader.take_rest() })
    }

    fn fields_len(&self) -> u64 {
        (self.attributes.len() as u64).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_i32(self.switch_group);
        out.put_slice(self.attributes);
    }
}
