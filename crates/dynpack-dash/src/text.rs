//! The one place where strings and durations become part of a manifest. What XML must escape is
//! escaped as it is written.

use std::fmt::Write;

/// Text for people: control characters, which XML 1.0 cannot hold, become spaces.
pub(crate) fn clean(text: &str) -> String {
    let replace = |char: char| {
        if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') { ' ' } else { char }
    };
    text.chars().map(replace).collect()
}

/// A URL, or a template of one: what may not stand in a URL is percent-encoded.
pub(crate) fn uri(uri: &str) -> String {
    encode(uri, |byte| byte > b' ' && byte < 0x7f && byte != b'"')
}

/// An identifier without white space (`StringNoWhitespaceType`), different for every different
/// text.
pub(crate) fn id(text: &str) -> String {
    encode(text, |byte| byte > b' ' && byte < 0x7f && byte != b'%')
}

fn encode(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// A duration (`xs:duration`) of hours, minutes and seconds, to the microsecond.
pub(crate) fn duration(micros: u64) -> String {
    let (seconds, rest) = (micros / 1_000_000, micros % 1_000_000);
    let mut text = String::from("PT");
    for (count, unit) in [(seconds / 3_600, 'H'), (seconds / 60 % 60, 'M')] {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    let decimals = format!("{}.{rest:06}", seconds % 60);
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
            assert_eq!(duration(micros), expected);
        }
    }

    #[test]
    fn control_characters_do_not_reach_the_manifest() {
        assert_eq!(clean("a\0b\n\u{7f}\u{ffff}é<"), "a b   é<");
        assert_eq!(uri("a b\n\"é"), "a%20b%0A%22%C3%A9");
    }

    #[test]
    fn different_names_have_different_ids() {
        assert_eq!((id("a b"), id("a%20b")), ("a%20b".into(), "a%2520b".into()));
    }
}
