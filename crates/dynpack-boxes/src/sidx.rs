//! The `sidx` box: offsets and times of the subsegments of a segment or file (ISO/IEC 14496-12,
//! 8.16.3).

use std::borrow::Cow;

use bytes::BufMut;

use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `sidx` box. It is written in version 1, with times and offsets of 64 bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidx<'a> {
    /// The track the times are of.
    pub reference_id: u32,
    /// Ticks per second of the times.
    pub timescale: u32,
    /// Presentation time of the first sample of the first subsegment, in ticks.
    pub earliest_presentation_time: u64,
    /// Bytes from the end of this box to the first subsegment.
    pub first_offset: u64,
    /// The subsegments, one after the other; at most 65,535.
    pub references: Cow<'a, [Reference]>,
}

/// A subsegment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Whether it is another `sidx`, not media.
    pub is_index: bool,
    /// Bytes of it, at most [`Reference::MAX_SIZE`].
    pub size: u32,
    /// In ticks.
    pub duration: u32,
    /// Where decoding can start.
    pub access_point: AccessPoint,
}

impl Reference {
    /// The largest `size`, which has 31 bits.
    pub const MAX_SIZE: u32 = (1 << 31) - 1;

    const IS_INDEX: u32 = 1 << 31;

    fn read(entry: &[u8; 12]) -> Self {
        let (words, _) = entry.as_chunks();
        let [size, duration, access_point] =
            [0, 1, 2].map(|at| words.get(at).copied().map_or(0, u32::from_be_bytes));
        Self {
            is_index: size & Self::IS_INDEX != 0,
            size: size & Self::MAX_SIZE,
            duration,
            access_point: AccessPoint(access_point),
        }
    }

    fn put(&self, out: &mut Vec<u8>) {
        let index = if self.is_index { Self::IS_INDEX } else { 0 };
        out.put_u32(index | self.size & Self::MAX_SIZE);
        out.put_u32(self.duration);
        out.put_u32(self.access_point.0);
    }
}

/// `starts_with_SAP`, `SAP_type` and `SAP_delta_time` as they stand in 32 bits (8.16.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessPoint(pub u32);

impl AccessPoint {
    /// None is known of.
    pub const NONE: Self = Self(0);
    /// The subsegment starts with one of unknown type.
    pub const AT_START: Self = Self(1 << 31);
    /// The subsegment starts with a sync sample that is the first to be presented (type 1).
    pub const TYPE_1_AT_START: Self = Self(1 << 31 | 1 << 28);
}

impl Sidx<'_> {
    /// Bytes of a box with `references` subsegments.
    #[must_use]
    pub const fn len_of(references: u16) -> u64 {
        (references as u64).saturating_mul(12).saturating_add(40)
    }

    fn count(&self) -> u16 {
        u16::try_from(self.references.len()).expect("an index has at most 65,535 references")
    }
}

impl<'a> BoxType<'a> for Sidx<'a> {
    const KIND: Kind = Kind::code(*b"sidx");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let (version, _) = reader.version_and_flags()?;
        let (reference_id, timescale) = (reader.u32()?, reader.u32()?);
        let earliest_presentation_time = reader.versioned(version)?;
        let first_offset = reader.versioned(version)?;
        reader.u16()?;
        let count = reader.u16()?;
        let references = reader.table(count.into())?.iter().map(Reference::read).collect();
        let references = Cow::Owned(references);
        Ok(Self { reference_id, timescale, earliest_presentation_time, first_offset, references })
    }

    fn fields_len(&self) -> u64 {
        Self::len_of(self.count()).saturating_sub(8)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(1, 0, out);
        out.put_u32(self.reference_id);
        out.put_u32(self.timescale);
        out.put_u64(self.earliest_presentation_time);
        out.put_u64(self.first_offset);
        out.put_u16(0);
        out.put_u16(self.count());
        self.references.iter().for_each(|reference| reference.put(out));
    }
}
