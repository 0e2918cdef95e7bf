//! Slice segment headers (ITU-T H.265, 7.3.6).

use super::pps::Pps;
use super::reference_set::ReferenceSet;
use super::sps::{Sps, index_bits};
use crate::bits::Bits;

/// What the form of a slice segment header depends on.
pub(super) struct SliceSegment<'a> {
    pub(super) sps: &'a Sps,
    pub(super) pps: &'a Pps,
    pub(super) is_first: bool,
    pub(super) is_idr: bool,
}

/// The type of a slice (table 7-7).
#[derive(Clone, Copy, PartialEq, Eq)]
enum SliceType {
    B,
    P,
    I,
}

impl SliceType {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let value = usize::try_from(bits.golomb()?).ok()?;
        [Self::B, Self::P, Self::I].get(value).copied()
    }

    /// Number of lists of reference pictures.
    const fn lists(self) -> usize {
        match self {
            Self::B => 2,
            Self::P => 1,
            Self::I => 0,
        }
    }
}

/// Which pictures a slice may refer to.
#[derive(Default)]
struct References {
    /// `NumPicTotalCurr`.
    total: u32,
    /// `slice_temporal_mvp_enabled_flag`.
    predicts_motion_in_time: bool,
}

impl SliceSegment<'_> {
    /// Skips the header after `slice_pic_parameter_set_id`.
    pub(super) fn skip(&self, bits: &mut Bits<'_>) -> Option<()> {
        let mut is_dependent = false;
        if !self.is_first {
            is_dependent = self.pps.has_dependent_segments && bits.flag()?;
            bits.skip(self.sps.address_bits)?;
        }
        if !is_dependent {
            self.skip_slice(bits)?;
        }
        if self.pps.has_entry_points {
            skip_entry_points(bits)?;
        }
        if self.pps.has_slice_extension {
            let len = bits.golomb_up_to(256)?;
            bits.skip(len.checked_mul(8)?)?;
        }
        // `byte_alignment( )` has a bit of 1, and then zeros.
        bits.flag()?.then(|| bits.align())
    }

    /// Skips what segments of a slice share.
    fn skip_slice(&self, bits: &mut Bits<'_>) -> Option<()> {
        bits.skip(self.pps.extra_bits)?;
        let slice_type = SliceType::read(bits)?;
        bits.skip(self.pps.has_output_flag.into())?;
        bits.skip(if self.sps.has_separate_planes { 2 } else { 0 })?;
        let references =
            if self.is_idr { References::default() } else { self.read_references(bits)? };
        let has_chroma = self.sps.has_chroma();
        let mut has_offsets = false;
        if self.sps.has_sample_offsets {
            has_offsets = bits.flag()?;
            has_offsets |= has_chroma && bits.flag()?;
        }
        if slice_type != SliceType::I {
            self.skip_prediction(bits, slice_type, &references)?;
        }
        bits.golomb()?;
        bits.skip_golomb(if self.pps.has_chroma_offsets { 2 } else { 0 })?;
        bits.skip(self.pps.has_chroma_offset_lists.into())?;
        let is_deblocked = self.read_deblocking(bits)?;
        let is_filtered = self.pps.filters_across_slices && (has_offsets || is_deblocked);
        bits.skip(is_filtered.into())
    }

    fn read_references(&self, bits: &mut Bits<'_>) -> Option<References> {
        bits.skip(self.sps.order_bits)?;
        let sets = &self.sps.reference_sets;
        let is_listed = bits.flag()?;
        let own;
        let short_term = if is_listed {
            let index = bits.unsigned(index_bits(sets.len() as u64))?;
            sets.get(index as usize)?
        } else {
            own = ReferenceSet::read_in_slice(bits, sets)?;
            &own
        };
        let total = short_term.used().checked_add(self.read_long_term(bits)?)?;
        let predicts_motion_in_time = self.sps.predicts_motion_in_time && bits.flag()?;
        Some(References { total, predicts_motion_in_time })
    }

    /// Number of long-term reference pictures that the picture itself may refer to.
    fn read_long_term(&self, bits: &mut Bits<'_>) -> Option<u32> {
        let Some(listed) = &self.sps.long_term else { return Some(0) };
        let from_list = if listed.is_empty() { 0 } else { bits.golomb()? };
        let own = bits.golomb()?;
        let mut used = 0_u32;
        for at in 0..from_list.checked_add(own)? {
            let is_used = if at < from_list {
                let index = bits.unsigned(index_bits(listed.len() as u64))?;
                *listed.get(index as usize)?
            } else {
                bits.skip(self.sps.order_bits)?;
                bits.flag()?
            };
            used = used.checked_add(is_used.into())?;
            let has_cycle = bits.flag()?;
            bits.skip_golomb(has_cycle.into())?;
        }
        Some(used)
    }

    /// Skips which pictures the slice is predicted from, in which order and with which weights.
    fn skip_prediction(
        &self,
        bits: &mut Bits<'_>,
        slice_type: SliceType,
        references: &References,
    ) -> Option<()> {
        let is_b = slice_type == SliceType::B;
        let mut counts = self.pps.references;
        if bits.flag()? {
            for count in counts.iter_mut().take(slice_type.lists()) {
                *count = bits.golomb_up_to(14)?.checked_add(1)?;
            }
        }
        let lists = counts.get(..slice_type.lists())?;
        if self.pps.modifies_lists && references.total > 1 {
            let entry_bits = index_bits(references.total.into());
            for &count in lists {
                let is_modified = bits.flag()?;
                bits.skip(if is_modified { entry_bits.checked_mul(count)? } else { 0 })?;
            }
        }
        bits.skip(is_b.into())?;
        bits.skip(self.pps.has_cabac_init.into())?;
        if references.predicts_motion_in_time {
            let is_first_list = !is_b || bits.flag()?;
            let count = counts.get(usize::from(!is_first_list)).copied()?;
            bits.skip_golomb(u32::from(count > 1))?;
        }
        if if is_b { self.pps.weights_b } else { self.pps.weights_p } {
            self.skip_weights(bits, lists)?;
        }
        bits.golomb().map(drop)
    }

    /// Skips `pred_weight_table` (7.3.6.3) for lists of that many pictures.
    fn skip_weights(&self, bits: &mut Bits<'_>, lists: &[u32]) -> Option<()> {
        let has_chroma = self.sps.has_chroma();
        bits.skip_golomb(if has_chroma { 2 } else { 1 })?;
        for &count in lists {
            // One bit for each picture that has weights of luma, and one for those of chroma.
            let luma = bits.unsigned(count)?.count_ones();
            let chroma = if has_chroma { bits.unsigned(count)?.count_ones() } else { 0 };
            bits.skip_golomb(luma.checked_mul(2)?.checked_add(chroma.checked_mul(4)?)?)?;
        }
        Some(())
    }

    /// Whether the deblocking filter is on.
    fn read_deblocking(&self, bits: &mut Bits<'_>) -> Option<bool> {
        if !(self.pps.overrides_deblocking && bits.flag()?) {
            return Some(!self.pps.disables_deblocking);
        }
        let is_on = !bits.flag()?;
        bits.skip_golomb(if is_on { 2 } else { 0 })?;
        Some(is_on)
    }
}

/// Skips where tiles or rows start.
fn skip_entry_points(bits: &mut Bits<'_>) -> Option<()> {
    let count = bits.golomb()?;
    if count == 0 {
        return Some(());
    }
    let len = bits.golomb_up_to(31)?.checked_add(1)?;
    (0..count).try_for_each(|_| bits.skip(len))
}
