//! Percentages.

use std::fmt;

/// A part of a length of the picture, from 0 to 100 percent, in thousandths of a percent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent(u32);

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One half.
    pub const HALF: Self = Self(50_000);
    /// All of it.
    pub const FULL: Self = Self(100_000);

    /// A whole number of percent, 100 at most.
    #[must_use]
    pub const fn whole(percent: u8) -> Self {
        Self::clamped((percent as i64).saturating_mul(1000))
    }

    /// The nearest from 0 to 100 percent.
    pub(crate) const fn clamped(thousandths: i64) -> Self {
        let full = Self::FULL.0 as i64;
        match thousandths {
            ..0 => Self::ZERO,
            // In range: it is less than 100,000.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in range")]
            within if within < full => Self(within as u32),
            _ => Self::FULL,
        }
    }

    /// Thousandths of a percent.
    pub(crate) fn thousandths(self) -> i64 {
        self.0.into()
    }

    /// The rest of 100 percent.
    pub(crate) const fn rest(self) -> Self {
        Self::FULL.less(self)
    }

    /// What is left without another part; nothing if that is larger.
    pub(crate) const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// This part of another part.
    pub(crate) fn of(self, other: Self) -> Self {
        Self::clamped(self.thousandths().saturating_mul(other.thousandths()) / 100_000)
    }

    /// This part of a number of pixels, rounded.
    pub(crate) fn of_pixels(self, pixels: u32) -> u64 {
        u64::from(self.0).saturating_mul(pixels.into()).saturating_add(50_000) / 100_000
    }

    /// Reads `12.5%`: digits with at most one point, and `%` (WebVTT, 6.3). `None` for other text,
    /// and for more than 100 percent.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number =
            |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let thousandths: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
        let whole: u32 = whole.parse().ok()?;
        let percent = whole.checked_mul(1000)?.checked_add(thousandths)?;
        (percent <= Self::FULL.0).then_some(Self(percent))
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fraction = format!("{:03}", self.0 % 1000);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{}%", self.0 / 1000),
            digits => write!(f, "{}.{digits}%", self.0 / 1000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_written_as_they_are_read() {
        for text in ["0%", "5%", "12.5%", "33.333%", "99.001%", "100%"] {
            assert_eq!(Percent::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "%", "5", ".5%", "5.%", "-1%", "+1%", "100.001%", "101%", "1e1%", "é%"] {
            assert_eq!(Percent::parse(text), None, "{text}");
        }
    }
}
