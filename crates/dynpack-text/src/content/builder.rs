//! Builds nested spans from tags.

use super::{MAX_DEPTH, Node, Span, SpanKind, Style, lines};

/// Nodes that are being built. `K` is the kind of a tag.
pub(crate) struct Builder<K> {
    /// The tags that are not closed, from the outermost.
    open: Vec<Open<K>>,
    /// The nodes in the innermost open tag.
    nodes: Vec<Node>,
}

/// A tag that is not closed.
struct Open<K> {
    key: K,
    /// The spans that the tag makes, from the outermost, without nodes yet.
    spans: Vec<Span>,
    /// The nodes before the tag.
    before: Vec<Node>,
}

impl<K: Copy + PartialEq> Builder<K> {
    pub(crate) const fn new() -> Self {
        Self { open: Vec::new(), nodes: Vec::new() }
    }

    /// The innermost open tag.
    pub(crate) fn innermost(&self) -> Option<K> {
        self.open.last().map(|open| open.key)
    }

    /// Opens a tag that makes these spans, unless it is too deep.
    pub(crate) fn start(&mut self, key: K, spans: Vec<Span>) {
        let depth: usize = self.open.iter().map(|open| open.spans.len()).sum();
        if self.open.len() < MAX_DEPTH && depth.saturating_add(spans.len()) <= MAX_DEPTH {
            let before = std::mem::take(&mut self.nodes);
            self.open.push(Open { key, spans, before });
        }
    }

    /// Closes the innermost tag. A tag without content makes no span.
    pub(crate) fn end(&mut self) {
        let Some(Open { spans, before, .. }) = self.open.pop() else { return };
        let mut nodes = std::mem::replace(&mut self.nodes, before);
        if nodes.is_empty() {
            return;
        }
        for span in spans.into_iter().rev() {
            nodes = vec![Node::Span(Box::new(Span { nodes, ..span }))];
        }
        self.nodes.append(&mut nodes);
    }

    /// Closes the innermost tag of this kind, and all in it. Does nothing if none is open.
    pub(crate) fn end_through(&mut self, key: K) {
        if let Some(at) = self.open.iter().rposition(|open| open.key == key) {
            while self.open.len() > at {
                self.end();
            }
        }
    }

    pub(crate) fn push(&mut self, node: Node) {
        match (self.nodes.last_mut(), node) {
            (Some(Node::Text(last)), Node::Text(more)) => last.push_str(&more),
            (_, node) => self.nodes.push(node),
        }
    }

    /// Appends text, with a break for each line feed.
    pub(crate) fn push_text(&mut self, text: &str) {
        let text = if text.contains('\r') { &text.replace('\r', " ") } else { text };
        lines(text).for_each(|node| self.push(node));
    }

    /// Appends text in a style: to the text before, if that has the same.
    pub(crate) fn push_styled(&mut self, style: Style, text: &str) {
        if style == Style::PLAIN {
            return self.push_text(text);
        }
        let mut nodes = match self.nodes.pop_if(|last| is_styled(last, style)) {
            Some(Node::Span(span)) => span.nodes,
            _ => Vec::new(),
        };
        let outer = std::mem::take(&mut self.nodes);
        self.nodes = std::mem::take(&mut nodes);
        self.push_text(text);
        let nodes = std::mem::replace(&mut self.nodes, outer);
        if !nodes.is_empty() {
            self.nodes.push(Node::styled(style, nodes));
        }
    }

    /// The nodes, with all tags closed.
    pub(crate) fn finish(mut self) -> Vec<Node> {
        while !self.open.is_empty() {
            self.end();
        }
        self.nodes
    }
}

/// Whether a node is a span of that style and nothing else.
fn is_styled(node: &Node, style: Style) -> bool {
    match node {
        Node::Span(span) => span.kind == SpanKind::Style(style) && span.classes.is_empty(),
        Node::Text(_) | Node::Break | Node::Timestamp(_) | Node::Image(_) => false,
    }
}
