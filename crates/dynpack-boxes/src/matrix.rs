//! The transformation matrix of `mvhd` and `tkhd` (ISO/IEC 14496-12, 8.2.2 and 8.3.2).

use bytes::BufMut;

use crate::{Error, Reader};

/// How pictures are transformed for display: `a b u, c d v, x y w`, where `u`, `v` and `w` are
/// 2.30 fixed point and the others 16.16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matrix(pub [i32; 9]);

impl Matrix {
    /// No transformation.
    pub const UNITY: Self = Self([0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000]);

    /// Bytes of a matrix.
    pub(crate) const LEN: u64 = 36;

    pub(crate) fn read_from(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let mut values = [0; 9];
        for value in &mut values {
            *value = reader.i32()?;
        }
        Ok(Self(values))
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|value| out.put_i32(*value));
    }
}
