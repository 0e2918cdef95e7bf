//! The one place where strings become part of a playlist.

use dynpack_media::text::clean;
use dynpack_media::{Ticks, Time, Timescale};

/// A quoted string (RFC 8216, 4.2) without its quotes. There is no escape for a quote, a line feed
/// or a carriage return, so these are replaced, like all other control characters.
pub(crate) fn quoted(text: &str) -> String {
    clean(text).replace('"', "'")
}

/// A name in the characters of stable ids (RFC 8216bis, 4.4.6.1) other than `/`: an `=` and two
/// hexadecimal digits stand for each byte of others. No two names become the same.
pub(crate) fn stable(name: &str) -> String {
    let mut stable = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => {
                stable.push(byte.into());
            }
            other => stable.push_str(&format!("={other:02X}")),
        }
    }
    stable
}

/// The name, followed by a number if it is taken.
pub(crate) fn unused_name<'a>(
    taken: impl Iterator<Item = &'a str> + Clone,
    name: String,
) -> String {
    let is_free = |name: &String| !taken.clone().any(|taken| taken == name);
    let numbered = (2..).map(|number| format!("{name} {number}"));
    std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name)
}

/// Appends a URI, for a line of its own or for a quoted string. Characters that could end either,
/// or that a URI must not contain, are percent-encoded. So is a leading `#`, which would make the
/// line a comment.
pub(crate) fn push_uri(text: &mut String, uri: &str) {
    let rest = uri.strip_prefix('#');
    if rest.is_some() {
        text.push_str("%23");
    }
    text.extend(dynpack_media::text::uri(rest.unwrap_or(uri)));
}

/// Appends a whole number.
pub(crate) fn push_number(text: &mut String, number: u64) {
    text.push_str(itoa::Buffer::new().format(number));
}

/// Appends microseconds as seconds with six decimals.
pub(crate) fn push_seconds(text: &mut String, micros: u64) {
    push_number(text, micros / 1_000_000);
    text.push('.');
    let mut digits = itoa::Buffer::new();
    let decimals = digits.format(micros % 1_000_000);
    text.extend(std::iter::repeat_n('0', 6_usize.saturating_sub(decimals.len())));
    text.push_str(decimals);
}

/// The tag for where players should start (RFC 8216, 4.3.5.2).
pub(crate) fn push_begin(text: &mut String, begin: Time) {
    const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");
    text.push_str("#EXT-X-START:TIME-OFFSET=");
    push_seconds(text, begin.round(MICROS).max(Ticks::ZERO).0.cast_unsigned());
    text.push_str(",PRECISE=YES\n");
}

/// The date of a time after the start of 1970 in milliseconds (ISO 8601, in UTC). Days are turned
/// into dates as in Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*.
#[expect(clippy::arithmetic_side_effects, reason = "constants, and quotients of 64 bits")]
pub(crate) fn date(millis: u64) -> String {
    const MILLIS_OF_DAY: u64 = 86_400_000;
    let (shifted, of_day) = (millis / MILLIS_OF_DAY + 719_468, millis % MILLIS_OF_DAY);
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hours, minutes) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (seconds, millis) = (of_day / 1_000 % 60, of_day % 1_000);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_a_quoted_string() {
        assert_eq!(
            quoted("Director's \"cut\"\r\n#EXT-X-ENDLIST\u{85}é"),
            "Director's 'cut'  #EXT-X-ENDLIST é"
        );
    }

    #[test]
    fn nothing_breaks_out_of_a_uri() {
        let uri = |uri| {
            let mut text = String::new();
            push_uri(&mut text, uri);
            text
        };
        assert_eq!(uri("a b\"\n#é%20"), "a%20b%22%0A#%C3%A9%20");
        assert_eq!(uri("#EXTM3U"), "%23EXTM3U");
        assert_eq!(
            uri("QualityLevels(1)/Manifest(video,format=m3u8-cmaf)"),
            "QualityLevels(1)/Manifest(video,format=m3u8-cmaf)"
        );
    }

    #[test]
    fn stable_ids_have_characters_that_they_may_have() {
        assert_eq!(stable("video_2-a.B"), "video_2-a.B");
        assert_eq!(stable("Ton \"é\"/=22"), "Ton=20=22=C3=A9=22=2F=3D22");
    }

    #[test]
    fn dates_count_from_1970() {
        for (millis, expected) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (6_006, "1970-01-01T00:00:06.006Z"),
            (86_399_999, "1970-01-01T23:59:59.999Z"),
            (86_400_000, "1970-01-02T00:00:00.000Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_767_225_600_000, "2026-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(date(millis), expected);
        }
    }

    #[test]
    fn seconds_have_six_decimals() {
        let seconds = |micros| {
            let mut text = String::new();
            push_seconds(&mut text, micros);
            text
        };
        assert_eq!(seconds(0), "0.000000");
        assert_eq!(seconds(6_006_000), "6.006000");
        assert_eq!(seconds(12_000_001), "12.000001");
    }
}
