//! Names, texts and URLs as manifests write them, whatever characters they come with.

use std::fmt::Display;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

/// Text for people, on one line: control characters become spaces, and so do U+FFFE and U+FFFF,
/// which XML 1.0 cannot hold either.
#[must_use]
pub fn clean(text: &str) -> String {
    let replace = |char: char| {
        if char.is_control() || matches!(char, '\u{fffe}' | '\u{ffff}') { ' ' } else { char }
    };
    text.chars().map(replace).collect()
}

/// A URL, or a template of one, in pieces: everything outside of printable ASCII is percent-encoded
/// (RFC 3986, 2.1), and so are spaces and double quotes. Escapes that it has already stay as they
/// are.
///
/// ```
/// assert_eq!(dynpack_media::text::uri("a b?c=%20").to_string(), "a%20b?c=%20");
/// ```
pub fn uri(uri: &str) -> impl Iterator<Item = &str> + Display {
    utf8_percent_encode(uri, NOT_OF_URLS)
}

/// A name as a part of a URL: all but letters, digits, `-`, `.`, `_` and `~` is percent-encoded
/// (RFC 3986, 2.3).
///
/// The result has no meaning of its own in URLs, in the templates of DASH (`$`) and Smooth
/// Streaming (`{`), nor in XML.
///
/// ```
/// assert_eq!(dynpack_media::text::escape("audio, 5.1").to_string(), "audio%2C%205.1");
/// ```
pub fn escape(name: &str) -> impl Display {
    utf8_percent_encode(name, RESERVED)
}

const NOT_OF_URLS: &AsciiSet = &CONTROLS.add(b' ').add(b'"');
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_manifest() {
        assert_eq!(clean("a\0b\n\u{7f}\u{ffff}é<"), "a b   é<");
        assert_eq!(uri("a b\n\"é").to_string(), "a%20b%0A%22%C3%A9");
    }

    #[test]
    fn a_url_of_printable_characters_stays_as_it_is() {
        let url = "https://a.b:1/c;d/(e=$Time$)?f=%20&g='h'#<i>\\^`{|}~";
        assert_eq!(uri(url).to_string(), url);
        assert_eq!(uri("\u{7f}\u{80}").to_string(), "%7F%C2%80");
    }
}
