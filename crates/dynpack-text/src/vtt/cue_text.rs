//! The text of cues (WebVTT, 6.4: the WebVTT cue text parsing rules).

use htmlize::unescape;

use super::escape::class_color;
use super::tag::{Tag, TagName};
use super::timestamp;
use crate::content::{Builder, Node, Span, SpanKind, Style};

/// Reads the text of a cue. Tags that the standard ignores are left out, as are empty ones.
pub(crate) fn read_cue_text(text: &str) -> Vec<Node> {
    let mut builder = Builder::new();
    let mut parts = text.split('<');
    builder.push_text(&unescape(parts.next().unwrap_or_default()));
    for part in parts {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        if let Some(tag) = Tag::parse(tag) {
            apply(tag, &mut builder);
        }
        builder.push_text(&unescape(text));
    }
    builder.finish()
}

fn apply(tag: Tag<'_>, builder: &mut Builder<TagName>) {
    match tag {
        Tag::Start { name: TagName::RubyText, .. }
            if builder.innermost() != Some(TagName::Ruby) => {}
        Tag::Start { name, classes, annotation } => {
            builder.start(name, spans(name, &classes, annotation));
        }
        Tag::End(name) => {
            // The end of a ruby also closes its annotation.
            if name == TagName::Ruby && builder.innermost() == Some(TagName::RubyText) {
                builder.end();
            }
            if builder.innermost() == Some(name) {
                builder.end();
            }
        }
        Tag::Timestamp(text) => {
            if let Some((time, "")) = timestamp::collect(text) {
                builder.push(Node::Timestamp(time));
            }
        }
    }
}

/// The span of a tag, in one for the colours that its classes stand for. Tags that only say how
/// text looks have their colours in the same span.
fn spans(name: TagName, classes: &[&str], annotation: String) -> Vec<Span> {
    let mut colors = Style::PLAIN;
    let classes = classes.iter().filter(|class| !class_color(class, &mut colors));
    let classes: Vec<String> = classes.map(|class| (*class).to_owned()).collect();
    let kind = match name {
        TagName::Class if colors == Style::PLAIN => SpanKind::Plain,
        TagName::Class => SpanKind::Style(colors),
        TagName::Italic => SpanKind::Style(Style { italic: true, ..colors }),
        TagName::Bold => SpanKind::Style(Style { bold: true, ..colors }),
        TagName::Underline => SpanKind::Style(Style { underline: true, ..colors }),
        TagName::Ruby => SpanKind::Ruby,
        TagName::RubyText => SpanKind::RubyText,
        TagName::Voice => SpanKind::Voice(annotation),
        TagName::Language => SpanKind::Language(annotation),
    };
    let has_colors = matches!(kind, SpanKind::Style(_)) || colors == Style::PLAIN;
    let outer = (!has_colors).then(|| Span::new(SpanKind::Style(colors), Vec::new()));
    outer.into_iter().chain([Span { kind, classes, nodes: Vec::new() }]).collect()
}
