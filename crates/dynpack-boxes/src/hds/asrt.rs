//! The `asrt` box: how many fragments the segments have (Adobe F4V file format specification 10.1,
//! 2.11.2.1).

use bytes::BufMut;

use super::qualities::no_qualities;
use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `asrt` box, without qualities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asrt {
    /// Segments with equally many fragments, one run after the other; fewer than 2^32.
    pub runs: Vec<SegmentRun>,
}

/// Segments with equally many fragments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentRun {
    /// The number of the first segment.
    pub first_segment: u32,
    /// How many fragments each has.
    pub fragments_per_segment: u32,
}

impl<'a> BoxType<'a> for Asrt {
    const KIND: Kind = Kind::code(*b"asrt");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        no_qualities(reader)?;
        let count = reader.u32()?;
        let runs = reader.table::<8>(count)?.iter().map(|[first @ .., a, b, c, d]| SegmentRun {
            first_segment: u32::from_be_bytes(*first),
            fragments_per_segment: u32::from_be_bytes([*a, *b, *c, *d]),
        });
        Ok(Self { runs: runs.collect() })
    }

    fn fields_len(&self) -> u64 {
        (self.runs.len() as u64).saturating_mul(8).saturating_add(9)
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u8(0); // no qualities
        out.put_u32(u32::try_from(self.runs.len()).expect("fewer than 2^32 runs"));
        for run in &self.runs {
            out.put_u32(run.first_segment);
            out.put_u32(run.fragments_per_segment);
        }
    }
}
