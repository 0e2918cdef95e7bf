//! The size of a frame (AV1, 5.9.5 to 5.9.9).

use super::sequence_header::SequenceHeader;
use crate::bits::Bits;
use crate::{Error, Malformed};

/// The size of a frame, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FrameSize {
    /// Before it is upscaled.
    pub(super) width: u32,
    pub(super) upscaled_width: u32,
    pub(super) height: u32,
}

const MALFORMED: Malformed = Malformed::FrameHeader("frame_size");

impl FrameSize {
    /// `frame_size` and `render_size` (5.9.5, 5.9.6). `is_own` is `frame_size_override_flag`.
    pub(super) fn read(
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        is_own: bool,
    ) -> Result<Self, Error> {
        let read = |bits: &mut Bits<'_>| {
            let (width, height) = match (is_own, sequence.size_bits) {
                (true, (width, height)) => (
                    bits.unsigned(width)?.saturating_add(1),
                    bits.unsigned(height)?.saturating_add(1),
                ),
                (false, _) => sequence.size,
            };
            let size = Self::read_superres(bits, sequence, width, height)?;
            let differs = bits.flag()?;
            bits.skip(if differs { 32 } else { 0 })?;
            Some(size)
        };
        Ok(read(bits).ok_or(MALFORMED)?)
    }

    /// The size of a frame that has the upscaled size of a reference (5.9.7).
    pub(super) fn read_scaled(
        self,
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
    ) -> Result<Self, Error> {
        let Self { upscaled_width, height, .. } = self;
        Ok(Self::read_superres(bits, sequence, upscaled_width, height).ok_or(MALFORMED)?)
    }

    /// `superres_params` (5.9.8).
    fn read_superres(
        bits: &mut Bits<'_>,
        sequence: &SequenceHeader,
        upscaled_width: u32,
        height: u32,
    ) -> Option<Self> {
        const NUMERATOR: u32 = 8;
        const MIN_DENOMINATOR: u32 = 9;
        let denominator = match sequence.has_superres && bits.flag()? {
            true => bits.unsigned(3)?.saturating_add(MIN_DENOMINATOR),
            false => NUMERATOR,
        };
        let scaled = upscaled_width.saturating_mul(NUMERATOR);
        let width = scaled.saturating_add(denominator / 2).checked_div(denominator)?;
        Some(Self { width, upscaled_width, height })
    }
}
