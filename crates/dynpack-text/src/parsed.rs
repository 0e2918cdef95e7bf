//! What a reader returns.

use std::fmt;

use crate::document::Document;

/// A document that was read, with what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The document.
    pub document: Document,
    /// What was left out: the first [`MAX_WARNINGS`](crate::limits::MAX_WARNINGS).
    pub warnings: Vec<Warning>,
    /// How many more warnings there were.
    pub unlisted_warnings: usize,
}

/// A cue or block that was left out of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The line in the document, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: &'static str,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}
