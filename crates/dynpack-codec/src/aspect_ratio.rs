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

    /// Width and height.
    #[must_use]
    pub const fn terms(self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The ratio of the least terms from `low` to `high`, each a numerator and a denominator;
    /// `None` if one of its terms is 0 or takes more than 32 bits.
    #[must_use]
    pub fn simplest(low: (u64, u64), high: (u64, u64)) -> Option<Self> {
        let (mut low, mut high) = (low, high);
        // The last two convergents of the continued fraction that both bounds share.
        let (mut before, mut last) = ((0_u64, 1_u64), (1_u64, 0_u64));
        loop {
            let whole = low.0.checked_div(low.1)?;
            let rest = low.0.checked_rem(low.1)?;
            let has_next = high.0.checked_div(high.1).is_none_or(|high| whole < high);
            let term = if rest > 0 && has_next { whole.checked_add(1)? } else { whole };
            let next = (
                last.0.checked_mul(term)?.checked_add(before.0)?,
                last.1.checked_mul(term)?.checked_add(before.1)?,
            );
            if rest == 0 || has_next {
                return Self::new(next.0.try_into().ok()?, next.1.try_into().ok()?);
            }
            let high_rest = high.0.checked_sub(whole.checked_mul(high.1)?)?;
            (before, last) = (last, next);
            (low, high) = ((high.1, high_rest), (low.1, rest));
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
    fn the_simplest_ratio_between_two_is_found() {
        let simplest = |low, high| AspectRatio::simplest(low, high).map(|ratio| ratio.to_string());
        // 213.33 of 160 pixels, and 853 of 720, to within half a pixel.
        assert_eq!(simplest((4256, 3200), (4276, 3200)).as_deref(), Some("4:3"));
        assert_eq!(simplest((8525, 7200), (8535, 7200)).as_deref(), Some("32:27"));
        assert_eq!(simplest((5, 1), (7, 1)).as_deref(), Some("5:1"));
        assert_eq!(simplest((7, 3), (7, 3)).as_deref(), Some("7:3"));
        assert_eq!(simplest((9, 10), (11, 10)).as_deref(), Some("1:1"));
        assert_eq!((simplest((0, 1), (1, 9)), simplest((1, 0), (1, 1))), (None, None));
        assert_eq!(simplest((u64::MAX, 2), (u64::MAX, 1)), None);
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
