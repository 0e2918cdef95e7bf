//! The NAL units of a sample (ISO/IEC 14496-15, 5.2.3).

use std::ops::Range;

use crate::Error;

/// A NAL unit in a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NalUnit<'a> {
    /// Its length field and itself, in bytes of the sample.
    pub place: Range<usize>,
    /// The unit, its header included; never empty.
    pub bytes: &'a [u8],
}

/// Types (`nal_unit_type`, ITU-T H.264, table 7-1).
impl NalUnit<'_> {
    /// A slice of a picture that is no IDR picture.
    pub const SLICE: u8 = 1;
    /// The first partition of a slice in three.
    pub const PARTITION_A: u8 = 2;
    /// The last partition of a slice in three.
    pub const PARTITION_C: u8 = 4;
    /// A slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// A sequence parameter set.
    pub const SPS: u8 = 7;
    /// A picture parameter set.
    pub const PPS: u8 = 8;
    /// An access unit delimiter.
    pub const DELIMITER: u8 = 9;
    /// A slice of an auxiliary picture.
    pub const AUXILIARY: u8 = 19;
    /// A slice of another layer or view.
    pub const EXTENSION: u8 = 20;
    /// A slice of another view or its depth.
    pub const DEPTH_EXTENSION: u8 = 21;
}

impl<'a> NalUnit<'a> {
    /// The NAL units of a sample, in which the length before each takes `length_size` bytes, at
    /// most 4; those of no bytes, which some files hold, are left out.
    ///
    /// # Errors
    /// [`Error::NalUnit`], and nothing behind it, where one passes the end of the sample.
    #[inline]
    pub fn all_in(
        sample: &'a [u8],
        length_size: usize,
    ) -> impl Iterator<Item = Result<Self, Error>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < sample.len() {
                let Some(unit) = Self::at(sample, at, length_size) else {
                    let problem = Error::NalUnit { at, len: sample.len() };
                    at = sample.len();
                    return Some(Err(problem));
                };
                at = unit.place.end;
                if !unit.bytes.is_empty() {
                    return Some(Ok(unit));
                }
            }
            None
        })
    }

    #[inline]
    fn at(sample: &'a [u8], start: usize, length_size: usize) -> Option<Self> {
        let body = start.checked_add(length_size)?;
        let length = sample
            .get(start..body)?
            .iter()
            .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        let end = body.checked_add(length)?;
        Some(Self { place: start..end, bytes: sample.get(body..end)? })
    }

    /// The type of a unit, given its bytes from the header on; 0, which is unspecified, if there
    /// are none.
    #[inline]
    #[must_use]
    pub fn kind_of(unit: &[u8]) -> u8 {
        unit.first().map_or(0, |header| header & 0x1f)
    }

    /// Its type.
    #[inline]
    #[must_use]
    pub fn kind(&self) -> u8 {
        Self::kind_of(self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_know_their_place_and_empty_ones_have_none() {
        let sample = [0, 0, 0, 2, 0x65, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x06];
        let found: Vec<_> = NalUnit::all_in(&sample, 4)
            .map(|unit| unit.map(|unit| (unit.place.clone(), unit.kind())))
            .collect();
        assert_eq!(found, [Ok((0..6, 5)), Ok((10..15, 6))]);
    }

    #[test]
    fn a_unit_that_passes_the_end_is_refused_once() {
        for (sample, at) in
            [(&[0, 2, 0x65][..], 0), (&[9], 0), (&[0, 0, 0xff, 0xff], 2), (&[0, 1, 0x65, 0], 3)]
        {
            let found: Vec<_> = NalUnit::all_in(sample, 2).filter(Result::is_err).collect();
            assert_eq!(found, [Err(Error::NalUnit { at, len: sample.len() })]);
        }
        let longest = NalUnit::all_in(&[0xff; 8], 4).next();
        let Some(Err(error)) = longest else { panic!("{longest:?}") };
        assert_eq!(error.to_string(), "the NAL unit at byte 0 of a sample of 8 passes its end");
    }
}
