//! The filters after decoding (AV1, 5.9.11, 5.9.19 and 5.9.20).

use super::sequence_header::{Planes, SequenceHeader};
use crate::bits::Bits;

/// `loop_filter_params` (5.9.11), of a frame that is filtered.
pub(super) fn skip_loop_filter(bits: &mut Bits<'_>, planes: Planes) -> Option<()> {
    let is_filtered = bits.unsigned(12)? != 0;
    bits.skip(if is_filtered && !planes.is_monochrome { 12 } else { 0 })?;
    // `loop_filter_sharpness`.
    bits.skip(3)?;
    let has_update = bits.flag()? && bits.flag()?;
    // Eight deltas of reference frames and two of modes.
    for _ in 0..if has_update { 10 } else { 0 } {
        let is_there = bits.flag()?;
        bits.skip(if is_there { 7 } else { 0 })?;
    }
    Some(())
}

/// `cdef_params` (5.9.19), of a frame that is filtered so.
pub(super) fn skip_cdef(bits: &mut Bits<'_>, planes: Planes) -> Option<()> {
    // `cdef_damping_minus_3`.
    bits.skip(2)?;
    let count = 1 << bits.unsigned(2)?;
    let strengths = if planes.is_monochrome { 6 } else { 12 };
    (0..count).try_for_each(|_| bits.skip(strengths))
}

/// `lr_params` (5.9.20), of a frame that is restored.
pub(super) fn skip_restoration(bits: &mut Bits<'_>, sequence: &SequenceHeader) -> Option<()> {
    let planes = sequence.planes;
    let has_luma = bits.unsigned(2)? != 0;
    let has_chroma = !planes.is_monochrome && bits.unsigned(4)? != 0;
    if !has_luma && !has_chroma {
        return Some(());
    }
    // `lr_unit_shift`, and `lr_unit_extra_shift` with small superblocks.
    let has_shift = bits.flag()?;
    bits.skip((has_shift && !sequence.has_large_superblocks).into())?;
    bits.skip((has_chroma && planes.is_420).into())
}
