//! Reading XML: elements and their attributes, with their place in the text.

use std::io::Read;
use std::str::FromStr;

use quick_xml::XmlVersion;
use quick_xml::encoding::DecodingReader;
use quick_xml::escape::{resolve_predefined_entity, unescape};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::{Error, Position};

/// How many attributes an element may have: comparing each with all others takes the square of it.
const MOST_ATTRIBUTES: usize = 128;

/// How many characters of a foreign text an error repeats.
const MOST_SHOWN: usize = 100;

/// The text of a manifest in UTF-8 or UTF-16, with a byte order mark or without, of at most `limit`
/// bytes.
pub(crate) fn decode(bytes: &[u8], limit: usize) -> Result<String, Error> {
    if bytes.len() > limit {
        return Err(Error::LimitExceeded {
            what: "the bytes of the manifest",
            limit: limit as u64,
        });
    }
    let mut text = String::new();
    if DecodingReader::new(bytes).read_to_string(&mut text).is_err() {
        let sound = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let at = Position::of(sound, sound.len());
        return Err(Error::Malformed { at, problem: "neither UTF-8 nor UTF-16".into() });
    }
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// At most [`MOST_SHOWN`] characters of a text that came from outside.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(MOST_SHOWN).collect()
}

/// A walk through the elements of a document, which ends with an error at the first thing that is
/// wrong.
pub(crate) struct Document<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    depth: usize,
}

impl<'a> Document<'a> {
    /// Starts before the root element.
    pub(crate) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { text, reader, depth: 0 }
    }

    /// The root element, which must have that name.
    pub(crate) fn root(&mut self, name: &str) -> Result<Element<'a>, Error> {
        let root = self
            .next()?
            .ok_or_else(|| self.malformed(self.offset(), "there is no root element"))?;
        if root.is(name) {
            Ok(root)
        } else {
            Err(root.malformed(format!("the root element is not <{name}>")))
        }
    }

    /// Hands out the elements inside the one whose start was read last. What lies inside each of
    /// them is passed over, unless `each` asks for it.
    pub(crate) fn children(
        &mut self,
        mut each: impl FnMut(&mut Self, &Element<'a>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let depth = self.depth;
        while let Some(child) = self.next()? {
            each(self, &child)?;
            if self.depth > depth {
                self.depth -= 1;
                self.reader
                    .read_to_end(child.tag.name())
                    .map_err(|error| self.xml_error(child.offset, &error))?;
            }
        }
        Ok(())
    }

    /// The text inside the element whose start was read last.
    pub(crate) fn text(&mut self, element: &Element<'_>) -> Result<String, Error> {
        self.depth -= 1;
        let text = self
            .reader
            .read_text(element.tag.name())
            .map_err(|error| self.xml_error(element.offset, &error))?;
        let text = unescape(&text).map_err(|error| element.malformed(shown(&error.to_string())))?;
        Ok(text.trim().to_owned())
    }

    /// Checks that nothing follows the root element.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        match self.next()? {
            None => Ok(()),
            Some(element) => Err(element.malformed("a second root element".into())),
        }
    }

    /// The next start of an element; `None` at the end of the element around it, or of the
    /// document.
    fn next(&mut self) -> Result<Option<Element<'a>>, Error> {
        loop {
            let offset = self.offset();
            match self.reader.read_event().map_err(|error| self.xml_error(offset, &error))? {
                Event::Start(tag) | Event::Empty(tag) => {
                    self.depth += 1;
                    return Element::new(self.text, offset, tag).map(Some);
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(None);
                }
                Event::Eof if self.depth > 0 => {
                    return Err(self.malformed(offset, "the document ends inside an element"));
                }
                Event::Eof => return Ok(None),
                Event::DocType(_) => {
                    let at = Position::of(self.text, offset);
                    return Err(Error::NotSupported { at, what: "a document type declaration" });
                }
                Event::GeneralRef(entity) => {
                    let name = entity.xml10_content();
                    if !entity.is_char_ref() && resolve_predefined_entity(&name).is_none() {
                        return Err(self.malformed(
                            offset,
                            &format!("the entity &{}; is not defined", shown(&name)),
                        ));
                    }
                }
                Event::Text(text) if self.depth == 0 && !text.trim().is_empty() => {
                    return Err(self.malformed(offset, "text outside the root element"));
                }
                Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_) => {}
            }
        }
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }

    fn malformed(&self, offset: usize, problem: &str) -> Error {
        Error::Malformed { at: Position::of(self.text, offset), problem: problem.into() }
    }

    /// An error where the reader saw it, which is never before `start`.
    fn xml_error(&self, start: usize, error: &quick_xml::Error) -> Error {
        let seen = usize::try_from(self.reader.error_position()).unwrap_or(usize::MAX);
        self.malformed(seen.max(start), &shown(&error.to_string()))
    }
}

