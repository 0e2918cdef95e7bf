//! The NAL units of a sample (ISO/IEC 14496-15, 4.2 and 5.2.3), whatever the codec.

use std::ops::Range;

use crate::Malformed;

/// A NAL unit in a sample.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NalUnit<'a> {
    /// Its length field and itself, in bytes of the sample.
    pub place: Range<usize>,
    /// The unit, its header included; never empty.
    pub bytes: &'a [u8],
}

impl<'a> NalUnit<'a> {
    /// The NAL units of a sample, in which the length before each takes `length_size` bytes, at
    /// most 4. Units of no bytes, which some files hold, are skipped.
    ///
    /// # Errors
    /// [`Malformed::NalUnit`], and nothing after it, if one passes the end of the sample.
    #[inline]
    pub fn all_in(
        sample: &'a [u8],
        length_size: usize,
    ) -> impl Iterator<Item = Result<Self, Malformed>> {
        Self::starting_in(sample, sample.len(), length_size)
    }

    /// The NAL units that start within `head`, the first bytes of a sample of `len` bytes. The last
    /// one may have lost its end, so its bytes may be fewer than its place.
    ///
    /// # Errors
    /// As [`all_in`](Self::all_in).
    #[inline]
    pub fn starting_in(
        head: &'a [u8],
        len: usize,
        length_size: usize,
    ) -> impl Iterator<Item = Result<Self, Malformed>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < head.len() {
                let Some(unit) = Self::at(head, len, at, length_size) else {
                    let problem = Malformed::NalUnit { at, len };
                    at = head.len();
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
    fn at(head: &'a [u8], len: usize, start: usize, length_size: usize) -> Option<Self> {
        let body = start.checked_add(length_size)?;
        let length = head
            .get(start..body)?
            .iter()
            .fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
        let end = body.checked_add(length).filter(|&end| end <= len)?;
        Some(Self { place: start..end, bytes: head.get(body..end.min(head.len()))? })
    }
}

/// Refuses a NAL unit of type `kind` that stays clear and contains a start code: readers of byte
/// streams would take what follows for a unit of its own, which may be a slice in the clear.
pub(crate) fn refuse_start_code(unit: &[u8], kind: u8) -> Result<(), Malformed> {
    match unit.windows(3).any(|bytes| bytes == [0, 0, 1]) {
        true => Err(Malformed::StartCode(kind)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_know_their_place_and_empty_ones_have_none() {
        let sample = [0, 0, 0, 2, 0x65, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x06];
        let found: Vec<_> = NalUnit::all_in(&sample, 4)
            .map(|unit| unit.map(|unit| (unit.place.clone(), unit.bytes)))
            .collect();
        assert_eq!(found, [Ok((0..6, &[0x65, 1][..])), Ok((10..15, &[0x06]))]);
    }

    #[test]
    fn the_last_unit_of_a_head_may_lose_its_end() {
        let head = [0, 2, 0x09, 0xf0, 0, 9, 0x65, 1];
        let units = |len| NalUnit::starting_in(&head, len, 2).collect::<Vec<_>>();
        let whole = NalUnit { place: 0..4, bytes: &head[2..4] };
        let cut = NalUnit { place: 4..15, bytes: &head[6..] };
        assert_eq!(units(15), [Ok(whole.clone()), Ok(cut)]);
        assert_eq!(units(14), [Ok(whole), Err(Malformed::NalUnit { at: 4, len: 14 })]);
    }

    #[test]
    fn a_unit_that_passes_the_end_is_refused_once() {
        for (sample, at) in
            [(&[0, 2, 0x65][..], 0), (&[9], 0), (&[0, 0, 0xff, 0xff], 2), (&[0, 1, 0x65, 0], 3)]
        {
            let found: Vec<_> = NalUnit::all_in(sample, 2).filter(Result::is_err).collect();
            assert_eq!(found, [Err(Malformed::NalUnit { at, len: sample.len() })]);
        }
        let longest = NalUnit::all_in(&[0xff; 8], 4).next();
        let Some(Err(error)) = longest else { panic!("{longest:?}") };
        assert_eq!(error.to_string(), "the NAL unit at byte 0 of a sample of 8 passes its end");
    }
}
