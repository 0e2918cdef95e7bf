//! The `elst` box: which media of a track is presented, and at which time (ISO/IEC 14496-12,
//! 8.6.6).

use bytes::BufMut;

use crate::versioned::{field_len, put_version_and_flags, put_versioned};
use crate::{BoxType, Error, Kind, Reader};

/// The `elst` box: edits, one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elst {
    /// The edits; fewer than 2^32.
    pub edits: Vec<Edit>,
}

/// A stretch of media, or a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    /// How long it lasts, in ticks of the movie; 0 for all of the fragments.
    pub duration: u64,
    /// The composition time at which it starts in the media, in ticks of the track; -1 for a pause.
    pub media_time: i64,
    /// The rate of playback, 16.16 fixed point.
    pub rate: i32,
}

impl Edit {
    /// Playback at the rate of the media.
    pub const NORMAL_RATE: i32 = 0x1_0000;

    fn fits_32_bits(&self) -> bool {
        u32::try_from(self.duration).is_ok() && i32::try_from(self.media_time).is_ok()
    }

    fn read_from(version: u8, reader: &mut Reader<'_>) -> Result<Self, Error> {
        let duration = reader.versioned(version)?;
        let media_time = if version == 1 { reader.i64()? } else { reader.i32()?.into() };
        Ok(Self { duration, media_time, rate: reader.i32()? })
    }

    fn put(&self, version: u8, out: &mut Vec<u8>) {
        put_versioned(version, self.duration, out);
        match i32::try_from(self.media_time) {
            Ok(media_time) if version == 0 => out.put_i32(media_time),
            _ => out.put_i64(self.media_time),
        }
        out.put_i32(self.rate);
    }
}

impl Elst {
    fn version(&self) -> u8 {
        (!self.edits.iter().all(Edit::fits_32_bits)).into()
    }
}

/// Bytes of an edit.
const fn edit_len(version: u8) -> u64 {
    field_len(version).saturating_mul(2).saturating_add(4)
}

impl<'a> BoxType<'a> for Elst {
    const KIND: Kind = Kind::code(*b"elst");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        let count = reader.u32()?;
        let edit_len = usize::try_from(edit_len(version)).expect("12 or 20");
        let edits = reader.entries(count, edit_len)?.chunks_exact(edit_len);
        let edits = edits.map(|edit| Edit::read_from(version, &mut Reader::new(edit)));
        Ok(Self { edits: edits.collect::<Result<_, _>>()? })
    }

    fn fields_len(&self) -> u64 {
        edit_len(self.version()).saturating_mul(self.edits.len() as u64).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        let version = self.version();
        put_version_and_flags(version, 0, out);
        out.put_u32(u32::try_from(self.edits.len()).expect("fewer than 2^32 edits"));
        self.edits.iter().for_each(|edit| edit.put(version, out));
    }
}
