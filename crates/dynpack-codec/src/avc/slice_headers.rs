//! Slice headers (ITU-T H.264, 7.3.3).

use std::collections::BTreeMap;

use super::parameter_sets::{PictureOrder, Pps, Sps};
use super::{AvcConfig, NalType, is_slice};
use crate::bits::Bits;
use crate::{Error, Malformed};

/// Finds the end of slice headers, by the parameter sets seen so far.
#[derive(Clone, Debug, Default)]
pub struct SliceHeaders {
    sps: BTreeMap<u32, Sps>,
    pps: BTreeMap<u32, Pps>,
}

/// The type of a slice (table 7-6).
#[derive(Clone, Copy, PartialEq, Eq)]
enum SliceType {
    P,
    B,
    I,
    Sp,
    Si,
}

impl SliceHeaders {
    /// With the parameter sets of a configuration. One that cannot be read is ignored: maybe no
    /// slice refers to it.
    #[must_use]
    pub fn new(config: &AvcConfig) -> Self {
        let mut headers = Self::default();
        config.sps.iter().for_each(|unit| headers.add_sps(unit));
        config.pps.iter().for_each(|unit| headers.add_pps(unit));
        headers
    }

    /// Bytes of the next NAL unit of a stream up to and with the one that ends its slice header,
    /// NAL unit header and emulation prevention included; `None` if it is no slice. Parameter sets
    /// are remembered for the slices after them.
    ///
    /// # Errors
    /// As [`is_slice`]; [`Malformed::SliceHeader`] if the header is cut short, and
    /// [`Malformed::NoPictureParameterSet`] or [`Malformed::NoSequenceParameterSet`] if it refers
    /// to a set that is not known.
    pub fn read(&mut self, unit: &[u8]) -> Result<Option<usize>, Error> {
        if is_slice(unit)? {
            return Ok(Some(self.len(unit)?));
        }
        match NalType::of(unit) {
            NalType::SPS => self.add_sps(unit),
            NalType::PPS => self.add_pps(unit),
            _ => {}
        }
        Ok(None)
    }

    fn add_sps(&mut self, unit: &[u8]) {
        self.sps.extend(Sps::read(unit).map(|sps| (sps.id, sps)));
    }

    fn add_pps(&mut self, unit: &[u8]) {
        self.pps.extend(Pps::read(unit).map(|pps| (pps.id, pps)));
    }

    fn len(&self, unit: &[u8]) -> Result<usize, Malformed> {
        let mut bits = Bits::after_header(unit, 1);
        bits.golomb().ok_or(Malformed::SliceHeader)?;
        let slice_type = SliceType::read(&mut bits).ok_or(Malformed::SliceHeader)?;
        let id = bits.golomb().ok_or(Malformed::SliceHeader)?;
        let pps = self.pps.get(&id).ok_or(Malformed::NoPictureParameterSet(id))?;
        let sps = self.sps.get(&pps.sps).ok_or(Malformed::NoSequenceParameterSet(pps.sps))?;
        let header = unit.first().copied().unwrap_or_default();
        let slice = Slice {
            sps,
            pps,
            slice_type,
            is_idr: NalType::of(unit) == NalType::IDR,
            is_reference: header & 0x60 != 0,
        };
        slice.skip(&mut bits).ok_or(Malformed::SliceHeader)?;
        Ok(bits.bytes_read())
    }
}

impl SliceType {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let types = [Self::P, Self::B, Self::I, Self::Sp, Self::Si];
        let value = usize::try_from(bits.golomb_up_to(9)?).ok()?;
        types.get(value % 5).copied()
    }

    fn is_predicted(self) -> bool {
        matches!(self, Self::P | Self::Sp | Self::B)
    }
}

/// What the form of a slice header depends on.
struct Slice<'a> {
    sps: &'a Sps,
    pps: &'a Pps,
    slice_type: SliceType,
    is_idr: bool,
    is_reference: bool,
}

