//! The text of a cue.

mod builder;

pub(crate) use builder::Builder;

use dynpack_media::Time;

use crate::color::Color;
use crate::image::Image;

/// The maximum number of spans around a text. Readers leave out deeper spans, and keep their text.
pub const MAX_DEPTH: usize = 32;

/// A part of the text of a cue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Node {
    /// Text on one line.
    Text(String),
    /// The end of a line.
    Break,
    /// The text that follows is shown, or highlighted, from this time (WebVTT, 4.2.2).
    Timestamp(Time),
    /// A part with a meaning or style of its own.
    Span(Box<Span>),
    /// An image in place of text: the only node of its cue.
    Image(Image),
}

/// A part of a text with a meaning or style of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What is special about it.
    pub kind: SpanKind,
    /// Classes, which style sheets of WebVTT refer to.
    pub classes: Vec<String>,
    /// What is in it.
    pub nodes: Vec<Node>,
}

impl Span {
    /// A span without classes.
    #[must_use]
    pub const fn new(kind: SpanKind, nodes: Vec<Node>) -> Self {
        Self { kind, classes: Vec::new(), nodes }
    }
}

/// What is special about a span.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// Nothing but its classes.
    Plain,
    /// How it looks.
    Style(Style),
    /// Who speaks it.
    Voice(String),
    /// In which language it is (RFC 5646).
    Language(String),
    /// Text with annotations beside it: what is in no [`RubyText`](Self::RubyText) is its base, and
    /// each annotation is for the base directly before it.
    Ruby,
    /// An annotation in a [`Ruby`](Self::Ruby).
    RubyText,
}

/// How text looks, where it differs from the text around it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    /// Bold.
    pub bold: bool,
    /// Italic or oblique.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// The colour of its characters.
    pub color: Option<Color>,
    /// The colour of the box around it.
    pub background: Option<Color>,
}

impl Style {
    /// Text that looks like what is around it.
    pub const PLAIN: Self =
        Self { bold: false, italic: false, underline: false, color: None, background: None };

    /// This style on text that has the other one.
    pub(crate) fn over(self, other: Self) -> Self {
        Self {
            bold: self.bold || other.bold,
            italic: self.italic || other.italic,
            underline: self.underline || other.underline,
            color: self.color.or(other.color),
            background: self.background.or(other.background),
        }
    }
}

impl Node {
    /// A span of one style.
    pub(crate) fn styled(style: Style, nodes: Vec<Self>) -> Self {
        Self::Span(Box::new(Span::new(SpanKind::Style(style), nodes)))
    }

    /// The content of an annotation.
    pub(crate) fn annotation(&self) -> Option<&[Self]> {
        match self {
            Self::Span(span) if span.kind == SpanKind::RubyText => Some(&span.nodes),
            Self::Span(_) | Self::Text(_) | Self::Break | Self::Timestamp(_) | Self::Image(_) => {
                None
            }
        }
    }
}

/// Splits a text into lines: a break for each line feed.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Node> {
    text.split('\n').enumerate().flat_map(|(at, line)| {
        let text = (!line.is_empty()).then(|| Node::Text(line.into()));
        (at > 0).then_some(Node::Break).into_iter().chain(text)
    })
}

/// Appends the words of nodes, with a line feed for each break. Annotations are in parentheses, as
/// in HTML without support of ruby.
pub(crate) fn push_plain(nodes: &[Node], out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Break => out.push('\n'),
            Node::Timestamp(_) | Node::Image(_) => {}
            Node::Span(span) => {
                let is_annotation = span.kind == SpanKind::RubyText;
                let (before, after) = if is_annotation { ("(", ")") } else { ("", "") };
                out.push_str(before);
                push_plain(&span.nodes, out);
                out.push_str(after);
            }
        }
    }
}
