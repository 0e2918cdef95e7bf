//! The `trex` box: what holds for the samples of a track in fragments, unless those say otherwise
//! (ISO/IEC 14496-12, 8.8.3).

use bytes::BufMut;
use dynpack_media::TrackId;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader, SampleFlags};

/// The `trex` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trex {
    /// The track.
    pub track_id: TrackId,
    /// The entry of `stsd` that describes the samples, from 1.
    pub default_sample_description_index: u32,
    /// How long a sample lasts, in ticks of the track.
    pub default_sample_duration: u32,
    /// Bytes of a sample.
    pub default_sample_size: u32,
    /// What a sample depends on.
    pub default_sample_flags: SampleFlags,
}

impl Trex {
    /// The first sample entry, and zero for all else.
    #[must_use]
    pub const fn new(track_id: TrackId) -> Self {
        Self {
            track_id,
            default_sample_description_index: 1,
            default_sample_duration: 0,
            default_sample_size: 0,
            default_sample_flags: SampleFlags(0),
        }
    }
}

impl<'a> BoxType<'a> for Trex {
    const KIND: Kind = Kind::code(*b"trex");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        Ok(Self {
            track_id: TrackId(reader.u32()?),
            default_sample_description_index: reader.u32()?,
            default_sample_duration: reader.u32()?,
            default_sample_size: reader.u32()?,
            default_sample_flags: SampleFlags(reader.u32()?),
        })
    }

    fn fields_len(&self) -> u64 {
        24
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(self.track_id.0);
        out.put_u32(self.default_sample_description_index);
        out.put_u32(self.default_sample_duration);
        out.put_u32(self.default_sample_size);
        out.put_u32(self.default_sample_flags.0);
    }
}