/// The start of an element. Names are compared without prefix and case, as players and servers of
/// Smooth Streaming do.
pub(crate) struct Element<'a> {
    text: &'a str,
    offset: usize,
    tag: BytesStart<'a>,
    attributes: Vec<(String, String)>,
}

impl<'a> Element<'a> {
    fn new(text: &'a str, offset: usize, tag: BytesStart<'a>) -> Result<Self, Error> {
        let mut element = Self { text, offset, tag, attributes: Vec::new() };
        let mut attributes = Vec::new();
        for attribute in element.tag.attributes() {
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(Error::LimitExceeded {
                    what: "the attributes of an element",
                    limit: MOST_ATTRIBUTES as u64,
                });
            }
            let attribute = attribute.map_err(|error| element.malformed(error.to_string()))?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| element.malformed(shown(&error.to_string())))?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        element.attributes = attributes;
        Ok(element)
    }

    /// Whether the element has that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.tag.local_name().as_ref().eq_ignore_ascii_case(name)
    }

    /// Where the element starts.
    pub(crate) fn at(&self) -> Position {
        Position::of(self.text, self.offset)
    }

    /// An error at this element.
    pub(crate) fn malformed(&self, problem: String) -> Error {
        Error::Malformed { at: self.at(), problem }
    }

    /// The value of an attribute without the space around it, if the element has one of that name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    }

    /// Like [`get`](Self::get), as a string of its own; `None` for an empty one.
    pub(crate) fn string(&self, name: &str) -> Option<String> {
        self.get(name).filter(|value| !value.is_empty()).map(Into::into)
    }

    /// The value of an attribute as a number; `None` where it is absent or empty.
    pub(crate) fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .map(|value| self.parse(name, value))
            .transpose()
    }

    /// Reads a number which this element gives for `name`.
    pub(crate) fn parse<T: FromStr>(&self, name: &str, value: &str) -> Result<T, Error> {
        value.parse().map_err(|_| {
            self.malformed(format!("{name} is not a number in range: {:?}", shown(value)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the elements of `text` and their attribute `b`.
    fn walk(text: &str) -> Result<Vec<String>, Error> {
        let mut document = Document::new(text);
        document.root("a")?;
        let mut seen = Vec::new();
        document.children(|_, child| {
            seen.push(child.get("b").unwrap_or("-").to_owned());
            Ok(())
        })?;
        document.finish()?;
        Ok(seen)
    }

    #[test]
    fn children_are_handed_out_once_and_their_insides_passed_over() {
        let text = "<?xml version='1.0'?><!-- --><n:a xmlns:n='x'>t &amp; t<c B='1'><c b='9'><c/></c></c><c/><n:d b=' 2 '>x</n:d></n:a>\n";
        assert_eq!(walk(text).unwrap(), ["1", "-", "2"]);
    }

    #[test]
    fn what_is_no_xml_is_refused_with_its_place() {
        let problem = |text: &str| walk(text).unwrap_err().to_string();
        for (text, expected) in [
            ("", "malformed at line 1, column 1: there is no root element"),
            ("<b/>", "malformed at line 1, column 1: the root element is not <a>"),
            ("<a>\n <b>", "malformed at line 2, column 2: "),
            ("<a>\n", "malformed at line 2, column 1: the document ends inside an element"),
            ("<a></b>", "malformed at line 1, column 4: "),
            ("<a/><a/>", "malformed at line 1, column 5: a second root element"),
            ("<a/>x", "malformed at line 1, column 5: text outside the root element"),
            ("x<a/>", "malformed at line 1, column 1: text outside the root element"),
            ("<a>&x;</a>", "malformed at line 1, column 4: the entity &x; is not defined"),
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
    fn text_is_decoded_whatever_its_unicode_form() {
        let text = "<?xml version='1.0' encoding='utf-16'?><a é='€'/>";
        let with_mark = format!("\u{feff}{text}");
        let little =
            |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [
            text.into(),
            with_mark.clone().into_bytes(),
            little(text),
            big(text),
            little(&with_mark),
            big(&with_mark),
        ] {
            assert_eq!(decode(&bytes, 1000).unwrap(), text, "{bytes:?}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_or_too_many_are_refused() {
        let problem = |bytes: &[u8]| decode(bytes, 8).unwrap_err().to_string();
        assert_eq!(
            problem(b"<a>\n\xff"),
            "malformed at line 2, column 1: neither UTF-8 nor UTF-16"
        );
        assert_eq!(problem(b"123456789"), "the bytes of the manifest pass the limit of 8");
    }
}
