//! Scaling lists (`scaling_list_data`, ITU-T H.265, 7.3.4).

use crate::bits::Bits;

/// Skips the scaling lists of a parameter set.
pub(super) fn skip(bits: &mut Bits<'_>) -> Option<()> {
    const LISTS: [u32; 4] = [6, 6, 6, 2];
    const COEFFICIENTS: [u32; 4] = [16, 64, 64, 64];
    for (size, (lists, coefficients)) in (0..).zip(LISTS.into_iter().zip(COEFFICIENTS)) {
        for _ in 0..lists {
            let is_predicted = !bits.flag()?;
            let has_first = !is_predicted && size > 1;
            let count = if is_predicted { 1 } else { coefficients };
            bits.skip_golomb(u32::from(has_first))?;
            bits.skip_golomb(count)?;
        }
    }
    Some(())
}
