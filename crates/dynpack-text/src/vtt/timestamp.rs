//! Timestamps (WebVTT, 6.3: collect a WebVTT timestamp).

use std::fmt;

use dynpack_media::{Ticks, Time, Timescale};

use crate::millis::millis_of;

/// Reads a timestamp at the start of a text, and returns the text after it. `None` also for times
/// past [`Time::MAX_SECONDS`].
pub(super) fn collect(text: &str) -> Option<(Time, &str)> {
    let (first, rest) = digits(text)?;
    let (second, rest) = two_digits(rest.strip_prefix(':')?)?;
    let has_hours = first.len() != 2 || first.parse::<u8>().is_ok_and(|first| first > 59);
    let (hours, minutes, seconds, rest) = match rest.strip_prefix(':') {
        Some(rest) => {
            let (seconds, rest) = two_digits(rest)?;
            (first.parse().ok()?, second, seconds, rest)
        }
        None if has_hours => return None,
        None => (0, first.parse().ok()?, second, rest),
    };
    let (millis, rest) = digits(rest.strip_prefix('.')?)?;
    if millis.len() != 3 || minutes > 59 || seconds > 59 {
        return None;
    }
    Some((millis_of(hours, minutes, seconds, millis.parse().ok()?)?, rest))
}

/// A time as WebVTT writes it, to the nearest millisecond. Times before zero are written as zero.
pub(crate) struct Timestamp(pub(crate) Time);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.0.round(Timescale::MILLIS).max(Ticks::ZERO).0;
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        write!(f, "{:02}:{:02}:{seconds:02}.{millis:03}", minutes / 60, minutes % 60)
    }
}

fn two_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = digits(text)?;
    if digits.len() == 2 { Some((digits.parse().ok()?, rest)) } else { None }
}

/// One or more digits.
fn digits(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_those_of_the_standard() {
        for (text, millis) in [
            ("00:00.000", 0),
            ("59:59.999", 3_599_999),
            ("1:00:00.000", 3_600_000),
            ("00:01:02.003", 62_003),
            ("100:00:00.001", 360_000_001),
        ] {
            let time = Time::new(Ticks(millis), Timescale::MILLIS);
            assert_eq!(collect(text), Some((time, "")), "{text}");
        }
        for text in [
            "",
            "00:00",
            "0:00.000",
            "60:00.000",
            "00:60.000",
            "00:60:00.000",
            "00:00.00",
            "00:00.0000",
            "00:00,000",
            "0:00:0.000",
            "99999999999999:00:00.000",
            "74566:00:00.000",
        ] {
            assert_eq!(collect(text), None, "{text}");
        }
        assert_eq!(collect("00:00.000 x").unwrap().1, " x");
    }
}
