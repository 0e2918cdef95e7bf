//! Decodes bytes to text.

use std::io::Read;

use encoding_rs::{Encoding, WINDOWS_1252};
use quick_xml::encoding::DecodingReader;

use crate::error::{Error, Limit, Position};

/// Decodes a document in UTF-8 or UTF-16, with or without a byte order mark, of at most `max_bytes`
/// bytes. The byte order mark is not part of the text.
///
/// A document that is in neither is in Windows-1252 if it declares that, or ISO-8859-1, which is a
/// part of it (Encoding Standard, 4.2).
///
/// # Errors
/// [`Error::LimitExceeded`] for more bytes, [`Error::Malformed`] for bytes in another encoding.
pub fn decode(bytes: &[u8], max_bytes: usize) -> Result<String, Error> {
    if bytes.len() > max_bytes {
        return Err(Error::LimitExceeded { limit: Limit::Bytes, max: max_bytes });
    }
    let mut text = String::new();
    if DecodingReader::new(bytes).read_to_string(&mut text).is_err() {
        if declared_encoding(bytes) == Some(WINDOWS_1252) {
            return Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned());
        }
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let at = Position::of(valid, valid.len());
        return Err(Error::Malformed { at, problem: "neither UTF-8 nor UTF-16".into() });
    }
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// The encoding in the XML declaration (Extensible Markup Language 1.0, 4.3.3).
fn declared_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let declaration = bytes.utf8_chunks().next()?.valid().strip_prefix("<?xml")?;
    let (declaration, _) = declaration.split_once("?>")?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim();
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let (label, _) = value.get(1..)?.split_once(quote)?;
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_decoded_from_every_encoding() {
        let text = "<?xml version='1.0' encoding='utf-16'?><a é='€'/>";
        let with_mark = format!("\u{feff}{text}");
        let little =
            |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [
            text.into(),
            with_mark.clone().into_bytes(),
            little(text),
            big(text),
            little(&with_mark),
            big(&with_mark),
        ] {
            assert_eq!(decode(&bytes, 1000).unwrap(), text, "{bytes:?}");
        }
    }

    #[test]
    fn invalid_text_and_too_many_bytes_are_refused() {
        let problem = |bytes: &[u8]| decode(bytes, 8).unwrap_err().to_string();
        assert_eq!(
            problem(b"<a>\n\xff"),
            "malformed at line 2, column 1: neither UTF-8 nor UTF-16"
        );
        assert_eq!(problem(b"123456789"), "the bytes of the document pass the limit of 8");
    }

    #[test]
    fn windows_1252_is_read_if_it_is_declared_and_nothing_else_fits() {
        for (bytes, text) in [
            (&b"<?xml version='1.0' encoding=\"ISO-8859-1\"?><a>\xe9</a>"[..], "<a>é</a>"),
            (b"<?xml version='1.0' encoding = 'windows-1252' ?><a>\x80</a>", "<a>€</a>"),
            ("<?xml version='1.0' encoding='windows-1252'?><a>é</a>".as_bytes(), "<a>é</a>"),
        ] {
            assert!(decode(bytes, 100).unwrap().ends_with(text));
        }
        for bytes in [&b"<a encoding='latin1'>\xe9</a>"[..], b"<?xml encoding='koi8-r'?>\xe9"] {
            assert!(decode(bytes, 100).is_err());
        }
    }

    #[test]
    fn utf_16_that_ends_inside_a_character_is_refused() {
        for bytes in
            [&b"\xff\xfe<\0a"[..], b"\xfe\xff\0<\0", b"\xff\xfe<\0\x3d\xd8", b"\xfe\xff\xdc\0"]
        {
            let problem = decode(bytes, 100).unwrap_err().to_string();
            assert!(problem.ends_with("neither UTF-8 nor UTF-16"), "{problem}");
        }
    }
}
