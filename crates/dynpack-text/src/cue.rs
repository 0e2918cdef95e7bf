//! One cue.

use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};

use crate::content::{Node, Span, lines, push_plain};
use crate::image::Image;
use crate::layout::Layout;

/// A text that is shown from a time to a time: a subtitle, a caption, or a chapter with its title.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// The identifier in its document.
    pub id: Option<String>,
    /// When it is shown first.
    pub start: Time,
    /// When it is shown no more.
    pub end: Time,
    /// Where it is shown.
    pub layout: Layout,
    /// What is shown.
    pub nodes: Vec<Node>,
}

impl Cue {
    /// The end of a cue that lasts as long as the presentation.
    pub const NEVER: Time = Time::new(Ticks(Time::MAX_SECONDS as i64), Timescale::SECONDS);

    /// A cue with a plain text, whose lines are separated by line feeds.
    #[must_use]
    pub fn new(time: Range<Time>, text: &str) -> Self {
        let Range { start, end } = time;
        Self { id: None, start, end, layout: Layout::default(), nodes: lines(text).collect() }
    }

    /// Its words, with a line feed at the end of each line but the last. Ruby annotations follow
    /// their base in parentheses.
    #[must_use]
    pub fn plain_text(&self) -> String {
        let mut text = String::new();
        push_plain(&self.nodes, &mut text);
        text
    }

    /// The image that it shows in place of text.
    #[must_use]
    pub fn image(&self) -> Option<&Image> {
        self.nodes.iter().find_map(|node| match node {
            Node::Image(image) => Some(image),
            Node::Text(_) | Node::Break | Node::Timestamp(_) | Node::Span(_) => None,
        })
    }

    /// Whether it is shown in a span of time, its end excluded. A cue without a length touches the
    /// span in which it starts.
    #[must_use]
    pub fn touches(&self, span: &Range<Time>) -> bool {
        self.start < span.end && (self.end > span.start || self.start >= span.start)
    }

    /// The same on a clock that starts at `origin`; `None` if it ends before that.
    pub(crate) fn since(self, origin: Time) -> Option<Self> {
        let moved =
            |time: Time| Time::new(time.ticks - origin.round(time.timescale), time.timescale);
        let (start, end) = (moved(self.start), moved(self.end));
        let is_shown = end.ticks > Ticks::ZERO || start.ticks >= Ticks::ZERO;
        let start = Time::new(start.ticks.max(Ticks::ZERO), start.timescale);
        let nodes = moved_timestamps(self.nodes, &moved);
        is_shown.then_some(Self { start, end, nodes, ..self })
    }

    /// The part of it before `end`; `None` if it starts there or later.
    pub(crate) fn until(self, end: Time) -> Option<Self> {
        let is_shown = self.start < end;
        is_shown.then(|| Self { end: self.end.min(end), ..self })
    }

    /// The same later by so much, exactly.
    pub(crate) fn moved(self, by: Time) -> Self {
        let moved = |time: Time| time.plus(by);
        let (start, end) = (moved(self.start), moved(self.end));
        Self { start, end, nodes: moved_timestamps(self.nodes, &moved), ..self }
    }

    /// Bytes of memory that it takes, about.
    pub(crate) fn memory_size(&self) -> usize {
        let id = self.id.as_ref().map_or(0, String::len);
        size_of::<Self>().saturating_add(id).saturating_add(memory_size(&self.nodes))
    }

    /// Whether parts of its text are shown or highlighted at times of their own.
    pub(crate) fn has_timestamps(&self) -> bool {
        has_timestamps(&self.nodes)
    }
}

fn moved_timestamps(nodes: Vec<Node>, moved: &impl Fn(Time) -> Time) -> Vec<Node> {
    let nodes = nodes.into_iter().map(|node| match node {
        Node::Timestamp(time) => Node::Timestamp(moved(time)),
        Node::Span(span) => {
            let nodes = moved_timestamps(span.nodes, moved);
            Node::Span(Box::new(Span { nodes, ..*span }))
        }
        node @ (Node::Text(_) | Node::Break | Node::Image(_)) => node,
    });
    nodes.collect()
}

fn memory_size(nodes: &[Node]) -> usize {
    let sizes = nodes.iter().map(|node| {
        let own = match node {
            Node::Text(text) => text.len(),
            Node::Span(span) => size_of::<Span>().saturating_add(memory_size(&span.nodes)),
            Node::Image(image) => image.png().len(),
            Node::Break | Node::Timestamp(_) => 0,
        };
        size_of::<Node>().saturating_add(own)
    });
    sizes.fold(0, usize::saturating_add)
}

fn has_timestamps(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Timestamp(_) => true,
        Node::Span(span) => has_timestamps(&span.nodes),
        Node::Text(_) | Node::Break | Node::Image(_) => false,
    })
}
