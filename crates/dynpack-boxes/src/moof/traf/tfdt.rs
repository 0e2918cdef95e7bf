//! The `tfdt` box: decode time of the first sample of a fragment (ISO/IEC 14496-12, 8.8.12).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `tfdt` box. It is written in version 1, with a time of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tfdt {
    /// Decode time of the first sample, in ticks of the track. The standard has no times before 0,
    /// but ffmpeg writes the priming of AAC as such.
    pub base_media_decode_time: i64,
}

impl<'a> BoxType<'a> for Tfdt {
    const KIND: Kind = Kind::code(*b"tfdt");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        Ok(Self { base_media_decode_time: reader.versioned(version)?.cast_signed() })
    }

    fn fields_len(&self) -> u64 {
        12
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, 0, out);
        out.put_i64(self.base_media_decode_time);
    }
}
