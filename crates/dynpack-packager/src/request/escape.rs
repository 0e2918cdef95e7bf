//! Percent-encoding (RFC 3986, 2.1) of what is read: names are decoded exactly once.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::RequestError;

/// Makes sure that each `%` of a path begins an escape.
pub(super) fn check(path: &str) -> Result<(), RequestError> {
    let is_escape = |at: usize| match path.as_bytes().get(at..) {
        Some([_, high, low, ..]) => high.is_ascii_hexdigit() && low.is_ascii_hexdigit(),
        _ => false,
    };
    match path.match_indices('%').find(|(at, _)| !is_escape(*at)) {
        Some((at, _)) => Err(RequestError::BadEscape { at }),
        None => Ok(()),
    }
}

/// The text that was escaped.
pub(super) fn unescape(text: &str) -> Result<Cow<'_, str>, RequestError> {
    percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| RequestError::NotUtf8 { text: text.to_owned() })
}

/// The text that was escaped, with replacement characters for what is not UTF-8.
pub(super) fn unescape_lossy(text: &str) -> Cow<'_, str> {
    percent_decode_str(text).decode_utf8_lossy()
}

/// A resource with the marks of its grammar as they are, where an eager client escaped them all.
///
/// Elsewhere an escaped mark is part of a name. A resource without any `(`, but with an escaped
/// one, can only be the work of a client that escapes whatever it may.
pub(super) fn unescape_marks(resource: &str) -> Cow<'_, str> {
    if resource.contains('(') || !resource.to_ascii_lowercase().contains("%28") {
        return Cow::Borrowed(resource);
    }
    let marks =
        [("%28", "("), ("%29", ")"), ("%2C", ","), ("%2c", ","), ("%3D", "="), ("%3d", "=")];
    Cow::Owned(
        marks.iter().fold(resource.to_owned(), |text, (escaped, mark)| text.replace(escaped, mark)),
    )
}
