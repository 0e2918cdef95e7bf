//! Quantization of a frame (AV1, 5.9.12, 5.9.17 and 5.9.18).

use super::sequence_header::Planes;
use crate::bits::Bits;

/// The quantizer of a frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantization {
    /// `base_q_idx`.
    pub(super) base: u32,
    /// Whether DC or chroma have another one.
    pub(super) has_deltas: bool,
}

impl Quantization {
    /// `quantization_params` (5.9.12).
    pub(super) fn read(bits: &mut Bits<'_>, planes: Planes) -> Option<Self> {
        let base = bits.unsigned(8)?;
        let mut has_deltas = read_delta(bits)?;
        if !planes.is_monochrome {
            let differs = planes.has_separate_uv_delta_q && bits.flag()?;
            for _ in 0..if differs { 4 } else { 2 } {
                has_deltas |= read_delta(bits)?;
            }
        }
        let has_matrices = bits.flag()?;
        let matrices = if planes.has_separate_uv_delta_q { 12 } else { 8 };
        bits.skip(if has_matrices { matrices } else { 0 })?;
        Some(Self { base, has_deltas })
    }

    /// `delta_q_params` and `delta_lf_params` (5.9.17, 5.9.18).
    pub(super) fn skip_block_deltas(self, bits: &mut Bits<'_>, has_intrabc: bool) -> Option<()> {
        let has_delta_q = self.base > 0 && bits.flag()?;
        if !has_delta_q {
            return Some(());
        }
        bits.skip(2)?;
        let has_delta_lf = !has_intrabc && bits.flag()?;
        bits.skip(if has_delta_lf { 3 } else { 0 })
    }
}

/// `read_delta_q` (5.9.13): whether it is not 0.
fn read_delta(bits: &mut Bits<'_>) -> Option<bool> {
    Some(bits.flag()? && bits.unsigned(7)? != 0)
}
