//! Identifiers and durations in manifests.

use std::fmt::{Display, Write};
use std::time::Duration;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// An identifier without white space (`StringNoWhitespaceType`). Different texts have different
/// identifiers.
pub(crate) fn id(text: &str) -> impl Display {
    utf8_percent_encode(text, NOT_IN_IDS)
}

const NOT_IN_IDS: &AsciiSet = &CONTROLS.add(b' ').add(b'%');

/// A duration (`xs:duration`) of hours, minutes and seconds, to the microsecond.
pub(crate) fn duration(time: Duration) -> String {
    let (seconds, micros) = (time.as_secs(), time.subsec_micros());
    let mut text = String::from("PT");
    for (count, unit) in [(seconds / 3_600, 'H'), (seconds / 60 % 60, 'M')] {
        if count > 0 {
            // Writing to a string does not fail.
            let _ = write!(text, "{count}{unit}");
        }
    }
    let decimals = format!("{}.{micros:06}", seconds % 60);
    text.push_str(decimals.trim_end_matches('0').trim_end_matches('.'));
    text.push('S');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_their_decimals() {
        for (micros, expected) in [
            (0, "PT0S"),
            (1, "PT0.000001S"),
            (10_000_000, "PT10S"),
            (60_000_000, "PT1M0S"),
            (70_315_000, "PT1M10.315S"),
            (7_200_000_000, "PT2H0S"),
            (90_061_500_000, "PT25H1M1.5S"),
        ] {
            assert_eq!(duration(Duration::from_micros(micros)), expected);
        }
    }

    #[test]
    fn different_names_have_different_ids() {
        assert_eq!(["a b", "a%20b"].map(|name| id(name).to_string()), ["a%20b", "a%2520b"]);
    }
}
