//! The `afrt` box: start times of fragments (Adobe F4V file format specification 10.1, 2.11.2.2).

use std::num::NonZeroU32;

use bytes::BufMut;

use super::qualities::no_qualities;
use crate::versioned::put_version_and_flags;
use crate::{BoxType, Error, Kind, Reader};

/// The `afrt` box, without qualities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Afrt {
    /// Ticks per second of the times.
    pub time_scale: u32,
    /// The fragments; fewer than 2^32 entries.
    pub runs: Vec<FragmentRun>,
}

/// An entry of an `afrt`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FragmentRun {
    /// Fragments that last equally long.
    Fragments {
        /// The number of the first fragment.
        first_fragment: u32,
        /// Its start time, in ticks.
        timestamp: u64,
        /// How long each lasts, in ticks.
        duration: NonZeroU32,
    },
    /// A discontinuity.
    Discontinuity {
        /// The number of the fragment before which it is.
        first_fragment: u32,
        /// Its time, in ticks.
        timestamp: u64,
        /// What breaks off: 0 for the presentation, 1 for the numbers, 2 for the times, 3 for both.
        indicator: u8,
    },
}

impl FragmentRun {
    /// The end of the presentation.
    pub const END: Self = Self::Discontinuity { first_fragment: 0, timestamp: 0, indicator: 0 };

    const fn len(&self) -> u64 {
        match self {
            Self::Fragments { .. } => 16,
            Self::Discontinuity { .. } => 17,
        }
    }

    fn read_from(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let (first_fragment, timestamp) = (reader.u32()?, reader.u64()?);
        Ok(match NonZeroU32::new(reader.u32()?) {
            Some(duration) => Self::Fragments { first_fragment, timestamp, duration },
            None => Self::Discontinuity { first_fragment, timestamp, indicator: reader.u8()? },
        })
    }

    fn put(&self, out: &mut Vec<u8>) {
        match *self {
            Self::Fragments { first_fragment, timestamp, duration } => {
                out.put_u32(first_fragment);
                out.put_u64(timestamp);
                out.put_u32(duration.get());
            }
            Self::Discontinuity { first_fragment, timestamp, indicator } => {
                out.put_u32(first_fragment);
                out.put_u64(timestamp);
                out.put_u32(0);
                out.put_u8(indicator);
            }
        }
    }
}

impl<'a> BoxType<'a> for Afrt {
    const KIND: Kind = Kind::code(*b"afrt");

    fn read_from(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.version_and_flags()?;
        let time_scale = reader.u32()?;
        no_qualities(reader)?;
        let mut runs = Vec::new();
        for _ in 0..reader.u32()? {
            runs.push(FragmentRun::read_from(reader)?);
        }
        Ok(Self { time_scale, runs })
    }

    fn fields_len(&self) -> u64 {
        self.runs.iter().fold(13, |sum, run| sum.saturating_add(run.len()))
    }

    fn put_fields(&self, out: &mut Vec<u8>) {
        put_version_and_flags(0, 0, out);
        out.put_u32(self.time_scale);
        out.put_u8(0); // no qualities
        out.put_u32(u32::try_from(self.runs.len()).expect("fewer than 2^32 entries"));
        self.runs.iter().for_each(|run| run.put(out));
    }
}
