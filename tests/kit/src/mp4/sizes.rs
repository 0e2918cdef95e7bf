//! Sizes of samples (ISO/IEC 14496-12, 8.7.3).

use super::{full, words};

/// The form of sample sizes.
#[derive(Clone, Debug)]
pub enum Sizes {
    /// `stsz` with a size for each sample.
    Table(Vec<u32>),
    /// `stsz` with one size for that many samples.
    Constant(u32, u32),
    /// `stz2` with that many bits.
    Compact(u8, Vec<u32>),
}

impl Sizes {
    pub(super) fn boxed(&self) -> Vec<u8> {
        match self {
            Self::Table(sizes) => full(
                b"stsz",
                0,
                0,
                &[words(&[0, u32::try_from(sizes.len()).unwrap()]), words(sizes)].concat(),
            ),
            Self::Constant(size, count) => full(b"stsz", 0, 0, &words(&[*size, *count])),
            Self::Compact(bits, sizes) => {
                let mut body = words(&[(*bits).into(), u32::try_from(sizes.len()).unwrap()]);
                match bits {
                    4 => body.extend(sizes.chunks(2).map(|pair| {
                        u8::try_from(pair[0] << 4 | pair.get(1).copied().unwrap_or(0)).unwrap()
                    })),
                    8 => body.extend(sizes.iter().map(|size| u8::try_from(*size).unwrap())),
                    _ => body.extend(
                        sizes.iter().flat_map(|size| u16::try_from(*size).unwrap().to_be_bytes()),
                    ),
                }
                full(b"stz2", 0, 0, &body)
            }
        }
    }
}
