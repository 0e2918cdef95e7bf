//! The `abst` box: which fragments a stream has (Adobe F4V file format specification 10.1, 2.11.2).

use bytes::BufMut;

use super::{Afrt, Asrt};
use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `abst` box of a complete stream, in the named access profile.
///
/// It has one `asrt` and one `afrt`, and neither servers nor qualities, DRM data or metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abst {
    /// The version of the information, which ascends with each change.
    pub bootstrap_info_version: u32,
    /// Ticks per second of the times.
    pub time_scale: u32,
    /// End of the last fragment, in ticks.
    pub current_media_time: u64,
    /// How the fragments are numbered in segments.
    pub asrt: Asrt,
    /// Start times of the fragments.
    pub afrt: Afrt,
}

/// Bytes of the fields other than the two tables.
const FIXED_LEN: u64 = 36;

impl<'a> BoxType<'a> for Abst {
    const KIND: Kind = Kind::code(*b"abst");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let bootstrap_info_version = reader.u32()?;
        if reader.u8()? != 0 {
            return Err(Error::Unsupported("is of a live stream or another profile"));
        }
        let (time_scale, current_media_time) = (reader.u32()?, reader.u64()?);
        reader.skip(8)?;
        if reader.array::<5>()? != [0; 5] {
            return Err(Error::Unsupported("has an identifier, servers, qualities or more"));
        }
        let asrt = one_table(reader)?;
        let afrt = one_table(reader)?;
        Ok(Self { bootstrap_info_version, time_scale, current_media_time, asrt, afrt })
    }

    fn fields_len(&self) -> u64 {
        FIXED_LEN.saturating_add(self.asrt.box_len()).saturating_add(self.afrt.box_len())
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(self.bootstrap_info_version);
        out.put_u8(0); // named access profile, not live, no update
        out.put_u32(self.time_scale);
        out.put_u64(self.current_media_time);
        out.put_u64(0); // SmpteTimeCodeOffset
        out.put_bytes(0, 5); // no movie identifier, servers, qualities, DRM data or metadata
        out.put_u8(1);
        self.asrt.put(out);
        out.put_u8(1);
        self.afrt.put(out);
    }
}

/// A list of tables that has one.
fn one_table<'a, T: BoxType<'a>>(reader: &mut Reader<'a>) -> Result<T, Error> {
    if reader.u8()? != 1 {
        return Err(Error::Unsupported("has another number of tables than one of each"));
    }
    let (kind, body) = reader.child()?;
    T::read(T::KIND.fields_of(kind, body).ok_or(Error::OtherType)?)
}
