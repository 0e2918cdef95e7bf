//! The width of a picture, or of a pixel, relative to its height.

use std::fmt;

/// The width of a picture, or of one of its pixels, relative to its height. In lowest terms; it
/// prints as `16:9`.
///
/// ```
/// use dynpack_codec::AspectRatio;
///
/// let ratio = AspectRatio::new(1920, 1080).expect("above zero");
/// assert_eq!(ratio.to_string(), "16:9");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AspectRatio {
    width: u32,
    height: u32,
}

impl AspectRatio {
    /// As wide as high.
    pub const SQUARE: Self = Self { width: 1, height: 1 };

    /// The ratio of two lengths; `None` if one is 0.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        let (mut divisor, mut rest) = (width, height);
        while let Some(remainder) = divisor.checked_rem(rest) {
            (divisor, rest) = (rest, remainder);
        }
        match (width.checked_div(divisor), height.checked_div(divisor)) {
            (Some(width @ 1..), Some(height @ 1..)) => Some(Self { width, height }),
            _ => None,
        }
    }

    /// The ratio of a picture of `width` by `height` pixels of this ratio; `None` if that has no
    /// pixels, or terms beyond 32 bits.
    #[must_use]
    pub fn of_picture(self, width: u16, height: u16) -> Option<Self> {
        let whole = Self::new(width.into(), height.into())?;
        // Terms of one that share a divisor with those of the other are reduced before they are
        // multiplied.
        let (left, right) =
            (Self::new(whole.width, self.height)?, Self::new(self.width, whole.height)?);
        Some(Self {
            width: left.width.checked_mul(right.width)?,
            height: right.height.checked_mul(left.height)?,
        })
    }

    /// The width of a picture of `width` pixels of this ratio, in units of `1 / scale`
    /// of a square pixel of their height, rounded down; `None` beyond 32 bits.
    #[must_use]
    pub fn stretch(self, width: u16, scale: u32) -> Option<u32> {
        let width = u64::from(width).checked_mul(scale.into())?.checked_mul(self.width.into())?;
        u32::try_from(width.checked_div(self.height.into())?).ok()
    }
}

impl fmt::Display for AspectRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ratio(width: u32, height: u32) -> AspectRatio {
        AspectRatio::new(width, height).unwrap()
    }

    #[test]
    fn ratios_are_in_lowest_terms() {
        assert_eq!(ratio(64, 48), ratio(4, 3));
        assert_eq!(ratio(7, 7), AspectRatio::SQUARE);
        assert_eq!(ratio(u32::MAX, 1).to_string(), "4294967295:1");
        assert_eq!(
            (AspectRatio::new(0, 3), AspectRatio::new(3, 0), AspectRatio::new(0, 0)),
            (None, None, None)
        );
    }

    #[test]
    fn pictures_are_as_wide_as_their_pixels() {
        assert_eq!(AspectRatio::SQUARE.of_picture(1280, 720), Some(ratio(16, 9)));
        // PAL, 4:3 and 16:9 (ITU-R BT.601).
        assert_eq!(ratio(16, 15).of_picture(720, 576), Some(ratio(4, 3)));
        assert_eq!(ratio(64, 45).of_picture(720, 576), Some(ratio(16, 9)));
        assert_eq!(ratio(u32::MAX, 2).of_picture(u16::MAX, 2), None);
    }

    #[test]
    fn widths_are_stretched() {
        assert_eq!(AspectRatio::SQUARE.stretch(1280, 1), Some(1280));
        assert_eq!(ratio(64, 45).stretch(720, 1), Some(1024));
        assert_eq!(ratio(4, 3).stretch(100, 1 << 16), Some((100 << 16) / 3 * 4 + 1));
        assert_eq!(ratio(u32::MAX, 1).stretch(2, 1), None);
    }
}
