//! Segmentation of a frame (AV1, 5.9.14), as far as it decides whether the frame is lossless.

use super::quantization::Quantization;
use crate::bits::Bits;

/// What is added to the quantizer in each segment (the feature `SEG_LVL_ALT_Q`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct QuantizerOffsets([i32; 8]);

/// Where the offsets of a frame come from.
pub(super) enum Segmentation {
    Own(QuantizerOffsets),
    /// They are those of its primary reference.
    Inherited,
}

impl Segmentation {
    /// `segmentation_params`.
    pub(super) fn read(bits: &mut Bits<'_>, has_primary_reference: bool) -> Option<Self> {
        if !bits.flag()? {
            return Some(Self::Own(QuantizerOffsets::default()));
        }
        if has_primary_reference {
            let updates_map = bits.flag()?;
            // `segmentation_temporal_update`.
            bits.skip(updates_map.into())?;
            if !bits.flag()? {
                return Some(Self::Inherited);
            }
        }
        QuantizerOffsets::read(bits).map(Self::Own)
    }
}

impl QuantizerOffsets {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        /// Bits of the values of the features after the first, with their signs.
        const OTHERS: [u32; 7] = [7, 7, 7, 7, 3, 0, 0];
        let mut offsets = [0; 8];
        for offset in &mut offsets {
            *offset = if bits.flag()? { bits.signed(9)? } else { 0 };
            for len in OTHERS {
                let is_there = bits.flag()?;
                bits.skip(if is_there { len } else { 0 })?;
            }
        }
        Some(Self(offsets))
    }

    /// `CodedLossless` (5.9.2): whether no segment is quantized.
    pub(super) fn are_lossless(self, Quantization { base, has_deltas }: Quantization) -> bool {
        let base = i32::try_from(base).unwrap_or(i32::MAX);
        !has_deltas && self.0.iter().all(|offset| base.saturating_add(*offset) <= 0)
    }
}
