//! Where slice segment headers end, by the parameter sets of a stream.

use std::collections::BTreeMap;

use super::pps::Pps;
use super::slice_segment::SliceSegment;
use super::sps::Sps;
use super::{HevcConfig, NalType};
use crate::bits::Bits;
use crate::nal_unit::refuse_start_code;
use crate::{Error, Malformed, Unsupported};

/// Finds the end of slice segment headers, by the parameter sets seen so far.
#[derive(Clone, Debug, Default)]
pub struct SliceHeaders {
    sps: BTreeMap<u32, Sps>,
    pps: BTreeMap<u32, Pps>,
}

impl SliceHeaders {
    /// With the parameter sets of a configuration. One that cannot be read is ignored: maybe no
    /// slice refers to it.
    #[must_use]
    pub fn new(config: &HevcConfig) -> Self {
        let mut headers = Self::default();
        config.sps.iter().for_each(|unit| headers.add_sps(unit));
        config.pps.iter().for_each(|unit| headers.add_pps(unit));
        headers
    }

    /// Bytes of the next NAL unit of a stream up to and with the one that ends its slice segment
    /// header, NAL unit header and emulation prevention included; `None` if it is no slice.
    /// Parameter sets are remembered for the slices after them.
    ///
    /// # Errors
    /// [`Unsupported::NalType`] if the unit holds pictures in another way than as slices,
    /// [`Unsupported::Layer`] if they are of another layer than the base layer, and
    /// [`Unsupported::ScreenContent`] if their headers have extensions for screen content.
    /// [`Malformed::StartCode`] if it stays clear and hides others, [`Malformed::SliceHeader`] if
    /// the header is cut short, and [`Malformed::NoPictureParameterSet`] or
    /// [`Malformed::NoSequenceParameterSet`] if it refers to a set that is not known.
    pub fn read(&mut self, unit: &[u8]) -> Result<Option<usize>, Error> {
        let kind = NalType::of(unit);
        if kind.is_unusual_picture() {
            return Err(Unsupported::NalType(kind.0).into());
        }
        let layer = layer(unit);
        if kind.is_slice() {
            return if layer == 0 {
                self.len(unit).map(Some)
            } else {
                Err(Unsupported::Layer(layer).into())
            };
        }
        match kind {
            NalType::SPS if layer == 0 => self.add_sps(unit),
            NalType::PPS if layer == 0 => self.add_pps(unit),
            _ => {}
        }
        refuse_start_code(unit, kind.0)?;
        Ok(None)
    }

    fn add_sps(&mut self, unit: &[u8]) {
        self.sps.extend(Sps::read(unit).map(|sps| (sps.id, sps)));
    }

    fn add_pps(&mut self, unit: &[u8]) {
        self.pps.extend(Pps::read(unit).map(|pps| (pps.id, pps)));
    }

    fn len(&self, unit: &[u8]) -> Result<usize, Error> {
        let kind = NalType::of(unit);
        let mut bits = Bits::after_header(unit, 2);
        let is_first = bits.flag().ok_or(Malformed::SliceHeader)?;
        // Of pictures at which decoding can start: `no_output_of_prior_pics_flag`.
        let has_flag = matches!(kind.0, 16..=23);
        bits.skip(has_flag.into()).ok_or(Malformed::SliceHeader)?;
        let id = bits.golomb().ok_or(Malformed::SliceHeader)?;
        let pps = self.pps.get(&id).ok_or(Malformed::NoPictureParameterSet(id))?;
        let sps = self.sps.get(&pps.sps).ok_or(Malformed::NoSequenceParameterSet(pps.sps))?;
        if pps.is_screen_content || sps.is_screen_content != Some(false) {
            return Err(Unsupported::ScreenContent.into());
        }
        let segment = SliceSegment { sps, pps, is_first, is_idr: kind.is_idr() };
        segment.skip(&mut bits).ok_or(Malformed::SliceHeader)?;
        Ok(bits.bytes_read())
    }
}

/// `nuh_layer_id` (7.3.1.2).
fn layer(unit: &[u8]) -> u8 {
    let header = unit.first().zip(unit.get(1));
    header.map_or(0, |(first, second)| (first & 1) << 5 | second >> 3)
}
