//! Sequence headers, up to the description of colour (AV1, 5.5).

use crate::Color;
use crate::bits::Bits;

/// What a sequence header says of pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SequenceHeader {
    /// Maximum width and height of a picture, in pixels.
    pub(super) size: (u32, u32),
    /// The colours, if they are described.
    pub(super) color: Option<Color>,
}

/// The fields of a sequence header that later ones depend on.
struct Head {
    profile: u32,
    is_reduced: bool,
}

impl SequenceHeader {
    /// Reads the payload of a unit; `None` if it is cut short.
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let bits = &mut Bits::new(payload);
        let profile = bits.unsigned(3)?;
        bits.flag()?;
        let head = Head { profile, is_reduced: bits.flag()? };
        match head.is_reduced {
            true => bits.unsigned(5).map(drop)?,
            false => skip_operating_points(bits)?,
        }
        let size = read_size(bits)?;
        head.skip_tools(bits)?;
        Some(Self { size, color: head.read_color(bits)? })
    }
}

/// Skips the timing, the decoder model and the operating points.
fn skip_operating_points(bits: &mut Bits<'_>) -> Option<()> {
    let mut delay_bits = None;
    if bits.flag()? {
        bits.unsigned(32)?;
        bits.unsigned(32)?;
        if bits.flag()? {
            bits.golomb()?;
        }
        if bits.flag()? {
            delay_bits = Some(bits.unsigned(5)?.saturating_add(1));
            bits.unsigned(32)?;
            bits.unsigned(10)?;
        }
    }
    let has_display_delay = bits.flag()?;
    for _ in 0..=bits.unsigned(5)? {
        bits.unsigned(12)?;
        if bits.unsigned(5)? > 7 {
            bits.flag()?;
        }
        if let Some(delay_bits) = delay_bits
            && bits.flag()?
        {
            bits.unsigned(delay_bits)?;
            bits.unsigned(delay_bits)?;
            bits.flag()?;
        }
        if has_display_delay && bits.flag()? {
            bits.unsigned(4)?;
        }
    }
    Some(())
}

fn read_size(bits: &mut Bits<'_>) -> Option<(u32, u32)> {
    let width_bits = bits.unsigned(4)?.saturating_add(1);
    let height_bits = bits.unsigned(4)?.saturating_add(1);
    let width = bits.unsigned(width_bits)?.saturating_add(1);
    Some((width, bits.unsigned(height_bits)?.saturating_add(1)))
}

impl Head {
    /// Skips what follows the size, up to `color_config`.
    fn skip_tools(&self, bits: &mut Bits<'_>) -> Option<()> {
        if !self.is_reduced && bits.flag()? {
            bits.unsigned(7)?;
        }
        bits.unsigned(3)?;
        if !self.is_reduced {
            bits.unsigned(4)?;
            let has_order_hint = bits.flag()?;
            if has_order_hint {
                bits.unsigned(2)?;
            }
            let may_force_integer_vectors = bits.flag()? || bits.flag()?;
            if may_force_integer_vectors && !bits.flag()? {
                bits.flag()?;
            }
            if has_order_hint {
                bits.unsigned(3)?;
            }
        }
        bits.unsigned(3).map(drop)
    }

    /// `color_config` (5.5.2).
    fn read_color(&self, bits: &mut Bits<'_>) -> Option<Option<Color>> {
        const SRGB: Color = Color::new(1, 13, 0);
        let has_high_depth = bits.flag()?;
        if self.profile == 2 && has_high_depth {
            bits.flag()?;
        }
        if self.profile != 1 {
            bits.flag()?;
        }
        if !bits.flag()? {
            return Some(None);
        }
        let color = Color::read(bits)?;
        Some(Some(color.with_full_range(color == SRGB || bits.flag()?)))
    }
}
