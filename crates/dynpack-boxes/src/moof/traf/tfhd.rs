//! The `tfhd` box: the track of these samples, and their defaults (ISO/IEC 14496-12,
//! 8.8.7).

use bytes::BufMut;
use dynpack_media::TrackId;

use crate::versioned::{flag, put_version_and_flags};
use crate::{BoxType, Error, Kind, Reader, SampleFlags};

const BASE_DATA_OFFSET: u32 = 0x00_0001;
const DESCRIPTION: u32 = 0x00_0002;
const DURATION: u32 = 0x00_0008;
const SIZE: u32 = 0x00_0010;
const FLAGS: u32 = 0x00_0020;
const DURATION_IS_EMPTY: u32 = 0x01_0000;
const BASE_IS_MOOF: u32 = 0x02_0000;

/// The `tfhd` box. What it leaves open, `trex` decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tfhd {
    /// The track.
    pub track_id: TrackId,
    /// From where on data offsets count, in bytes from the start of the file.
    pub base_data_offset: Option<u64>,
    /// The entry of `stsd` that describes the samples, from 1.
    pub sample_description_index: Option<u32>,
    /// How long a sample lasts, in ticks of the track.
    pub default_sample_duration: Option<u32>,
    /// Bytes of a sample.
    pub default_sample_size: Option<u32>,
    /// What a sample depends on.
    pub default_sample_flags: Option<SampleFlags>,
    /// Whether there are no samples, for the time of the default duration.
    pub duration_is_empty: bool,
    /// Whether data offsets count from the start of the `moof`, where `base_data_offset` is not
    /// given.
    pub default_base_is_moof: bool,
}

impl Tfhd {
    /// Samples of a track, without any defaults.
    #[must_use]
    pub const fn new(track_id: TrackId) -> Self {
        Self {
            track_id,
            base_data_offset: None,
            sample_description_index: None,
            default_sample_duration: None,
            default_sample_size: None,
            default_sample_flags: None,
            duration_is_empty: false,
            default_base_is_moof: false,
        }
    }

    fn flags(&self) -> u32 {
        flag(self.base_data_offset.is_some(), BASE_DATA_OFFSET)
            | flag(self.sample_description_index.is_some(), DESCRIPTION)
            | flag(self.default_sample_duration.is_some(), DURATION)
            | flag(self.default_sample_size.is_some(), SIZE)
            | flag(self.default_sample_flags.is_some(), FLAGS)
            | flag(self.duration_is_empty, DURATION_IS_EMPTY)
            | flag(self.default_base_is_moof, BASE_IS_MOOF)
    }

    /// The optional fields of 32 bits, in order.
    fn words(&self) -> impl Iterator<Item = u32> {
        let words = [
            self.sample_description_index,
            self.default_sample_duration,
            self.default_sample_size,
            self.default_sample_flags.map(|flags| flags.0),
        ];
        words.into_iter().flatten()
    }
}

impl<'a> BoxType<'a> for Tfhd {
    const KIND: Kind = Kind::code(*b"tfhd");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (_, flags) = reader.version_and_flags()?;
        let track_id = TrackId(reader.u32()?);
        let base_data_offset =
            if flags & BASE_DATA_OFFSET == 0 { None } else { Some(reader.u64()?) };
        let mut word = |flag| if flags & flag == 0 { Ok(None) } else { reader.u32().map(Some) };
        Ok(Self {
            track_id,
            base_data_offset,
            sample_description_index: word(DESCRIPTION)?,
            default_sample_duration: word(DURATION)?,
            default_sample_size: word(SIZE)?,
            default_sample_flags: word(FLAGS)?.map(SampleFlags),
            duration_is_empty: flags & DURATION_IS_EMPTY != 0,
            default_base_is_moof: flags & BASE_IS_MOOF != 0,
        })
    }

    fn fields_len(&self) -> u64 {
        let base_data_offset = if self.base_data_offset.is_some() { 8_u64 } else { 0 };
        let words = (self.words().count() as u64).saturating_mul(4);
        base_data_offset.saturating_add(words).saturating_add(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, self.flags(), out);
        out.put_u32(self.track_id.0);
        if let Some(offset) = self.base_data_offset {
            out.put_u64(offset);
        }
        self.words().for_each(|word| out.put_u32(word));
    }
}
