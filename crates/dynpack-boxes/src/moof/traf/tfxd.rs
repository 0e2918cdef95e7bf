//! The `tfxd` box of Smooth Streaming: presentation time of a fragment (\[MS-SSTR\] 2.2.4.4).

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `tfxd` box. It is written in version 1, with times of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tfxd {
    /// Presentation time of the fragment, in ticks of the track. Files hold times before 0 too.
    pub time: i64,
    /// How long it lasts, in ticks of the track.
    pub duration: u64,
}

impl<'a> BoxType<'a> for Tfxd {
    const KIND: Kind = Kind::Extended(0x6d1d_9b05_42d5_44e6_80e2_141d_aff7_57b2);

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        let time = reader.versioned(version)?.cast_signed();
        Ok(Self { time, duration: reader.versioned(version)? })
    }

    fn fields_len(&self) -> u64 {
        20
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, 0, out);
        out.put_i64(self.time);
        out.put_u64(self.duration);
    }
}
