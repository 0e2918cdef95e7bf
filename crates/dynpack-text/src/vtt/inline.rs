//! Writes the text of cues (WebVTT, 4.2.2).

use std::collections::BTreeSet;

use super::escape::{class, class_color, color_name, put_escaped};
use super::tag::TagName;
use super::timestamp::Timestamp;
use crate::color::Color;
use crate::content::{Node, Span, SpanKind, Style};

/// Rules of CSS for colours that have no class of their own.
pub(crate) type Rules = BTreeSet<String>;

/// The text of a cue. The rules that it needs are added to `rules`.
///
/// An empty line would end the cue, so it holds an empty tag.
pub(crate) fn payload(nodes: &[Node], rules: &mut Rules) -> String {
    let mut text = String::new();
    Writer { out: &mut text, rules }.put(nodes);
    let has_empty_line = text.starts_with('\n') || text.ends_with('\n') || text.contains("\n\n");
    if !has_empty_line {
        return text;
    }
    let lines = text.split('\n').map(|line| if line.is_empty() { "<c></c>" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

struct Writer<'a> {
    out: &'a mut String,
    rules: &'a mut Rules,
}

impl Writer<'_> {
    fn put(&mut self, nodes: &[Node]) {
        for node in nodes {
            match node {
                Node::Text(text) => put_escaped(text, self.out),
                Node::Break => self.out.push('\n'),
                Node::Image(_) => {}
                Node::Timestamp(time) => self.out.push_str(&format!("<{}>", Timestamp(*time))),
                Node::Span(span) => self.put_span(span),
            }
        }
    }

    fn put_span(&mut self, span: &Span) {
        let classes: Vec<String> = span.classes.iter().map(|name| class(name)).collect();
        match &span.kind {
            SpanKind::Plain => self.tag(TagName::Class, &classes, "", &span.nodes),
            SpanKind::Style(style) => self.put_styled(*style, classes, &span.nodes),
            SpanKind::Voice(name) => self.tag(TagName::Voice, &classes, name, &span.nodes),
            SpanKind::Language(tag) => self.tag(TagName::Language, &classes, tag, &span.nodes),
            SpanKind::Ruby => self.tag(TagName::Ruby, &classes, "", &span.nodes),
            SpanKind::RubyText => self.tag(TagName::RubyText, &classes, "", &span.nodes),
        }
    }

    /// Puts one tag for each property: the outermost has the classes. Colours with a class of their
    /// own come last, since readers take others for classes of the publisher.
    fn put_styled(&mut self, style: Style, mut classes: Vec<String>, nodes: &[Node]) {
        let Style { color, background, .. } = style;
        let color = color.map(|color| self.color("", "color", color));
        let background = background.map(|color| self.color("bg_", "background-color", color));
        let mut colors: Vec<_> = color.into_iter().chain(background).collect();
        colors.sort_by_key(|class| class_color(class, &mut Style::default()));
        classes.extend(colors);
        let is_set = [
            (style.bold, TagName::Bold),
            (style.italic, TagName::Italic),
            (style.underline, TagName::Underline),
        ];
        let set = is_set.into_iter().filter(|(is_set, _)| *is_set);
        let mut names: Vec<TagName> = set.map(|(_, name)| name).collect();
        if names.is_empty() {
            names.push(TagName::Class);
        }
        for name in &names {
            self.open(*name, &std::mem::take(&mut classes), "");
        }
        self.put(nodes);
        names.iter().rev().for_each(|name| self.close(*name));
    }

    /// The class of a colour. One without a name has a rule.
    fn color(&mut self, prefix: &str, property: &str, color: Color) -> String {
        if let Some(name) = color_name(color) {
            return format!("{prefix}{name}");
        }
        let hex = color.to_string();
        let class = format!("{property}-{}", hex.trim_start_matches('#'));
        self.rules.insert(format!("::cue(.{class}) {{ {property}: {hex}; }}"));
        class
    }

    fn tag(&mut self, name: TagName, classes: &[String], annotation: &str, nodes: &[Node]) {
        self.open(name, classes, annotation);
        self.put(nodes);
        self.close(name);
    }

    fn open(&mut self, name: TagName, classes: &[String], annotation: &str) {
        self.out.extend(["<", name.as_str()]);
        for class in classes {
            self.out.extend([".", class]);
        }
        if !annotation.is_empty() {
            self.out.push(' ');
            put_escaped(annotation, self.out);
        }
        // `-->` would be taken for times.
        self.out.push_str(if self.out.ends_with("--") { " >" } else { ">" });
    }

    fn close(&mut self, name: TagName) {
        self.out.extend(["</", name.as_str(), ">"]);
    }
}
