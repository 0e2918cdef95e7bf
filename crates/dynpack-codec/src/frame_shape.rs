//! The size and shape of pictures as decoded.

use crate::AspectRatio;
use crate::bits::Bits;

/// How pictures come out of a decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameShape {
    /// Width after cropping, in pixels.
    pub width: u16,
    /// Height after cropping, in pixels.
    pub height: u16,
    /// The width of a pixel relative to its height, if declared.
    pub pixel_aspect: Option<AspectRatio>,
}

impl FrameShape {
    /// `aspect_ratio_idc` of the video usability information, if there is any (ITU-T H.264 and
    /// H.265, table E-1).
    pub(crate) fn read_pixel_aspect(bits: &mut Bits<'_>) -> Option<Option<AspectRatio>> {
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
        if !bits.flag()? || !bits.flag()? {
            return Some(None);
        }
        let (width, height) = match bits.unsigned(8)? {
            EXTENDED => (bits.unsigned(16)?, bits.unsigned(16)?),
            listed => *RATIOS.get(listed as usize)?,
        };
        Some(AspectRatio::new(width, height))
    }
}
