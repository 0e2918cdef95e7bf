//! The `tkhd` box: what holds for a track (ISO/IEC 14496-12, 8.3.2).

use bytes::BufMut;
use dynpack_media::{Matrix, TrackId};

use crate::versioned::{field_len, flag, put_version_and_flags, put_versioned, version_of};
use crate::{BoxType, Error, Kind, Reader, matrix};

const ENABLED: u32 = 1;
const IN_MOVIE: u32 = 2;
const IN_PREVIEW: u32 = 4;

/// The `tkhd` box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tkhd {
    /// Whether the track is to be played.
    pub is_enabled: bool,
    /// Whether it is used in the presentation.
    pub is_in_movie: bool,
    /// Whether it is used in previews.
    pub is_in_preview: bool,
    /// Creation time of the track, in seconds since 1904; 0 if unknown.
    pub creation_time: u64,
    /// Modification time of the track, in seconds since 1904; 0 if unknown.
    pub modification_time: u64,
    /// The id by which other boxes name the track.
    pub track_id: TrackId,
    /// How long it lasts, in ticks of the movie.
    pub duration: u64,
    /// Its place from front to back, lower numbers in front.
    pub layer: i16,
    /// Tracks of one group other than 0 are alternatives to each other.
    pub alternate_group: i16,
    /// The volume, 8.8 fixed point; 0 if it is not audio.
    pub volume: i16,
    /// How pictures are transformed.
    pub matrix: Matrix,
    /// Width as displayed, 16.16 fixed point.
    pub width: u32,
    /// Height as displayed, 16.16 fixed point.
    pub height: u32,
}

impl Tkhd {
    /// A track that is played, without times, sound or pictures.
    #[must_use]
    pub const fn new(track_id: TrackId) -> Self {
        Self {
            is_enabled: true,
            is_in_movie: true,
            is_in_preview: true,
            creation_time: 0,
            modification_time: 0,
            track_id,
            duration: 0,
            layer: 0,
            alternate_group: 0,
            volume: 0,
            matrix: Matrix::UNITY,
            width: 0,
            height: 0,
        }
    }

    fn version(&self) -> u8 {
        version_of([self.creation_time, self.modification_time, self.duration])
    }

    const fn flags(&self) -> u32 {
        flag(self.is_enabled, ENABLED)
            | flag(self.is_in_movie, IN_MOVIE)
            | flag(self.is_in_preview, IN_PREVIEW)
    }
}

impl<'a> BoxType<'a> for Tkhd {
    const KIND: Kind = Kind::code(*b"tkhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, flags) = reader.version_and_flags()?;
        let [creation_time, modification_time] =
            [reader.versioned(version)?, reader.versioned(version)?];
        let track_id = TrackId(reader.u32()?);
        reader.skip(4)?;
        let duration = reader.versioned(version)?;
        reader.skip(8)?;
        let [layer, alternate_group, volume] = [reader.i16()?, reader.i16()?, reader.i16()?];
        reader.skip(2)?;
        Ok(Self {
            is_enabled: flags & ENABLED != 0,
            is_in_movie: flags & IN_MOVIE != 0,
            is_in_preview: flags & IN_PREVIEW != 0,
            creation_time,
            modification_time,
            track_id,
            duration,
            layer,
            alternate_group,
            volume,
            matrix: matrix::read_from(reader)?,
            width: reader.u32()?,
            height: reader.u32()?,
        })
    }

    fn fields_len(&self) -> u64 {
        field_len(self.version()).saturating_mul(3).saturating_add(36).saturating_add(matrix::LEN)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        let version = self.version();
        put_version_and_flags(version, self.flags(), out);
        put_versioned(version, self.creation_time, out);
        put_versioned(version, self.modification_time, out);
        out.put_u32(self.track_id.0);
        out.put_u32(0);
        put_versioned(version, self.duration, out);
        out.put_u64(0);
        out.put_i16(self.layer);
        out.put_i16(self.alternate_group);
        out.put_i16(self.volume);
        out.put_u16(0);
        matrix::put(&self.matrix, out);
        out.put_u32(self.width);
        out.put_u32(self.height);
    }
}
