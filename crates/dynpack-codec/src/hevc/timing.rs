//! Timing and buffering in video usability information (ITU-T H.265, E.2.1 to E.2.3).

use crate::bits::Bits;

/// The maximum of `cpb_cnt_minus1` (E.3.2).
const MAX_MORE_BUFFERS: u32 = 31;

/// Skips the timing, with what it says of buffers for that many sub-layers below the highest.
pub(super) fn skip(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    bits.skip(64)?;
    let is_counted = bits.flag()?;
    bits.skip_golomb(is_counted.into())?;
    if bits.flag()? { skip_buffers(bits, sub_layers) } else { Some(()) }
}

/// Skips `hrd_parameters( 1, sub_layers )`.
fn skip_buffers(bits: &mut Bits<'_>, sub_layers: u32) -> Option<()> {
    let models = [bits.flag()?, bits.flag()?].map(u32::from).iter().sum();
    let mut has_parts = false;
    if models > 0 {
        has_parts = bits.flag()?;
        bits.skip(if has_parts { 19 } else { 0 })?;
        bits.skip(if has_parts { 12 } else { 8 })?;
        bits.skip(15)?;
    }
    (0..=sub_layers).try_for_each(|_| skip_sub_layer(bits, models, has_parts))
}

fn skip_sub_layer(bits: &mut Bits<'_>, models: u32, has_parts: bool) -> Option<()> {
    let is_fixed = bits.flag()? || bits.flag()?;
    let mut has_low_delay = false;
    if is_fixed {
        bits.golomb()?;
    } else {
        has_low_delay = bits.flag()?;
    }
    let more = if has_low_delay { 0 } else { bits.golomb_up_to(MAX_MORE_BUFFERS)? };
    for _ in 0..models.checked_mul(more.checked_add(1)?)? {
        bits.skip_golomb(if has_parts { 4 } else { 2 })?;
        bits.flag()?;
    }
    Some(())
}
