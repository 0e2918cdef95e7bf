//! The first part of video usability information, which H.264 and HEVC share (ITU-T H.264, E.1.1;
//! ITU-T H.265, E.2.1).

use crate::bits::Bits;
use crate::{AspectRatio, Color};

/// How pictures are meant to be displayed, as far as it is declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vui {
    pub(crate) pixel_aspect: Option<AspectRatio>,
    pub(crate) color: Option<Color>,
}

impl Vui {
    /// Reads up to the description of the colours. What was read before an early end stays.
    pub(crate) fn fill(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        self.pixel_aspect = read_aspect(bits)?;
        let has_overscan = bits.flag()?;
        bits.skip(has_overscan.into())?;
        self.color = read_color(bits)?;
        Some(())
    }
}

/// The aspect ratio of a pixel (`aspect_ratio_idc`, table E-1), if it is declared.
fn read_aspect(bits: &mut Bits<'_>) -> Option<Option<AspectRatio>> {
    const EXTENDED: u32 = 255;
    const RATIOS: [(u32, u32); 17] = [
        (0, 0),
        (1, 1),
        (12, 11),
        (10, 11),
        (16, 11),
        (40, 33),
        (24, 11),
        (20, 11),
        (32, 11),
        (80, 33),
        (18, 11),
        (15, 11),
        (64, 33),
        (160, 99),
        (4, 3),
        (3, 2),
        (2, 1),
    ];
    if !bits.flag()? {
        return Some(None);
    }
    let (width, height) = match bits.unsigned(8)? {
        EXTENDED => (bits.unsigned(16)?, bits.unsigned(16)?),
        listed => RATIOS.get(listed as usize).copied().unwrap_or_default(),
    };
    Some(AspectRatio::new(width, height))
}

/// The colours (`video_signal_type`), if they are declared.
fn read_color(bits: &mut Bits<'_>) -> Option<Option<Color>> {
    if !bits.flag()? {
        return Some(None);
    }
    bits.skip(3)?;
    let full_range = bits.flag()?;
    let color = if bits.flag()? { Color::read(bits)? } else { Color::UNSPECIFIED };
    Some(Some(color.with_full_range(full_range)))
}
