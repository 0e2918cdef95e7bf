//! The number of a clip in its program.

use std::fmt;
use std::num::{NonZeroU32, ParseIntError};
use std::str::FromStr;

/// The number of a clip in its program, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClipNumber(pub NonZeroU32);

impl ClipNumber {
    /// The number of the clip at that place, from 0; `None` past 32 bits.
    #[must_use]
    pub fn at(place: usize) -> Option<Self> {
        u32::try_from(place).ok()?.checked_add(1).and_then(NonZeroU32::new).map(Self)
    }

    /// The place of the clip, from 0.
    #[must_use]
    pub fn place(self) -> usize {
        usize::try_from(self.0.get()).map_or(usize::MAX, |number| number.saturating_sub(1))
    }
}

impl fmt::Display for ClipNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ClipNumber {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}
