//! The timing of a sequence and its operating points (AV1, 5.5.1), as far as frame headers depend
//! on them.

use crate::bits::Bits;

/// The lengths of times in frame headers, in bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    /// `equal_picture_interval`.
    has_equal_interval: bool,
    model: Option<DecoderModel>,
}

/// `decoder_model_info` (5.5.4): lengths in bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DecoderModel {
    buffer_delay: u32,
    removal_time: u32,
    presentation_time: u32,
}

/// An operating point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OperatingPoint {
    /// `operating_point_idc`: its temporal layers in 8 bits, and its spatial layers in 4.
    idc: u32,
    has_model: bool,
}

impl Timing {
    pub(super) fn read(bits: &mut Bits<'_>) -> Option<Self> {
        if !bits.flag()? {
            return Some(Self::default());
        }
        // `num_units_in_display_tick` and `time_scale`.
        bits.skip(64)?;
        let has_equal_interval = bits.flag()?;
        if has_equal_interval {
            bits.golomb()?;
        }
        let model = if bits.flag()? { Some(DecoderModel::read(bits)?) } else { None };
        Some(Self { has_equal_interval, model })
    }

    /// Skips `temporal_point_info` (5.9.31), of frames that are shown.
    pub(super) fn skip_presentation_time(self, bits: &mut Bits<'_>) -> Option<()> {
        let model = self.model.filter(|_| !self.has_equal_interval);
        bits.skip(model.map_or(0, |model| model.presentation_time))
    }

    /// Skips the times at which a frame leaves the buffer (5.9.2), of a frame of those layers.
    pub(super) fn skip_removal_times(
        self,
        bits: &mut Bits<'_>,
        points: &[OperatingPoint],
        layers: Layers,
    ) -> Option<()> {
        let Some(model) = self.model else { return Some(()) };
        if !bits.flag()? {
            return Some(());
        }
        let timed = points.iter().filter(|point| point.has_model && point.contains(layers));
        timed.map(|_| model.removal_time).try_for_each(|len| bits.skip(len))
    }
}

impl DecoderModel {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let buffer_delay = bits.unsigned(5)?.saturating_add(1);
        // `num_units_in_decoding_tick`.
        bits.skip(32)?;
        Some(Self {
            buffer_delay,
            removal_time: bits.unsigned(5)?.saturating_add(1),
            presentation_time: bits.unsigned(5)?.saturating_add(1),
        })
    }
}

/// The layers of a frame (5.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Layers {
    temporal: u8,
    spatial: u8,
}

impl Layers {
    /// Of a unit with those bytes: the base layers if it has no extension header.
    pub(super) fn of(unit: &[u8]) -> Self {
        const HAS_EXTENSION: u8 = 0x04;
        match unit {
            [header, extension, ..] if header & HAS_EXTENSION != 0 => {
                Self { temporal: extension >> 5, spatial: extension >> 3 & 0b11 }
            }
            _ => Self::default(),
        }
    }
}

impl OperatingPoint {
    pub(super) fn read_all(bits: &mut Bits<'_>, timing: Timing) -> Option<Vec<Self>> {
        let has_display_delay = bits.flag()?;
        let count = bits.unsigned(5)?.saturating_add(1);
        (0..count).map(|_| Self::read(bits, timing, has_display_delay)).collect()
    }

    fn read(bits: &mut Bits<'_>, timing: Timing, has_display_delay: bool) -> Option<Self> {
        let idc = bits.unsigned(12)?;
        let has_tier = bits.unsigned(5)? > 7;
        bits.skip(has_tier.into())?;
        let model = match timing.model {
            Some(model) if bits.flag()? => Some(model),
            _ => None,
        };
        if let Some(model) = model {
            // Two delays, then `low_delay_mode_flag`.
            bits.skip(model.buffer_delay.saturating_mul(2).saturating_add(1))?;
        }
        let is_delayed = has_display_delay && bits.flag()?;
        bits.skip(if is_delayed { 4 } else { 0 })?;
        Some(Self { idc, has_model: model.is_some() })
    }

    fn contains(self, Layers { temporal, spatial }: Layers) -> bool {
        let has = |bit: u8| self.idc >> bit & 1 == 1;
        self.idc == 0 || has(temporal) && has(spatial.saturating_add(8))
    }
}
