//! Why a manifest cannot be read or written.

use std::fmt;

use dynpack_media::RenditionId;

/// A place in a manifest, as an editor counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Character of the line, from 1.
    pub column: usize,
}

impl Position {
    /// The place `offset` bytes into `text`.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        Self { line: before.matches('\n').count() + 1, column: column + 1 }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a manifest cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The manifest is no XML, or says something impossible; whoever stored it can fix it.
    #[error("malformed at {at}: {problem}")]
    Malformed {
        /// Where.
        at: Position,
        /// What is wrong there.
        problem: String,
    },
    /// The manifest is legal but needs what is not supported, such as a document type declaration.
    #[error("not supported at {at}: {what}")]
    NotSupported {
        /// Where.
        at: Position,
        /// What is needed there.
        what: &'static str,
    },
    /// The manifest names a file outside its asset: a path, a URL, `..`.
    #[error("not a file of the asset at {at}: {name:?} {problem}")]
    OutsideAsset {
        /// Where.
        at: Position,
        /// The name, as the manifest has it; cut after 100 characters.
        name: String,
        /// What makes it more than a file name.
        problem: &'static str,
    },
    /// The manifest passes a public limit.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
    },
    /// A rendition cannot be carried over Smooth Streaming, though it is legal.
    #[error("the rendition {rendition} cannot be carried: {problem}")]
    Rendition {
        /// Which rendition.
        rendition: RenditionId,
        /// Why not.
        problem: &'static str,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let text = "<a>\n  <é b='1'/>";
        let at = |what: &str| Position::of(text, text.find(what).unwrap());
        assert_eq!(at("<a"), Position { line: 1, column: 1 });
        assert_eq!(at("b="), Position { line: 2, column: 6 });
        assert_eq!(at("b=").to_string(), "line 2, column 6");
        assert_eq!(Position::of(text, 999).line, 2);
    }
}
