//! Decodes bytes to text.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use crate::error::Error;
use crate::limits::MAX_BYTES;
use crate::options::Encoding;

/// Decodes a document of plain text. All ends of lines become line feeds, and NUL becomes a
/// replacement character (WebVTT, 6.1).
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::LimitExceeded { what: "the bytes of the document", limit: MAX_BYTES });
    }
    let has_mark = encoding_rs::Encoding::for_bom(bytes).is_some();
    let text = match encoding {
        Encoding::Windows1252 if !has_mark => {
            WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
        }
        Encoding::Windows1252 | Encoding::Utf8 => dynpack_xml::decode(bytes, MAX_BYTES)?,
    };
    Ok(normalized(text))
}

/// The text with line feeds for all ends of lines, and replacement characters for NUL.
fn normalized(text: String) -> String {
    if !text.contains(['\r', '\0']) {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

/// The text with spaces in place of line feeds and carriage returns.
pub(crate) fn on_one_line(text: &str) -> Cow<'_, str> {
    if text.contains(['\n', '\r']) {
        Cow::Owned(text.replace(['\n', '\r'], " "))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_takes_precedence() {
        let utf_16: Vec<u8> = "\u{feff}é€".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, encoding, expected) in [
            (&b"\xe9\x80"[..], Encoding::Windows1252, "é€"),
            ("\u{feff}é€".as_bytes(), Encoding::Windows1252, "é€"),
            ("é€".as_bytes(), Encoding::Utf8, "é€"),
            (&utf_16, Encoding::Utf8, "é€"),
            (&utf_16, Encoding::Windows1252, "é€"),
            (b"a\r\nb\rc\0", Encoding::Utf8, "a\nb\nc\u{fffd}"),
        ] {
            assert_eq!(decode(bytes, encoding).unwrap(), expected, "{bytes:?}");
        }
    }

    #[test]
    fn bytes_in_another_encoding_are_refused_with_their_line() {
        let error = decode(b"WEBVTT\n\n\xe9", Encoding::Utf8).unwrap_err().to_string();
        assert_eq!(error, "malformed at line 3, column 1: neither UTF-8 nor UTF-16");
    }
}
