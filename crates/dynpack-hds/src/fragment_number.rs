//! The number of a fragment, and its name.

use std::fmt;
use std::str::FromStr;

/// The number of a fragment in its stream, from 1.
///
/// Its text is the name that clients append to the address of a stream, such as `Seg1-Frag7`. All
/// fragments are in one segment. The text can be parsed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FragmentNumber(u32);

impl FragmentNumber {
    /// The number of the first fragment.
    pub const FIRST: Self = Self(1);

    /// The fragment with that number; `None` for 0.
    #[must_use]
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The number, from 1.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }

    pub(crate) const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for FragmentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seg1-Frag{}", self.0)
    }
}

/// The name is not that of a fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name of a fragment is Seg1-Frag and its number, from 1")]
pub struct InvalidFragmentName;

impl FromStr for FragmentNumber {
    type Err = InvalidFragmentName;

    fn from_str(name: &str) -> Result<Self, InvalidFragmentName> {
        let number = name
            .strip_prefix("Seg1-Frag")
            .and_then(|digits| digits.parse().ok())
            .and_then(Self::new);
        // One fragment has one name, so other forms of a number, such as `+7` or `07`, are refused.
        number.filter(|number| number.to_string() == name).ok_or(InvalidFragmentName)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_fragment_is_read_back_and_no_other() {
        for number in [1, 7, u32::MAX] {
            let number = FragmentNumber::new(number).unwrap();
            assert_eq!(number.to_string().parse(), Ok(number));
        }
        for name in [
            "",
            "Seg1-Frag",
            "Seg1-Frag0",
            "Seg1-Frag07",
            "Seg1-Frag+7",
            "Seg2-Frag7",
            "seg1-frag7",
            "Seg1-Frag4294967296",
        ] {
            assert_eq!(name.parse::<FragmentNumber>(), Err(InvalidFragmentName), "{name}");
        }
    }
}
