//! Open bitstream units (AV1, 5.3).

use std::ops::Range;

use crate::Malformed;

/// An open bitstream unit of a sample or of a configuration record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Obu<'a> {
    /// What it is.
    pub kind: ObuType,
    /// Its header, its size and itself, in bytes of what holds it.
    pub place: Range<usize>,
    /// What follows its header and size.
    pub payload: &'a [u8],
}

/// The type of an open bitstream unit (AV1, 6.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObuType(pub u8);

impl ObuType {
    /// `OBU_SEQUENCE_HEADER`.
    pub const SEQUENCE_HEADER: Self = Self(1);
    /// `OBU_TEMPORAL_DELIMITER`.
    pub const TEMPORAL_DELIMITER: Self = Self(2);
    /// `OBU_FRAME_HEADER`.
    pub const FRAME_HEADER: Self = Self(3);
    /// `OBU_TILE_GROUP`.
    pub const TILE_GROUP: Self = Self(4);
    /// `OBU_METADATA`.
    pub const METADATA: Self = Self(5);
    /// `OBU_FRAME`: a frame header and a tile group.
    pub const FRAME: Self = Self(6);
    /// `OBU_REDUNDANT_FRAME_HEADER`: a copy of a frame header.
    pub const REDUNDANT_FRAME_HEADER: Self = Self(7);
    /// `OBU_TILE_LIST`: tiles of pictures that are too large for one frame.
    pub const TILE_LIST: Self = Self(8);
}

impl<'a> Obu<'a> {
    /// The units of a sample.
    ///
    /// # Errors
    /// [`Malformed::Obu`], and nothing after it, if one passes the end of the sample.
    pub fn all_in(sample: &'a [u8]) -> impl Iterator<Item = Result<Self, Malformed>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let start = Some(at).filter(|at| *at < sample.len())?;
            let unit = Self::at(sample, start);
            at = unit.as_ref().map_or(sample.len(), |unit| unit.place.end);
            Some(unit.ok_or(Malformed::Obu { at: start, len: sample.len() }))
        })
    }

    /// The units that start within `head`, the first bytes of a sample. The last one may have lost
    /// its end, so its payload may be shorter than its place.
    pub fn starting_in(head: &'a [u8]) -> impl Iterator<Item = Self> {
        let mut at = 0;
        std::iter::from_fn(move || {
            let unit = Self::starting_at(head, at)?;
            at = unit.place.end;
            Some(unit)
        })
    }

    /// The message of metadata that is registered by Recommendation ITU-T T.35, from its country
    /// code on (5.8.2); `None` for other units.
    pub(crate) fn registered(&self) -> Option<&'a [u8]> {
        const REGISTERED: u64 = 4;
        let (kind, len) = leb128(self.payload).filter(|_| self.kind == ObuType::METADATA)?;
        self.payload.get(len..).filter(|_| kind == REGISTERED)
    }

    fn at(sample: &'a [u8], start: usize) -> Option<Self> {
        Self::starting_at(sample, start).filter(|unit| unit.place.end <= sample.len())
    }

    fn starting_at(sample: &'a [u8], start: usize) -> Option<Self> {
        const HAS_EXTENSION: u8 = 0x04;
        const HAS_SIZE: u8 = 0x02;
        let header = *sample.get(start)?;
        let mut body = start.checked_add(1)?;
        if header & HAS_EXTENSION != 0 {
            body = body.checked_add(1)?;
        }
        let mut len = sample.len().checked_sub(body)?;
        if header & HAS_SIZE != 0 {
            let (size, bytes) = leb128(sample.get(body..)?)?;
            body = body.checked_add(bytes)?;
            len = usize::try_from(size).ok()?;
        }
        let end = body.checked_add(len)?;
        let kind = ObuType(header >> 3 & 0x0f);
        Some(Self { kind, place: start..end, payload: sample.get(body..end.min(sample.len()))? })
    }
}

/// A number in `leb128()` form, and how many bytes it takes (AV1, 4.10.5).
fn leb128(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, byte) in (0_u32..8).zip(bytes) {
        value |= u64::from(byte & 0x7f) << at.saturating_mul(7);
        if byte & 0x80 == 0 {
            return Some((value, at.saturating_add(1) as usize));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_have_sizes_or_last_to_the_end() {
        let long = [vec![0x32, 0x82, 0x01], vec![7; 130]].concat();
        let sample = [&[0x12, 0][..], &[0x0e, 0x40, 2, 1, 2], &long, &[0x28, 9]].concat();
        let found: Vec<_> = Obu::all_in(&sample)
            .map(|unit| unit.map(|unit| (unit.kind, unit.place, unit.payload.len())))
            .collect();
        let expected = [
            (ObuType(2), 0..2, 0),
            (ObuType::SEQUENCE_HEADER, 2..7, 2),
            (ObuType::FRAME, 7..140, 130),
            (ObuType::METADATA, 140..142, 1),
        ];
        assert_eq!(found, expected.map(Ok));
    }

    #[test]
    fn a_unit_that_passes_the_end_is_refused_once() {
        for (sample, at) in [
            (&[0x12, 0, 0x32, 9, 1][..], 2),
            (&[0x16], 0),
            (&[0x12], 0),
            (&[0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0], 0),
        ] {
            let found: Vec<_> = Obu::all_in(sample).filter(Result::is_err).collect();
            assert_eq!(found, [Err(Malformed::Obu { at, len: sample.len() })]);
        }
    }
}
