//! The lines of a document, with their positions.

use dynpack_xml::Position;

/// The lines of a document, with their positions.
pub(crate) struct Lines<'a> {
    rest: Option<&'a str>,
    at: Position,
}

impl<'a> Lines<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { rest: Some(text), at: Position { offset: 0, line: 1, column: 1 } }
    }

    /// Where the next line starts.
    pub(crate) const fn at(&self) -> Position {
        self.at
    }

    /// The next line, which stays the next.
    pub(crate) fn peek(&self) -> Option<&'a str> {
        self.rest.map(|rest| rest.split_once('\n').map_or(rest, |(line, _)| line))
    }

    /// Takes the next line.
    pub(crate) fn take(&mut self) -> Option<&'a str> {
        let line = self.peek()?;
        let end = line.len().saturating_add(1);
        self.rest = self.rest.and_then(|rest| rest.get(end..));
        self.at.offset = self.at.offset.saturating_add(end);
        self.at.line = self.at.line.saturating_add(1);
        Some(line)
    }

    /// Takes empty lines.
    pub(crate) fn skip_empty(&mut self) {
        while self.peek() == Some("") {
            self.take();
        }
    }
}
