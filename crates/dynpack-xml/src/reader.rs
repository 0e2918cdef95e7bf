//! The pull reader.

use std::borrow::Cow;

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event as Token};

use crate::element::{Element, Source};
use crate::error::{Error, Limit, Position};
use crate::options::Options;

/// Reads the elements of a document in order, and stops at the first error.
///
/// The caller reads a document event by event ([`read`](Self::read)), or element by element
/// ([`root`](Self::root), [`children`](Self::children), [`text`](Self::text)). Comments and
/// processing instructions are ignored.
pub struct Reader<'a> {
    source: Source<'a>,
    tokens: quick_xml::Reader<&'a [u8]>,
    depth: usize,
    elements: usize,
    is_fragment: bool,
}

/// The next part of a document.
pub enum Event<'a> {
    /// An element starts.
    Start(Element<'a>),
    /// A piece of the text in the current element: a resolved reference, or the text between markup
    /// and references. An owned piece is a copy of the document's text. Readers of secrets should
    /// wipe it.
    Text(Cow<'a, str>),
    /// The current element ends.
    End,
}

impl<'a> Reader<'a> {
    /// Starts before the root element.
    #[must_use]
    pub fn new(text: &'a str, options: Options) -> Self {
        let mut tokens = quick_xml::Reader::from_str(text);
        tokens.config_mut().expand_empty_elements = true;
        let source = Source { text, options };
        Self { source, tokens, depth: 0, elements: 0, is_fragment: false }
    }

    /// Starts inside an element: any number of elements may follow, and text.
    pub(crate) fn of_content(text: &'a str, options: Options) -> Self {
        Self { is_fragment: true, ..Self::new(text, options) }
    }

    /// The next event; `None` at the end of the document.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the document is not well-formed, [`Error::NotSupported`] for a
    /// document type declaration, [`Error::LimitExceeded`] past a limit of the [`Options`].
    pub fn read(&mut self) -> Result<Option<Event<'a>>, Error> {
        loop {
            let offset = self.offset();
            let token = self.tokens.read_event().map_err(|error| self.broken(offset, &error))?;
            let text = match token {
                Token::Start(tag) | Token::Empty(tag) => return self.start(offset, tag).map(Some),
                Token::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(Some(Event::End));
                }
                Token::Eof => return self.end(offset).map(|()| None),
                Token::Text(text) => text.xml10_content(),
                Token::CData(text) => text.xml10_content(),
                Token::GeneralRef(entity) => self.resolve(offset, &entity)?,
                Token::DocType(_) | Token::Decl(_) | Token::PI(_) if self.is_fragment => {
                    let problem = "it contains declarations or processing instructions";
                    return Err(self.source.malformed(offset, problem));
                }
                Token::DocType(_) => {
                    let at = Position::of(self.source.text, offset);
                    return Err(Error::NotSupported { at, what: "a document type declaration" });
                }
                Token::Comment(_) | Token::Decl(_) | Token::PI(_) => continue,
            };
            if self.depth > 0 || self.is_fragment {
                return Ok(Some(Event::Text(text)));
            }
            if !text.trim().is_empty() {
                return Err(self.source.malformed(offset, "text outside the root element"));
            }
        }
    }

    /// Reads the start of the root element, which must have that name.
    ///
    /// # Errors
    /// As [`read`](Self::read); [`Error::Malformed`] for a root element with another name.
    pub fn root(&mut self, name: &str) -> Result<Element<'a>, Error> {
        match self.read()? {
            Some(Event::Start(root)) if root.is(name) => Ok(root),
            Some(Event::Start(root)) => {
                Err(root.malformed(format!("the root element is not <{name}>")))
            }
            _ => Err(self.source.malformed(self.offset(), "there is no root element")),
        }
    }

    /// Calls `each` with every child of the element whose start was read last. The content of a
    /// child is skipped, unless `each` reads it.
    ///
    /// In skipped content, only the tags are checked.
    ///
    /// # Errors
    /// As [`read`](Self::read), and those of `each`.
    pub fn children<E: From<Error>>(
        &mut self,
        mut each: impl FnMut(&mut Self, &Element<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        let depth = self.depth;
        loop {
            match self.read()? {
                Some(Event::Start(child)) => {
                    each(self, &child)?;
                    if self.depth > depth {
                        self.skip(&child)?;
                    }
                }
                Some(Event::Text(_)) => {}
                Some(Event::End) | None => return Ok(()),
            }
        }
    }

    /// Skips the content of the element whose start was read last. Only its tags are checked.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn skip_content(&mut self) -> Result<(), Error> {
        self.children(|_, _| Ok(()))
    }

    /// The text directly in the element whose start was read last, without the white space around
    /// it.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn text(&mut self) -> Result<String, Error> {
        let mut text = String::new();
        loop {
            match self.read()? {
                Some(Event::Start(child)) => self.skip(&child)?,
                Some(Event::Text(piece)) => text.push_str(&piece),
                Some(Event::End) | None => return Ok(text.trim().to_owned()),
            }
        }
    }

    /// Checks that nothing follows the root element.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn finish(mut self) -> Result<(), Error> {
        while self.read()?.is_some() {}
        Ok(())
    }

    fn start(&mut self, offset: usize, tag: BytesStart<'a>) -> Result<Event<'a>, Error> {
        let Options { max_depth, max_elements, .. } = self.source.options;
        if self.depth == 0 && self.elements > 0 && !self.is_fragment {
            return Err(self.source.malformed(offset, "a second root element"));
        }
        if self.depth == max_depth {
            return Err(Error::LimitExceeded { limit: Limit::Depth, max: max_depth });
        }
        if self.elements == max_elements {
            return Err(Error::LimitExceeded { limit: Limit::Elements, max: max_elements });
        }
        self.depth = self.depth.saturating_add(1);
        self.elements = self.elements.saturating_add(1);
        Element::new(self.source, offset, tag).map(Event::Start)
    }

    /// Checks that the document may end at that offset.
    fn end(&self, offset: usize) -> Result<(), Error> {
        if self.depth > 0 {
            return Err(self.source.malformed(offset, "an element is not closed"));
        }
        if self.elements == 0 && !self.is_fragment {
            return Err(self.source.malformed(offset, "there is no root element"));
        }
        Ok(())
    }

    fn resolve(&self, offset: usize, entity: &BytesRef<'a>) -> Result<Cow<'a, str>, Error> {
        let character = entity.resolve_char_ref();
        if let Some(character) = character.map_err(|error| self.broken(offset, &error))? {
            return Ok(Cow::Owned(character.into()));
        }
        let name = entity.xml10_content();
        resolve_predefined_entity(&name).map(Cow::Borrowed).ok_or_else(|| {
            self.source.malformed(offset, format_args!("the entity &{name:.100}; is not defined"))
        })
    }

    /// Skips the rest of the element whose start was read last.
    fn skip(&mut self, element: &Element<'a>) -> Result<(), Error> {
        self.depth = self.depth.saturating_sub(1);
        match self.tokens.read_to_end(element.qualified_name()) {
            Ok(_) => Ok(()),
            Err(error) => Err(self.broken(element.offset(), &error)),
        }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.tokens.buffer_position()).expect("a position in text in memory")
    }

    /// An error at the position that the tokenizer reports, but not before `start`.
    fn broken(&self, start: usize, error: &quick_xml::Error) -> Error {
        let seen = usize::try_from(self.tokens.error_position());
        self.source.broken(seen.expect("a position in text in memory").max(start), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The attributes `b` of the child elements of the root element `a`.
    fn walk(text: &str) -> Result<Vec<String>, Error> {
        let mut reader = Reader::new(text, Options::new().ignoring_case());
        reader.root("a")?;
        let mut seen = Vec::new();
        reader.children(|_, child| {
            seen.push(child.get("b").unwrap_or("-").to_owned());
            Ok::<_, Error>(())
        })?;
        reader.finish()?;
        Ok(seen)
    }

    #[test]
    fn children_are_read_once_and_their_content_is_skipped() {
        let text = "<?xml version='1.0'?><!-- --><n:a xmlns:n='x'>t &amp; t\
                    <c B='1'><c b='9'><c/></c></c><c/><n:d b=' 2 '>x</n:d></n:a>\n";
        assert_eq!(walk(text).unwrap(), ["1", "-", "2"]);
    }

    #[test]
    fn malformed_xml_is_refused_with_its_position() {
        let problem = |text: &str| walk(text).unwrap_err().to_string();
        for (text, expected) in [
            ("", "malformed at line 1, column 1: there is no root element"),
            ("<b/>", "malformed at line 1, column 1: the root element is not <a>"),
            ("<a>\n <b>", "malformed at line 2, column 2: "),
            ("<a>\n", "malformed at line 2, column 1: an element is not closed"),
            ("<a></b>", "malformed at line 1, column 4: "),
            ("<a/><a/>", "malformed at line 1, column 5: a second root element"),
            ("<a/>x", "malformed at line 1, column 5: text outside the root element"),
            ("x<a/>", "malformed at line 1, column 1: text outside the root element"),
            ("<a>&x;</a>", "malformed at line 1, column 4: the entity &x; is not defined"),
            ("<a>&#0;</a>", "malformed at line 1, column 4: "),
            (
                "<a><b b='&x;'/></a>",
                "malformed at line 1, column 4: at 1..2: unrecognized entity `x`",
            ),
            ("<a><b b='1' b='2'/></a>", "malformed at line 1, column 4: position "),
            ("<a><b b=1/></a>", "malformed at line 1, column 4: position "),
            (
                "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>",
                "not supported at line 1, column 1: a document type declaration",
            ),
        ] {
            let problem = problem(text);
            assert!(problem.starts_with(expected), "{text}: {problem}");
        }
        let attributes: String = (0..129).map(|at| format!(" b{at}=''")).collect();
        assert_eq!(
            problem(&format!("<a><b{attributes}/></a>")),
            "the attributes of an element pass the limit of 128"
        );
    }

    #[test]
    fn text_is_only_that_of_the_element_itself() {
        let mut reader =
            Reader::new("<a> 1<b>2</b>\r\n<![CDATA[<]]>&gt;&#52;<!-- 5 --> </a>", Options::new());
        reader.root("a").unwrap();
        assert_eq!(reader.text().unwrap(), "1\n<>4");
        reader.finish().unwrap();
    }

    #[test]
    fn names_match_exactly_unless_case_is_ignored() {
        let text = "<x:A xmlns:b='1' x:B=''/>";
        let exact = Reader::new(text, Options::new()).root("A").unwrap();
        assert_eq!((exact.get("B"), exact.get("b"), exact.string("B")), (Some(""), None, None));
        assert_eq!(exact.attribute_names().collect::<Vec<_>>(), ["B"]);
        assert!(Reader::new(text, Options::new()).root("a").is_err());
        let any = Reader::new(text, Options::new().ignoring_case()).root("a").unwrap();
        assert_eq!(any.get("b"), Some(""));
    }

    #[test]
    fn numbers_are_in_range_or_refused() {
        let root = Reader::new("<a b=' 7 ' c='' d='256'/>", Options::new()).root("a").unwrap();
        assert_eq!(root.number("b"), Ok(Some(7_u8)));
        assert_eq!((root.number::<u8>("c"), root.number::<u8>("e")), (Ok(None), Ok(None)));
        assert_eq!(
            root.number::<u8>("d").unwrap_err().to_string(),
            "malformed at line 1, column 1: d is not a number in range: \"256\""
        );
    }
}
