//! What a reader returns.

use std::fmt;

use dynpack_xml::Position;

use crate::document::Document;
use crate::error::Error;
use crate::limits::MAX_WARNINGS;
use crate::options::Strictness;

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

/// Collects warnings, or makes them errors.
pub(crate) struct Warnings {
    strictness: Strictness,
    listed: Vec<Warning>,
    unlisted: usize,
}

impl Warnings {
    pub(crate) const fn new(strictness: Strictness) -> Self {
        Self { strictness, listed: Vec::new(), unlisted: 0 }
    }

    /// Adds a warning.
    pub(crate) fn push(&mut self, at: Position, problem: &'static str) -> Result<(), Error> {
        match self.strictness {
            Strictness::Strict => return Err(Error::Malformed { at, problem: problem.into() }),
            Strictness::Lenient if self.listed.len() < MAX_WARNINGS => {
                self.listed.push(Warning { line: at.line, problem });
            }
            Strictness::Lenient => self.unlisted = self.unlisted.saturating_add(1),
        }
        Ok(())
    }

    pub(crate) fn with(self, document: Document) -> Parsed {
        Parsed { document, warnings: self.listed, unlisted_warnings: self.unlisted }
    }
}
