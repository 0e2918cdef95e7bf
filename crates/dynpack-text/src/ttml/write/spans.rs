//! The text of paragraphs.

use dynpack_xml::{Tag, Writer};

use super::names::Names;
use crate::content::{Node, Span, SpanKind, Style};
use crate::stylesheet::Stylesheet;
use crate::ttml::options::Profile;

/// Writes the text of paragraphs.
pub(super) struct Spans<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) stylesheet: &'a Stylesheet,
    pub(super) profile: Profile,
}

impl Spans<'_> {
    pub(super) fn put(&self, nodes: &[Node], xml: &mut Writer) {
        for node in nodes {
            match node {
                Node::Text(text) => xml.text(text),
                Node::Break => xml.open("br").empty(),
                Node::Timestamp(_) | Node::Image(_) => {}
                Node::Span(span) => self.put_span(span, xml),
            }
        }
    }

    fn put_span(&self, span: &Span, xml: &mut Writer) {
        let of_classes = self.stylesheet.style_of(&span.classes);
        match &span.kind {
            SpanKind::Plain => self.styled(of_classes, &span.nodes, xml),
            SpanKind::Style(style) => self.styled(style.over(of_classes), &span.nodes, xml),
            SpanKind::Voice(name) => {
                let agent = self.names.agents.get(name.as_str());
                let tag = styled_tag(of_classes, xml).with_some("ttm:agent", agent);
                tag.children(|xml| self.put(&span.nodes, xml));
            }
            SpanKind::Language(language) => {
                let tag = styled_tag(of_classes, xml).with("xml:lang", language);
                tag.children(|xml| self.put(&span.nodes, xml));
            }
            SpanKind::Ruby => self.put_ruby(&span.nodes, xml),
            // An annotation without a base.
            SpanKind::RubyText => self.put_in_parentheses(&span.nodes, xml),
        }
    }

    fn styled(&self, style: Style, nodes: &[Node], xml: &mut Writer) {
        if style == Style::PLAIN {
            return self.put(nodes, xml);
        }
        styled_tag(style, xml).children(|xml| self.put(nodes, xml));
    }

    /// Puts a container for each annotation, with the base before it (TTML2, 10.2.35).
    fn put_ruby(&self, nodes: &[Node], xml: &mut Writer) {
        let mut rest = nodes;
        while let Some((at, annotation)) = first_annotation(rest) {
            let (base, from) = rest.split_at_checked(at).unwrap_or((rest, &[]));
            rest = from.get(1..).unwrap_or_default();
            match self.profile {
                Profile::Imsc1 => {
                    self.put(base, xml);
                    self.put_in_parentheses(annotation, xml);
                }
                Profile::Imsc1_1 => self.put_container(base, annotation, xml),
            }
        }
        self.put(rest, xml);
    }

    fn put_container(&self, base: &[Node], annotation: &[Node], xml: &mut Writer) {
        xml.open("span").with("tts:ruby", "container").children(|xml| {
            for (part, nodes) in [("base", base), ("text", annotation)] {
                xml.open("span").with("tts:ruby", part).children(|xml| self.put(nodes, xml));
            }
        });
    }

    fn put_in_parentheses(&self, nodes: &[Node], xml: &mut Writer) {
        xml.text("(");
        self.put(nodes, xml);
        xml.text(")");
    }
}

/// The place of the first annotation, and its content.
fn first_annotation(nodes: &[Node]) -> Option<(usize, &[Node])> {
    nodes.iter().enumerate().find_map(|(at, node)| Some((at, node.annotation()?)))
}

fn styled_tag(style: Style, xml: &mut Writer) -> Tag<'_> {
    xml.open("span")
        .with_some("tts:fontStyle", style.italic.then_some("italic"))
        .with_some("tts:fontWeight", style.bold.then_some("bold"))
        .with_some("tts:textDecoration", style.underline.then_some("underline"))
        .with_some("tts:color", style.color)
        .with_some("tts:backgroundColor", style.background)
}
