//! The text of cues (WebVTT, 6.4: the WebVTT cue text parsing rules).

use htmlize::unescape;

use super::escape::class_color;
use super::tag::{Tag, TagName};
use super::timestamp;
use crate::content::{MAX_DEPTH, Node, Span, SpanKind, Style, lines};

/// Reads the text of a cue. Tags that the standard ignores are left out, as are empty ones.
pub(crate) fn read_cue_text(text: &str) -> Vec<Node> {
    let mut tree = Tree { open: Vec::new(), nodes: Vec::new() };
    let mut parts = text.split('<');
    tree.push_text(parts.next().unwrap_or_default());
    for part in parts {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        match Tag::parse(tag) {
            Some(Tag::Start { name, classes, annotation }) => {
                tree.start(name, &classes, annotation)
            }
            Some(Tag::End(name)) => tree.end(name),
            Some(Tag::Timestamp(text)) => tree.push_timestamp(text),
            None => {}
        }
        tree.push_text(text);
    }
    while let Some(open) = tree.open.pop() {
        tree.close(open);
    }
    tree.nodes
}

/// The nodes so far.
struct Tree {
    /// The spans that are not closed, with what is around each.
    open: Vec<Open>,
    /// Those of the innermost open span.
    nodes: Vec<Node>,
}

/// A span that is not closed.
struct Open {
    name: TagName,
    kind: SpanKind,
    classes: Vec<String>,
    /// A style from classes, around the span.
    style: Style,
    /// The nodes before the span.
    before: Vec<Node>,
}

impl Tree {
    fn push_text(&mut self, text: &str) {
        for node in lines(&unescape(text).replace('\r', " ")) {
            match (self.nodes.last_mut(), node) {
                (Some(Node::Text(last)), Node::Text(more)) => last.push_str(&more),
                (_, node) => self.nodes.push(node),
            }
        }
    }

    fn push_timestamp(&mut self, text: &str) {
        if let Some((time, "")) = timestamp::collect(text) {
            self.nodes.push(Node::Timestamp(time));
        }
    }

    fn start(&mut self, name: TagName, classes: &[&str], annotation: String) {
        let is_misplaced = name == TagName::RubyText && self.innermost() != Some(TagName::Ruby);
        if is_misplaced || self.open.len() >= MAX_DEPTH {
            return;
        }
        let mut style = Style::PLAIN;
        let classes = classes.iter().filter(|class| !class_color(class, &mut style));
        let classes = classes.map(|class| (*class).to_owned()).collect();
        let kind = match name {
            TagName::Class => SpanKind::Plain,
            TagName::Italic => SpanKind::Style(Style { italic: true, ..Style::PLAIN }),
            TagName::Bold => SpanKind::Style(Style { bold: true, ..Style::PLAIN }),
            TagName::Underline => SpanKind::Style(Style { underline: true, ..Style::PLAIN }),
            TagName::Ruby => SpanKind::Ruby,
            TagName::RubyText => SpanKind::RubyText,
            TagName::Voice => SpanKind::Voice(annotation),
            TagName::Language => SpanKind::Language(annotation),
        };
        let before = std::mem::take(&mut self.nodes);
        self.open.push(Open { name, kind, classes, style, before });
    }

    /// Closes the innermost span if it has that name. The end of a ruby also closes its annotation.
    fn end(&mut self, name: TagName) {
        if name == TagName::Ruby && self.innermost() == Some(TagName::RubyText) {
            self.close_innermost();
        }
        if self.innermost() == Some(name) {
            self.close_innermost();
        }
    }

    fn innermost(&self) -> Option<TagName> {
        self.open.last().map(|open| open.name)
    }

    fn close_innermost(&mut self) {
        if let Some(open) = self.open.pop() {
            self.close(open);
        }
    }

    fn close(&mut self, open: Open) {
        let Open { kind, classes, style, before, .. } = open;
        let nodes = std::mem::replace(&mut self.nodes, before);
        if nodes.is_empty() {
            return;
        }
        if kind == SpanKind::Plain && style != Style::PLAIN {
            let kind = SpanKind::Style(style);
            self.nodes.push(Node::Span(Span { kind, classes, nodes }));
        } else {
            self.nodes.extend(style.around(vec![Node::Span(Span { kind, classes, nodes })]));
        }
    }
}
