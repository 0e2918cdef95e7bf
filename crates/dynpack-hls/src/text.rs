//! The one place where strings become part of a playlist.

use dynpack_media::text::clean;

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
