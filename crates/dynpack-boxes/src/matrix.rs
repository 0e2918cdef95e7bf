//! The transformation matrix of `mvhd` and `tkhd` (ISO/IEC 14496-12, 8.2.2 and 8.3.2).

use bytes::BufMut;
use dynpack_media::Matrix;

use crate::{Error, Reader};

/// Bytes of a matrix.
pub(crate) const LEN: u64 = 36;

pub(crate) fn read_from(reader: &mut Reader<'_>) -> Result<Matrix, Error> {
    let mut values = [0; 9];
    for value in &mut values {
        *value = reader.i32()?;
    }
    Ok(Matrix(values))
}

pub(crate) fn put(matrix: &Matrix, out: &mut Vec<u8>) {
    matrix.0.iter().for_each(|value| out.put_i32(*value));
}
