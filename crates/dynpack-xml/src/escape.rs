//! Escapes attributes and texts. No other code escapes.

use std::fmt::{self, Write};

use crate::style::Quotes;

/// Appends escaped text to a document. Characters that XML does not allow are left out (Extensible
/// Markup Language 1.0, 2.2).
pub(crate) struct Escaped<'a> {
    pub(crate) text: &'a mut String,
    pub(crate) quotes: Quotes,
    pub(crate) in_attribute: bool,
}

impl Escaped<'_> {
    /// The escaped form of a character; `None` if it is not escaped.
    ///
    /// White space that readers would normalize is written as references (2.11, 3.3.3).
    const fn replacement(&self, character: char) -> Option<&'static str> {
        match character {
            '<' => Some("&lt;"),
            '>' => Some("&gt;"),
            '&' => Some("&amp;"),
            '\r' => Some("&#13;"),
            '\n' if self.in_attribute => Some("&#10;"),
            '\t' if self.in_attribute => Some("&#9;"),
            '"' if self.in_attribute || matches!(self.quotes, Quotes::Everywhere) => Some("&quot;"),
            '\'' if self.escapes_apostrophes() => Some("&apos;"),
            '\t' | '\n' | ' '..='\u{fffd}' | '\u{10000}'.. => None,
            _ => Some(""),
        }
    }

    const fn escapes_apostrophes(&self) -> bool {
        match self.quotes {
            Quotes::Necessary => false,
            Quotes::InAttributes => self.in_attribute,
            Quotes::Everywhere => true,
        }
    }
}

/// Whether a byte is a character by itself that is never escaped.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'<' | b'>' | b'&' | b'"' | b'\'')
}

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // To look at every byte is faster than to stop at the first.
        if text.bytes().fold(true, |are_plain, byte| are_plain & is_plain(byte)) {
            self.text.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            match self.replacement(character) {
                Some(replacement) => self.text.push_str(replacement),
                None => self.text.push(character),
            }
        }
        Ok(())
    }
}
