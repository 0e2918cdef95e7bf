//! Film grain (AV1, 5.9.30).

use super::sequence_header::Planes;
use crate::bits::Bits;

/// `film_grain_params`, of a frame that can be shown. `is_inter` is whether grain may be that of a
/// reference.
pub(super) fn skip_film_grain(bits: &mut Bits<'_>, planes: Planes, is_inter: bool) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    // `grain_seed`.
    bits.skip(16)?;
    let has_update = !is_inter || bits.flag()?;
    if !has_update {
        // `film_grain_params_ref_idx`.
        return bits.skip(3);
    }
    let has_luma = skip_points(bits)?;
    let is_from_luma = !planes.is_monochrome && bits.flag()?;
    let has_chroma = !planes.is_monochrome && !is_from_luma && (has_luma || !planes.is_420);
    let has_cb = has_chroma && skip_points(bits)?;
    let has_cr = has_chroma && skip_points(bits)?;
    // `grain_scaling_minus_8`.
    bits.skip(2)?;
    let lag = bits.unsigned(2)?;
    let luma_coefficients = 2_u32.checked_mul(lag)?.checked_mul(lag.checked_add(1)?)?;
    let chroma_coefficients = luma_coefficients.checked_add(has_luma.into())?;
    for (is_there, count) in [
        (has_luma, luma_coefficients),
        (is_from_luma || has_cb, chroma_coefficients),
        (is_from_luma || has_cr, chroma_coefficients),
    ] {
        bits.skip(if is_there { count.checked_mul(8)? } else { 0 })?;
    }
    // `ar_coeff_shift_minus_6` and `grain_scale_shift`.
    bits.skip(4)?;
    for is_there in [has_cb, has_cr] {
        // Two factors and an offset.
        bits.skip(if is_there { 25 } else { 0 })?;
    }
    // `overlap_flag` and `clip_to_restricted_range`.
    bits.skip(2)
}

/// Points of a scaling function: whether there are any.
fn skip_points(bits: &mut Bits<'_>) -> Option<bool> {
    let count = bits.unsigned(4)?;
    bits.skip(count.checked_mul(16)?)?;
    Some(count > 0)
}
