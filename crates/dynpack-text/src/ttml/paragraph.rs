//! The text of a paragraph, and the cues that it makes.

use std::collections::BTreeSet;
use std::ops::Range;

use dynpack_xml::Element;

use crate::content::{Builder, Node, Span, Style};
use crate::error::Error;
use crate::limits::MAX_REPEATED_BYTES;

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
    Text { text: String, style: Style, white_space: WhiteSpace },
    Break,
    Start(Vec<Span>),
    End,
}

/// What becomes of white space (`xml:space`; Extensible Markup Language 1.0, 2.10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum WhiteSpace {
    /// It is a single space, and nothing at the ends of lines.
    #[default]
    Collapsed,
    /// It stays as it is.
    Kept,
}

impl WhiteSpace {
    /// That of the content of an element, if the element says.
    pub(super) fn of(element: &Element<'_>) -> Option<Self> {
        let kept = |space| if space == "preserve" { Self::Kept } else { Self::Collapsed };
        element.get("space").map(kept)
    }
}

impl Item {
    /// Whether it has something to see.
    fn is_visible(&self) -> bool {
        match &self.part {
            Part::Text { text, white_space: WhiteSpace::Kept, .. } => !text.is_empty(),
            Part::Text { text, .. } => !text.trim_matches(SPACES).is_empty(),
            Part::Break | Part::Start(_) | Part::End => false,
        }
    }

    /// Bytes of memory that it takes, about.
    fn bytes(&self) -> usize {
        let text = match &self.part {
            Part::Text { text, .. } => text.len(),
            Part::Break | Part::Start(_) | Part::End => 0,
        };
        text.saturating_add(size_of::<Node>())
    }

    fn is_shown(&self, span: &Range<i128>) -> bool {
        self.span.start <= span.start && span.end <= self.span.end
    }
}

/// White space in XML.
const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];

impl Paragraph {
    /// Appends text: to the text before, which only a reference or a comment ended.
    pub(super) fn push_text(
        &mut self,
        span: &Range<i128>,
        text: &str,
        style: Style,
        white_space: WhiteSpace,
    ) {
        match self.items.last_mut() {
            Some(Item { part: Part::Text { text: before, .. }, .. }) => before.push_str(text),
            _ => {
                let part = Part::Text { text: text.into(), style, white_space };
                self.items.push(Item { span: span.clone(), part });
            }
        }
    }

    /// The text at each of its times: one cue, unless spans have times of their own.
    ///
    /// `repeated_bytes` counts what all paragraphs of the document repeat, up to a limit.
    pub(super) fn pieces(&self, repeated_bytes: &mut usize) -> Result<Vec<Piece>, Error> {
        let visible = || self.items.iter().filter(|item| item.is_visible());
        let bounds: BTreeSet<i128> =
            visible().flat_map(|item| [item.span.start, item.span.end]).collect();
        let bounds: Vec<i128> = bounds.into_iter().collect();
        if let [at] = *bounds {
            return Ok(vec![self.piece(at..at)]);
        }
        let count = bounds.len().saturating_sub(1);
        if count > 1 {
            let bytes: usize = self.items.iter().map(Item::bytes).sum();
            *repeated_bytes = repeated_bytes.saturating_add(bytes.saturating_mul(count));
        }
        if *repeated_bytes > MAX_REPEATED_BYTES {
            let what = "the bytes of paragraphs at all of their times";
            return Err(Error::LimitExceeded { what, limit: MAX_REPEATED_BYTES });
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
                Part::Text { text, style, white_space: WhiteSpace::Kept } => {
                    builder.push_styled(*style, text);
                    space = Space::None;
                }
                Part::Text { text, style, white_space: WhiteSpace::Collapsed } => {
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
