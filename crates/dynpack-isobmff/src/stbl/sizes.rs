//! The `stsz` and `stz2` boxes: how many bytes each sample takes (ISO/IEC 14496-12, 8.7.3).

use byteorder::{BigEndian, ByteOrder};
use dynpack_media::Column;

use crate::Error;
use crate::boxes::BoxRef;

/// The sizes as they lie in the box.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sizes<'a> {
    /// `count` samples of one size.
    Constant { size: u32, count: u32 },
    /// 4 bits each, the first in the upper half of the byte.
    Nibbles { bytes: &'a [u8], count: u32 },
    /// 8 bits each.
    Bytes(&'a [u8]),
    /// 16 bits each.
    Shorts(&'a [[u8; 2]]),
    /// 32 bits each.
    Words(&'a [[u8; 4]]),
}

impl<'a> Sizes<'a> {
    /// Reads either box.
    pub(crate) fn read(size_box: &'a BoxRef<'a>) -> Result<Self, Error> {
        let mut fields = size_box.fields();
        fields.version_and_flags()?;
        let (first, count) = (fields.u32()?, fields.u32()?);
        let too_many = |_| size_box.malformed(format!("count {count} exceeds the body"));
        Ok(match (size_box.kind.0 == *b"stz2", first & 0xff) {
            (false, _) if first > 0 => Self::Constant { size: first, count },
            (false, _) => Self::Words(fields.table(count)?),
            (true, 4) => {
                Self::Nibbles { bytes: fields.bytes(count.div_ceil(2)).map_err(too_many)?, count }
            }
            (true, 8) => Self::Bytes(fields.bytes(count)?),
            (true, 16) => Self::Shorts(fields.table(count)?),
            (true, bits) => {
                return Err(
                    size_box.malformed(format!("has sizes of {bits} bits, not of 4, 8 or 16"))
                );
            }
        })
    }

    /// Number of samples.
    pub(crate) fn count(&self) -> u32 {
        let count = |len| u32::try_from(len).expect("counted by 32 bits in the file");
        match self {
            Self::Constant { count, .. } | Self::Nibbles { count, .. } => *count,
            Self::Bytes(sizes) => count(sizes.len()),
            Self::Shorts(sizes) => count(sizes.len()),
            Self::Words(sizes) => count(sizes.len()),
        }
    }

    /// Bytes of `count` samples from `first` on; those after the last take none.
    pub(crate) fn sum(&self, first: u32, count: u32) -> u64 {
        let (from, to) = (first as usize, first.saturating_add(count) as usize);
        match self {
            Self::Constant { size, .. } => u64::from(*size).saturating_mul(count.into()),
            Self::Nibbles { bytes, .. } => (from..to).map(|at| u64::from(nibble(bytes, at))).sum(),
            Self::Bytes(sizes) => {
                sizes.get(from..to).unwrap_or_default().iter().map(|size| u64::from(*size)).sum()
            }
            Self::Shorts(sizes) => sizes
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .map(|size| u64::from(BigEndian::read_u16(size)))
                .sum(),
            Self::Words(sizes) => sizes
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .map(|size| u64::from(BigEndian::read_u32(size)))
                .sum(),
        }
    }

    /// All sizes as `size_box` has them, which stays in memory; `None` if they are not of 32 bits.
    pub(crate) fn stored(&self, size_box: &BoxRef<'_>) -> Option<Column> {
        match *self {
            Self::Constant { size, count } => Some(Column::constant(size, count)),
            Self::Words(sizes) => Some(Column::stored(size_box.kept(sizes.as_flattened()))),
            Self::Nibbles { .. } | Self::Bytes(_) | Self::Shorts(_) => None,
        }
    }

    /// All sizes.
    pub(crate) fn column(&self) -> Column {
        match *self {
            Self::Constant { size, count } => Column::constant(size, count),
            Self::Nibbles { bytes, count } => {
                Column::from_runs((0..count as usize).map(|at| (nibble(bytes, at).into(), 1)))
            }
            Self::Bytes(sizes) => Column::from_runs(sizes.iter().map(|size| ((*size).into(), 1))),
            Self::Shorts(sizes) => {
                Column::from_runs(sizes.iter().map(|size| (BigEndian::read_u16(size).into(), 1)))
            }
            Self::Words(sizes) => {
                Column::from_runs(sizes.iter().map(|size| (BigEndian::read_u32(size), 1)))
            }
        }
    }
}

fn nibble(bytes: &[u8], at: usize) -> u8 {
    let byte = bytes.get(at / 2).copied().unwrap_or_default();
    if at.is_multiple_of(2) { byte >> 4 } else { byte & 0x0f }
}
