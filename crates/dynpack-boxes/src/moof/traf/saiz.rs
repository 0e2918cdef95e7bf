//! The `saiz` box: bytes of what is said of each sample elsewhere (ISO/IEC 14496-12, 8.7.8).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `saiz` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saiz<'a> {
    /// Equally many bytes for each sample.
    Uniform {
        /// Bytes, above 0.
        size: u8,
        /// How many samples there are.
        count: u32,
    },
    /// Bytes for each of fewer than 2^32 samples.
    Each(&'a [u8]),
}

impl Saiz<'_> {
    /// Bytes of a box about `count` samples.
    #[must_use]
    pub const fn len_of(is_uniform: bool, count: u32) -> u64 {
        17_u64.saturating_add(if is_uniform { 0 } else { count as u64 })
    }
}

impl<'a> BoxType<'a> for Saiz<'a> {
    const KIND: Kind = Kind::code(*b"saiz");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        if reader.version_and_flags()?.1 & 1 != 0 {
            return Err(Error::Unsupported("names the type of the information"));
        }
        let (size, count) = (reader.u8()?, reader.u32()?);
        match size {
            0 => reader.entries(count, 1).map(Self::Each),
            size => Ok(Self::Uniform { size, count }),
        }
    }

    fn fields_len(&self) -> u64 {
        9_u64.saturating_add(match self {
            Self::Uniform { .. } => 0,
            Self::Each(sizes) => sizes.len() as u64,
        })
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        match *self {
            Self::Uniform { size, count } => {
                out.put_u8(size);
                out.put_u32(count);
            }
            Self::Each(sizes) => {
                out.put_u8(0);
                out.put_u32(u32::try_from(sizes.len()).expect("fewer than 2^32 samples"));
                out.put_slice(sizes);
            }
        }
    }
}
