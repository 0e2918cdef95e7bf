//! Errors of reading a document, with their positions.

use std::fmt;

/// The maximum number of characters of a document that an error repeats.
const MAX_EXCERPT: usize = 100;

/// A position in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The offset in bytes from the start of the text, without its byte order mark.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Character in the line, from 1.
    pub column: usize,
}

impl Position {
    /// The position that is `offset` bytes into `text`.
    #[must_use]
    pub fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        let line = before.matches('\n').count();
        Self { offset, line: line.saturating_add(1), column: column.saturating_add(1) }
    }
}

/// Line and column, as an editor counts them.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What exceeds a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of the document.
    Bytes,
    /// Nested elements.
    Depth,
    /// Elements of the document.
    Elements,
    /// Attributes of one element.
    Attributes,
}

impl Limit {
    /// What exceeds the limit, for error texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bytes => "the bytes of the document",
            Self::Depth => "the nested elements",
            Self::Elements => "the elements of the document",
            Self::Attributes => "the attributes of an element",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a document cannot be read. The enum is exhaustive, so that a format can convert each variant
/// to an error of its own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The document is not well-formed, or an element does not have the expected content.
    #[error("malformed at {at}: {problem}")]
    Malformed {
        /// Where.
        at: Position,
        /// What is wrong there.
        problem: String,
    },
    /// The document is valid, but needs an unsupported feature: a document type declaration.
    #[error("not supported at {at}: {what}")]
    NotSupported {
        /// Where.
        at: Position,
        /// The unsupported feature.
        what: &'static str,
    },
    /// The document exceeds a limit.
    #[error("{limit} pass the limit of {max}")]
    LimitExceeded {
        /// What exceeds the limit.
        limit: Limit,
        /// The maximum that is allowed.
        max: usize,
    },
}

/// The first 100 characters of a text, for error messages.
#[must_use]
pub fn excerpt(text: &str) -> &str {
    let end = text.char_indices().nth(MAX_EXCERPT).map_or(text.len(), |(end, _)| end);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "<a>\n  <é b='1'/>";
        let at = |what: &str| Position::of(text, text.find(what).unwrap());
        assert_eq!(at("<a"), Position { offset: 0, line: 1, column: 1 });
        assert_eq!(at("b="), Position { offset: 10, line: 2, column: 6 });
        assert_eq!(at("b=").to_string(), "line 2, column 6");
        assert_eq!(Position::of(text, 999).line, 2);
    }

    #[test]
    fn an_excerpt_ends_between_characters() {
        assert_eq!(excerpt("é<"), "é<");
        assert_eq!(excerpt(&"é".repeat(101)), "é".repeat(100));
    }
}
