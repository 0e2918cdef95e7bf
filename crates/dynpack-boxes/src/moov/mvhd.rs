//! The `mvhd` box: what holds for the whole movie (ISO/IEC 14496-12, 8.2.2).

use bytes::BufMut;
use dynpack_media::{Matrix, Timescale};

use crate::versioned::{field_len, put_version_and_flags, put_versioned, version_of};
use crate::{BoxType, Error, Kind, Reader, matrix};

/// The `mvhd` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mvhd {
    /// Creation time of the file, in seconds since 1904; 0 if unknown.
    pub creation_time: u64,
    /// Modification time of the file, in seconds since 1904; 0 if unknown.
    pub modification_time: u64,
    /// The clock of the movie.
    pub timescale: Timescale,
    /// How long the longest track lasts, in ticks of the movie.
    pub duration: u64,
    /// The rate of playback, 16.16 fixed point.
    pub rate: i32,
    /// The volume, 8.8 fixed point.
    pub volume: i16,
    /// How pictures are transformed.
    pub matrix: Matrix,
    /// An id that no track has.
    pub next_track_id: u32,
}

impl Mvhd {
    /// A movie without times, played at its own rate and full volume.
    #[must_use]
    pub const fn new(timescale: Timescale, next_track_id: u32) -> Self {
        Self {
            creation_time: 0,
            modification_time: 0,
            timescale,
            duration: 0,
            rate: 0x1_0000,
            volume: 0x100,
            matrix: Matrix::UNITY,
            next_track_id,
        }
    }

    fn version(&self) -> u8 {
        version_of([self.creation_time, self.modification_time, self.duration])
    }
}

impl<'a> BoxType<'a> for Mvhd {
    const KIND: Kind = Kind::code(*b"mvhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        let [creation_time, modification_time] =
            [reader.versioned(version)?, reader.versioned(version)?];
        let timescale = timescale(reader)?;
        let duration = reader.versioned(version)?;
        let (rate, volume) = (reader.i32()?, reader.i16()?);
        reader.skip(10)?;
        let matrix = matrix::read_from(reader)?;
        reader.skip(24)?;
        let next_track_id = reader.u32()?;
        Ok(Self {
            creation_time,
            modification_time,
            timescale,
            duration,
            rate,
            volume,
            matrix,
            next_track_id,
        })
    }

    fn fields_len(&self) -> u64 {
        field_len(self.version()).saturating_mul(3).saturating_add(52).saturating_add(matrix::LEN)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        let version = self.version();
        put_version_and_flags(version, 0, out);
        put_versioned(version, self.creation_time, out);
        put_versioned(version, self.modification_time, out);
        out.put_u32(self.timescale.hz());
        put_versioned(version, self.duration, out);
        out.put_i32(self.rate);
        out.put_i16(self.volume);
        out.put_bytes(0, 10);
        matrix::put(&self.matrix, out);
        out.put_bytes(0, 24);
        out.put_u32(self.next_track_id);
    }
}

/// A timescale, which is never 0.
pub(super) fn timescale(reader: &mut Reader<'_>) -> Result<Timescale, Error> {
    Timescale::new(reader.u32()?).ok_or(Error::Invalid("has a timescale of 0"))
}
