//! The streaming writer.

use std::fmt::{Display, Write};

use crate::escape::Escaped;
use crate::fragment::Fragment;
use crate::style::Style;

const SPACES: &str = "                ";

/// A document that is being written.
pub struct Writer {
    text: String,
    style: Style,
    depth: usize,
}

impl Writer {
    /// Starts a document, with an XML declaration if the style has one.
    #[must_use]
    pub fn new(style: Style) -> Self {
        let text = match style.declared_encoding {
            Some(encoding) => format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?>"),
            None => String::new(),
        };
        Self { text, style, depth: 0 }
    }

    /// Starts what will be the child elements of a root element that is [written
    /// later](Tag::nested), in the same style: for a root whose attributes depend on them.
    #[must_use]
    pub const fn nested(style: Style) -> Self {
        Self { text: String::new(), style, depth: 1 }
    }

    /// Starts an element with that name, including its prefix.
    pub fn open(&mut self, name: &'static str) -> Tag<'_> {
        self.start_line();
        self.text.push('<');
        self.text.push_str(name);
        Tag { writer: self, name }
    }

    /// Adds text between the elements of a parent. In an indented style, lines would be added
    /// around it.
    pub fn text(&mut self, text: impl Display) {
        self.escaped(text, false);
    }

    /// The finished document.
    #[must_use]
    pub fn finish(mut self) -> String {
        if self.style.indent.is_some() {
            self.text.push('\n');
        }
        self.text
    }

    fn start_line(&mut self) {
        let Some(indent) = self.style.indent else { return };
        if !self.text.is_empty() || self.depth > 0 {
            self.text.push('\n');
        }
        let mut spaces = indent.saturating_mul(self.depth);
        while spaces > 0 {
            let some = SPACES.get(..spaces).unwrap_or(SPACES);
            self.text.push_str(some);
            spaces = spaces.saturating_sub(some.len());
        }
    }

    fn close(&mut self, name: &str) {
        self.text.extend(["</", name, ">"]);
    }

    fn escaped(&mut self, value: impl Display, in_attribute: bool) {
        let quotes = self.style.quotes;
        // Writing to a string does not fail.
        let _ = write!(Escaped { text: &mut self.text, quotes, in_attribute }, "{value}");
    }
}

/// The start of an element. Attributes can be added until its content is given.
#[must_use = "an element needs an end"]
pub struct Tag<'w> {
    writer: &'w mut Writer,
    name: &'static str,
}

impl Tag<'_> {
    /// Adds an attribute. Each name may be used once.
    pub fn with(self, name: &str, value: impl Display) -> Self {
        self.writer.text.extend([" ", name, "=\""]);
        self.writer.escaped(value, true);
        self.writer.text.push('"');
        self
    }

    /// Adds an attribute if there is a value.
    pub fn with_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Ends the element without content.
    pub fn empty(self) {
        self.writer.text.push_str("/>");
    }

    /// Ends the element with a text as its content.
    pub fn text(self, text: impl Display) {
        self.writer.text.push('>');
        self.writer.escaped(text, false);
        self.writer.close(self.name);
    }

    /// Ends the element with a fragment as its content, unchanged.
    pub fn fragment(self, xml: Fragment<'_>) {
        self.writer.text.extend([">", xml.as_str()]);
        self.writer.close(self.name);
    }

    /// Ends the root element with the child elements that were written before, unchanged.
    pub fn nested(self, inside: Writer) {
        let Self { writer, name } = self;
        writer.text.push('>');
        let before = std::mem::replace(&mut writer.text, inside.text);
        writer.text.insert_str(0, &before);
        writer.start_line();
        writer.close(name);
    }

    /// Ends the element with the child elements that `inside` writes. It is an empty element if
    /// `inside` writes none.
    pub fn children(self, inside: impl FnOnce(&mut Writer)) {
        let Self { writer, name } = self;
        writer.text.push('>');
        let start = writer.text.len();
        writer.depth = writer.depth.saturating_add(1);
        inside(writer);
        writer.depth = writer.depth.saturating_sub(1);
        if writer.text.len() == start {
            writer.text.pop();
            return Tag { writer, name }.empty();
        }
        writer.start_line();
        writer.close(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::style::Quotes;

    #[test]
    fn elements_nest_and_everything_is_escaped() {
        let mut xml = Writer::new(Style::INDENTED);
        xml.open("a").with("b", "<\"&\n\u{1}é'").children(|xml| {
            xml.open("c")
                .with("d", -1)
                .with_some("e", None::<&str>)
                .with_some("f", Some(2))
                .empty();
            xml.open("g").text("1 < 2\0");
            xml.open("h").children(|_| ());
        });
        let expected = r#"<?xml version="1.0" encoding="utf-8"?>
<a b="&lt;&quot;&amp;&#10;é'">
  <c d="-1" f="2"/>
  <g>1 &lt; 2</g>
  <h/>
</a>
"#;
        assert_eq!(xml.finish(), expected);
    }

    #[test]
    fn children_can_be_written_before_the_root() {
        for style in [Style::INDENTED, Style::COMPACT] {
            let inside = |xml: &mut Writer| {
                xml.open("b").children(|xml| xml.open("c").text("1"));
                xml.open("d").empty();
            };
            let (mut after, mut nested) = (Writer::new(style), Writer::nested(style));
            after.open("a").with("e", 2).children(inside);
            inside(&mut nested);
            let mut before = Writer::new(style);
            before.open("a").with("e", 2).nested(nested);
            assert_eq!(before.finish(), after.finish());
        }
    }

    #[test]
    fn a_style_says_which_quotes_are_escaped() {
        let written = |quotes| {
            let mut xml = Writer::new(Style::COMPACT.with_quotes(quotes));
            xml.open("a").with("b", "'\"").text("'\"");
            xml.finish()
        };
        assert_eq!(written(Quotes::Necessary), r#"<a b="'&quot;">'"</a>"#);
        assert_eq!(written(Quotes::InAttributes), r#"<a b="&apos;&quot;">'"</a>"#);
        assert_eq!(written(Quotes::Everywhere), r#"<a b="&apos;&quot;">&apos;&quot;</a>"#);
    }

    #[test]
    fn a_compact_document_has_no_line_breaks_of_its_own() {
        let mut xml = Writer::new(Style::COMPACT);
        let custom = Fragment::parse("<x y='1'/>&lt;").unwrap();
        xml.open("a").children(|xml| {
            xml.open("b").text("");
            xml.text(" & ");
            xml.open("c").fragment(custom);
        });
        assert_eq!(xml.finish(), "<a><b></b> &amp; <c><x y='1'/>&lt;</c></a>");
    }
}