impl Slice<'_> {
    /// Skips the header after `pic_parameter_set_id`.
    fn skip(&self, bits: &mut Bits<'_>) -> Option<()> {
        self.skip_picture(bits)?;
        if self.slice_type == SliceType::B {
            bits.flag()?;
        }
        self.skip_references(bits)?;
        if self.is_reference {
            self.skip_marking(bits)?;
        }
        if self.pps.is_cabac && self.slice_type.is_predicted() {
            bits.golomb()?;
        }
        bits.golomb()?;
        if matches!(self.slice_type, SliceType::Sp | SliceType::Si) {
            if self.slice_type == SliceType::Sp {
                bits.flag()?;
            }
            bits.golomb()?;
        }
        if self.pps.controls_deblocking && bits.golomb()? != 1 {
            bits.skip_golomb(2)?;
        }
        if let Some(rate) = self.pps.group_change_rate {
            let max = self.sps.map_units.div_ceil(rate);
            bits.unsigned(u64::BITS.checked_sub(max.leading_zeros())?)?;
        }
        Some(())
    }

    /// Which picture it is of.
    fn skip_picture(&self, bits: &mut Bits<'_>) -> Option<()> {
        if self.sps.has_separate_planes {
            bits.unsigned(2)?;
        }
        bits.unsigned(self.sps.frame_num_bits)?;
        let is_field = !self.sps.frames_only && bits.flag()?;
        if is_field {
            bits.flag()?;
        }
        if self.is_idr {
            bits.golomb()?;
        }
        let both_fields = self.pps.orders_bottom_field && !is_field;
        match self.sps.picture_order {
            PictureOrder::Counter { bits: count } => {
                bits.unsigned(count)?;
                bits.skip_golomb(both_fields.into())?;
            }
            PictureOrder::Differences => bits.skip_golomb(if both_fields { 2 } else { 1 })?,
            PictureOrder::Nothing => {}
        }
        bits.skip_golomb(self.pps.counts_redundant.into())
    }

    /// Which pictures it refers to, in which order and with which weights.
    fn skip_references(&self, bits: &mut Bits<'_>) -> Option<()> {
        if !self.slice_type.is_predicted() {
            return Some(());
        }
        let lists = if self.slice_type == SliceType::B { 2 } else { 1 };
        let mut references = self.pps.references;
        if bits.flag()? {
            for count in references.iter_mut().take(lists) {
                *count = bits.golomb_up_to(31)?.checked_add(1)?;
            }
        }
        for _ in 0..lists {
            skip_reordering(bits)?;
        }
        let is_weighted =
            if self.slice_type == SliceType::B { self.pps.weights_b } else { self.pps.weights_p };
        if is_weighted {
            bits.skip_golomb(if self.sps.has_chroma { 2 } else { 1 })?;
            for count in references.iter().take(lists) {
                (0..*count).try_for_each(|_| self.skip_weight(bits))?;
            }
        }
        Some(())
    }

    /// One entry of `pred_weight_table` (7.3.3.2).
    fn skip_weight(&self, bits: &mut Bits<'_>) -> Option<()> {
        if bits.flag()? {
            bits.skip_golomb(2)?;
        }
        if self.sps.has_chroma && bits.flag()? {
            bits.skip_golomb(4)?;
        }
        Some(())
    }

    /// `dec_ref_pic_marking` (7.3.3.3).
    fn skip_marking(&self, bits: &mut Bits<'_>) -> Option<()> {
        if self.is_idr {
            return bits.unsigned(2).map(drop);
        }
        if !bits.flag()? {
            return Some(());
        }
        loop {
            match bits.golomb()? {
                0 => return Some(()),
                1 | 2 | 4 | 6 => bits.skip_golomb(1)?,
                3 => bits.skip_golomb(2)?,
                5 => {}
                _ => return None,
            }
        }
    }
}

/// One list of `ref_pic_list_modification` (7.3.3.1).
fn skip_reordering(bits: &mut Bits<'_>) -> Option<()> {
    if !bits.flag()? {
        return Some(());
    }
    while bits.golomb_up_to(3)? != 3 {
        bits.golomb()?;
    }
    Some(())
}
