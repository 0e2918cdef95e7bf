//! The NAL units of a sample (ISO/IEC 14496-15, 5.2.3).

use std::ops::Range;

use super::kind;
use crate::Error;

/// A NAL unit in a sample.
pub(crate) struct Unit<'a> {
    /// Its length field and itself, in bytes of the sample.
    pub(crate) place: Range<usize>,
    /// The unit, its header included; never empty.
    pub(crate) bytes: &'a [u8],
}

impl Unit<'_> {
    /// `nal_unit_type`.
    pub(crate) fn kind(&self) -> u8 {
        self.bytes.first().map_or(0, |header| header & 0x1f)
    }

    /// Whether it holds coded pictures.
    pub(crate) fn is_coded(&self) -> bool {
        matches!(self.kind(), kind::SLICE..=kind::IDR | kind::AUXILIARY..=kind::DEPTH_EXTENSION)
    }
}

/// Refuses a unit that stays clear and has a start code in it: readers of byte streams would take what follows for a unit of its own,
/// which may be a slice in the clear.
pub(crate) fn refuse_start_code(unit: &[u8]) -> Result<(), Error> {
    if unit.windows(3).any(|bytes| bytes == [0, 0, 1]) {
        let kind = unit.first().map_or(0, |header| header & 0x1f);
        return Err(Error::Malformed(format!("a NAL unit of type {kind} has a start code in it")));
    }
    Ok(())
}

/// The NAL units of a sample; those of no bytes, which some files hold, are left out.
pub(crate) fn units(sample: &[u8], length_size: usize) -> impl Iterator<Item = Result<Unit<'_>, Error>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while at < sample.len() {
            let Some(unit) = unit(sample, at, length_size) else {
                let problem = format!("the NAL unit at byte {at} of a sample of {} passes its end", sample.len());
                at = sample.len();
                return Some(Err(Error::Malformed(problem)));
            };
            at = unit.place.end;
            if !unit.bytes.is_empty() {
                return Some(Ok(unit));
            }
        }
        None
    })
}

fn unit(sample: &[u8], start: usize, length_size: usize) -> Option<Unit<'_>> {
    let body = start.checked_add(length_size)?;
    let length = sample.get(start..body)?.iter().fold(0_usize, |length, byte| length << 8 | usize::from(*byte));
    let end = body.checked_add(length)?;
    Some(Unit { place: start..end, bytes: sample.get(body..end)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_know_their_place_and_empty_ones_have_none() {
        let sample = [0, 0, 0, 2, 0x65, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0x06];
        let found: Vec<_> = units(&sample, 4).map(|unit| unit.map(|unit| (unit.place.clone(), unit.kind()))).collect();
        assert_eq!(found, [Ok((0..6, 5)), Ok((10..15, 6))]);
    }

    #[test]
    fn a_unit_that_passes_the_end_is_refused_once() {
        for sample in [&[0, 2, 0x65][..], &[9], &[0, 0, 0xff, 0xff]] {
            let found: Vec<_> = units(sample, 2).collect();
            let [Err(error)] = &found[..] else { panic!() };
            assert!(error.to_string().contains("passes its end"), "{error}");
        }
    }
}
