//! Global motion (AV1, 5.9.24 to 5.9.29).

use super::references::REFS;
use crate::bits::Bits;

/// `global_motion_params`, of a frame that is predicted.
pub(super) fn skip_global_motion(bits: &mut Bits<'_>, has_high_precision: bool) -> Option<()> {
    (0..REFS).try_for_each(|_| skip_reference(bits, has_high_precision))
}

/// The parameters for one reference.
fn skip_reference(bits: &mut Bits<'_>, has_high_precision: bool) -> Option<()> {
    /// Bits of parameters: `GM_ABS_TRANS_BITS` and `GM_ABS_ALPHA_BITS`.
    const LEN: u32 = 12;
    let is_global = bits.flag()?;
    if !is_global {
        return Some(());
    }
    let is_rotation_and_zoom = bits.flag()?;
    let is_translation = !is_rotation_and_zoom && bits.flag()?;
    match (is_rotation_and_zoom, is_translation) {
        // `GM_ABS_TRANS_ONLY_BITS`, one less without high precision.
        (_, true) => skip_parameters(bits, 2, if has_high_precision { 9 } else { 8 }),
        (true, false) => skip_parameters(bits, 4, LEN),
        (false, false) => skip_parameters(bits, 6, LEN),
    }
}

/// `read_global_param` (5.9.25): how long one is does not depend on those of references.
fn skip_parameters(bits: &mut Bits<'_>, count: u32, len: u32) -> Option<()> {
    let symbols = 2_u32.checked_shl(len)?.checked_add(1)?;
    (0..count).try_for_each(|_| skip_subexp(bits, symbols))
}

/// `decode_subexp` (5.9.28) of so many symbols.
fn skip_subexp(bits: &mut Bits<'_>, symbols: u32) -> Option<()> {
    const FIRST: u32 = 3;
    let (mut low, mut len) = (0_u32, FIRST);
    loop {
        let range = 1_u32.checked_shl(len)?;
        if symbols <= low.checked_add(range.checked_mul(3)?)? {
            return bits.non_symmetric(symbols.checked_sub(low)?).map(drop);
        }
        if !bits.flag()? {
            return bits.skip(len);
        }
        // The first two ranges are of one length.
        len = if low == 0 { FIRST } else { len.checked_add(1)? };
        low = low.checked_add(range)?;
    }
}
