//! Writing XML: every attribute and text is escaped here, and nowhere else.

use std::borrow::Cow;
use std::fmt::Display;

use quick_xml::escape::partial_escape;
use quick_xml::events::BytesStart;

/// The start of an element to be written, with its attributes in the order given.
pub(crate) struct Tag(BytesStart<'static>);

impl Tag {
    /// An element without attributes.
    pub(crate) fn new(name: &'static str) -> Self {
        Self(BytesStart::new(name))
    }

    fn name(&self) -> &str {
        self.0.name().into_inner()
    }

    /// The same with one more attribute.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.0.push_attribute((name, clean(value.as_ref())));
        self
    }

    /// The same with one more number.
    pub(crate) fn with_number(self, name: &str, value: impl Display) -> Self {
        self.with(name, value.to_string())
    }

    /// The same with one more attribute, if there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with one more number, if there is one.
    pub(crate) fn with_some_number(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with_number(name, value),
            None => self,
        }
    }
}

/// A document in the making, indented by two spaces.
pub(crate) struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    /// Starts with the XML declaration.
    pub(crate) fn new() -> Self {
        Self { text: r#"<?xml version="1.0" encoding="utf-8"?>"#.into(), depth: 0 }
    }

    /// Adds an element with nothing in it.
    pub(crate) fn empty(&mut self, tag: &Tag) {
        self.line(&["<", &tag.0, "/>"]);
    }

    /// Adds an element with a text in it.
    pub(crate) fn text(&mut self, tag: &Tag, text: &str) {
        self.line(&["<", &tag.0, ">", &partial_escape(clean(text)), "</", tag.name(), ">"]);
    }

    /// Adds an element with what `inside` adds in it.
    pub(crate) fn element(&mut self, tag: &Tag, inside: impl FnOnce(&mut Self)) {
        self.line(&["<", &tag.0, ">"]);
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line(&["</", tag.name(), ">"]);
    }

    /// The finished document.
    pub(crate) fn finish(self) -> String {
        self.text + "\n"
    }

    fn line(&mut self, parts: &[&str]) {
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.extend(parts.iter().copied());
    }
}

/// A text with only those characters that XML can carry (XML 1.0, 2.2).
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(legal) {
        text.into()
    } else {
        text.chars().filter(|&c| legal(c)).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_nest_and_everything_is_escaped() {
        let mut xml = Xml::new();
        xml.element(&Tag::new("a").with("b", "<\"&\n\u{1}é"), |xml| {
            xml.empty(
                &Tag::new("c")
                    .with_number("d", -1)
                    .with_some("e", None::<&str>)
                    .with_some_number("f", Some(2)),
            );
            xml.text(&Tag::new("g"), "1 < 2\0");
        });
        let expected = r#"<?xml version="1.0" encoding="utf-8"?>
<a b="&lt;&quot;&amp;&#10;é">
  <c d="-1" f="2"/>
  <g>1 &lt; 2</g>
</a>
"#;
        assert_eq!(xml.finish(), expected);
    }
}
