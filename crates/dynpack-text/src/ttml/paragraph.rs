//! The text of a paragraph, and the cues that it makes.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::content::{Builder, Node, Span, Style};
use crate::error::Error;
use crate::limits::MAX_REPEATS;

/// The content of a paragraph in the order of the document.
#[derive(Default)]
pub(super) struct Paragraph {
    pub(super) items: Vec<Item>,
}

/// The text of a paragraph in a span of time.
pub(super) struct Piece {
    pub(super) span: Range<i128>,
    pub(super) nodes: Vec<Node>,
}

/// A part of a paragraph, and when it is shown.
pub(super) struct Item {
    pub(super) span: Range<i128>,
    pub(super) part: Part,
}

pub(super) enum Part {
    Text { text: String, style: Style, keeps_space: bool },
    Break,
    Start(Vec<Span>),
    End,
}

impl Item {
    /// Whether it has something to see.
    fn is_visible(&self) -> bool {
        match &self.part {
            Part::Text { text, keeps_space, .. } => {
                *keeps_space && !text.is_empty() || !text.trim_matches(SPACES).is_empty()
            }
            Part::Break | Part::Start(_) | Part::End => false,
        }
    }

    fn is_shown(&self, span: &Range<i128>) -> bool {
        self.span.start <= span.start && span.end <= self.span.end
    }
}

/// White space in XML.
const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];

impl Paragraph {
    /// The text at each of its times: one cue, unless spans have times of their own.
    pub(super) fn cues(&self) -> Result<Vec<Piece>, Error> {
        let visible = || self.items.iter().filter(|item| item.is_visible());
        let bounds: BTreeSet<i128> =
            visible().flat_map(|item| [item.span.start, item.span.end]).collect();
        let bounds: Vec<i128> = bounds.into_iter().collect();
        if let [at] = *bounds {
            return Ok(vec![self.piece(at..at)]);
        }
        let count = bounds.len().saturating_sub(1);
        if count > 1 && count.saturating_mul(self.items.len()) > MAX_REPEATS {
            let what = "the parts of a paragraph at all of its times";
            return Err(Error::LimitExceeded { what, limit: MAX_REPEATS });
        }
        let pieces = bounds.iter().zip(bounds.iter().skip(1)).map(|(&start, &end)| start..end);
        let shown = pieces.filter(|piece| visible().any(|item| item.is_shown(piece)));
        Ok(shown.map(|span| self.piece(span)).collect())
    }

    fn piece(&self, span: Range<i128>) -> Piece {
        Piece { nodes: self.nodes(&span), span }
    }

    /// The text that is shown in a span of time. White space that is not kept is collapsed, and
    /// left out at the ends of lines (TTML2, 8.2.10).
    fn nodes(&self, span: &Range<i128>) -> Vec<Node> {
        let mut builder = Builder::new();
        let mut space = Space::LineStart;
        for item in &self.items {
            match &item.part {
                Part::Start(spans) => builder.start((), spans.clone()),
                Part::End => builder.end(),
                Part::Text { .. } | Part::Break if !item.is_shown(span) => {}
                Part::Break => {
                    builder.push(Node::Break);
                    space = Space::LineStart;
                }
                Part::Text { text, style, keeps_space: true } => {
                    builder.push_styled(*style, text);
                    space = Space::None;
                }
                Part::Text { text, style, keeps_space: false } => {
                    push_collapsed(text, *style, &mut space, &mut builder);
                }
            }
        }
        builder.finish()
    }
}

/// What white space there was before a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Space {
    /// The start of a line, at which it is left out.
    LineStart,
    /// None.
    None,
    /// Some in this style, which is left out if the line ends.
    Pending(Style),
}

fn push_collapsed(text: &str, style: Style, space: &mut Space, builder: &mut Builder<()>) {
    let mut collapsed = String::new();
    for char in text.chars() {
        if SPACES.contains(&char) {
            if *space == Space::None {
                *space = Space::Pending(style);
            }
            continue;
        }
        match *space {
            Space::Pending(before) if before == style => collapsed.push(' '),
            // It was in a text before this one.
            Space::Pending(before) => builder.push_styled(before, " "),
            Space::LineStart | Space::None => {}
        }
        collapsed.push(char);
        *space = Space::None;
    }
    builder.push_styled(style, &collapsed);
}
