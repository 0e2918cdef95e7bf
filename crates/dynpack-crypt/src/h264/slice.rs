//! Slice headers (ITU-T H.264, 7.3.3).

use std::collections::BTreeMap;

use dynpack_media::{AvcConfig, NalUnit};

use super::bits::Bits;
use super::parameters::{PictureOrder, Pps, Sps};
use crate::Error;

/// Finds the end of slice headers, by the parameter sets seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct SliceHeaders {
    sps: BTreeMap<u32, Sps>,
    pps: BTreeMap<u32, Pps>,
}

/// What a slice is made of (table 7-6).
#[derive(Clone, Copy, PartialEq, Eq)]
enum SliceType {
    P,
    B,
    I,
    Sp,
    Si,
}

impl SliceHeaders {
    /// With the parameter sets of a configuration. One that cannot be read is passed over: maybe no
    /// slice refers to it.
    pub(crate) fn new(config: &AvcConfig) -> Self {
        let mut headers = Self::default();
        config.sps.iter().for_each(|unit| headers.learn(NalUnit::SPS, unit));
        config.pps.iter().for_each(|unit| headers.learn(NalUnit::PPS, unit));
        headers
    }

    /// Takes in a NAL unit, if it is a parameter set.
    pub(crate) fn learn(&mut self, kind: u8, unit: &[u8]) {
        match kind {
            NalUnit::SPS => {
                if let Some(sps) = Sps::read(unit) {
                    self.sps.insert(sps.id, sps);
                }
            }
            NalUnit::PPS => {
                if let Some(pps) = Pps::read(unit) {
                    self.pps.insert(pps.id, pps);
                }
            }
            _ => {}
        }
    }

    /// Bytes of a slice up to the one that ends its header, NAL unit header and emulation
    /// prevention included.
    pub(crate) fn len(&self, unit: &[u8]) -> Result<usize, Error> {
        let cut_short =
            || Error::Malformed("a slice header is cut short, or has a value out of range".into());
        let mut bits = Bits::behind_header(unit);
        bits.golomb().ok_or_else(cut_short)?;
        let slice_type = SliceType::read(&mut bits).ok_or_else(cut_short)?;
        let id = bits.golomb().ok_or_else(cut_short)?;
        let pps = self.pps.get(&id).ok_or_else(|| {
            Error::Malformed(format!("a slice without its picture parameter set {id}"))
        })?;
        let sps = self.sps.get(&pps.sps);
        let sps = sps.ok_or_else(|| {
            Error::Malformed(format!("a slice without its sequence parameter set {}", pps.sps))
        })?;
        let header = unit.first().copied().unwrap_or_default();
        let slice = Slice {
            sps,
            pps,
            slice_type,
            is_idr: NalUnit::kind_of(unit) == NalUnit::IDR,
            is_reference: header & 0x60 != 0,
        };
        slice.skip(&mut bits).ok_or_else(cut_short)?;
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

/// What the form of a header depends on.
struct Slice<'a> {
    sps: &'a Sps,
    pps: &'a Pps,
    slice_type: SliceType,
    is_idr: bool,
    is_reference: bool,
}

impl Slice<'_> {
    /// Passes over the header from behind `pic_parameter_set_id`.
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
            let most = self.sps.map_units.div_ceil(rate);
            bits.unsigned(u64::BITS - most.leading_zeros())?;
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
            PictureOrder::Differences => bits.skip_golomb(1 + u32::from(both_fields))?,
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
                *count = bits.golomb_up_to(31)? + 1;
            }
        }
        for _ in 0..lists {
            skip_reordering(bits)?;
        }
        let is_weighted =
            if self.slice_type == SliceType::B { self.pps.weights_b } else { self.pps.weights_p };
        if is_weighted {
            bits.skip_golomb(1 + u32::from(self.sps.has_chroma))?;
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
