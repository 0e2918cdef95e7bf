//! The size, shape and colours of pictures as decoded.

use crate::vui::Vui;
use crate::{AspectRatio, Color};

/// How pictures come out of a decoder, according to the parameter sets of H.264 or HEVC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameShape {
    /// Width after cropping, in pixels.
    pub width: u16,
    /// Height after cropping, in pixels.
    pub height: u16,
    /// The width of a pixel relative to its height, if declared.
    pub pixel_aspect: Option<AspectRatio>,
    /// The colours, if declared.
    pub color: Option<Color>,
}

impl FrameShape {
    /// `None` if a side is 0 or takes more than 16 bits.
    pub(crate) fn new(width: u64, height: u64, vui: Vui) -> Option<Self> {
        let side = |len: u64| u16::try_from(len).ok().filter(|len| *len > 0);
        let (width, height) = (side(width)?, side(height)?);
        Some(Self { width, height, pixel_aspect: vui.pixel_aspect, color: vui.color })
    }

    /// The shape that all of these are; `None` if there is none, or one differs or is not known.
    pub(crate) fn common(shapes: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        let mut shapes = shapes.into_iter();
        let first = shapes.next()??;
        shapes.all(|shape| shape == Some(first)).then_some(first)
    }
}

/// Width and height of the units in which pictures are cropped, in pixels, for that
/// `ChromaArrayType`: `SubWidthC` and `SubHeightC` (ITU-T H.264 and H.265, table 6-1).
pub(crate) const fn chroma_units(chroma_array_type: u32) -> (u64, u64) {
    match chroma_array_type {
        1 => (2, 2),
        2 => (2, 1),
        _ => (1, 1),
    }
}
