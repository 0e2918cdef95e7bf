//! The `mehd` box: how long the movie lasts, fragments included (ISO/IEC 14496-12, 8.8.2).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `mehd` box. It is written in version 1, with a duration of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mehd {
    /// How long the longest track lasts, in ticks of the movie.
    pub fragment_duration: u64,
}

impl<'a> BoxType<'a> for Mehd {
    const KIND: Kind = Kind::code(*b"mehd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        Ok(Self { fragment_duration: reader.versioned(version)? })
    }

    fn fields_len(&self) -> u64 {
        12
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, 0, out);
        out.put_u64(self.fragment_duration);
    }
}
