//! XML as a tree, within limits.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zeroize::Zeroizing;

use super::Cpix;
use crate::Error;

/// How many elements a document may have.
const MOST_ELEMENTS: usize = 1 << 14;

/// How many attributes an element may have: comparing each with all others takes the square of it.
const MOST_ATTRIBUTES: usize = 64;

/// An element. Names are without prefix; text is what stands in it directly, without the space
/// around it, and may be a secret.
pub(super) struct Element {
    pub(super) offset: u64,
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Self>,
    text: Zeroizing<String>,
}

impl Element {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// The elements of that name in it.
    pub(super) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.is(name))
    }

    /// The elements at the end of that path, at each step of which there may be several.
    pub(super) fn at<'a>(&'a self, [list, entry]: [&'a str; 2]) -> impl Iterator<Item = &'a Self> {
        self.children(list).flat_map(move |list| list.children(entry))
    }

    /// The element of that name in it, if it has anything in it: servers answer with empty ones
    /// where they have nothing to say.
    ///
    /// # Errors
    /// [`Error::Cpix`] if there are two.
    pub(super) fn child<'a>(&'a self, name: &'a str) -> Result<Option<&'a Self>, Error> {
        let mut filled = self.children(name).filter(|child| !child.is_empty());
        match (filled.next(), filled.next()) {
            (_, Some(second)) => Err(second.malformed(format!("a second {name}"))),
            (first, None) => Ok(first),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text().is_empty()
    }

    /// An error if it has an attribute that is not one of these, or an element that is not one of
    /// those.
    pub(super) fn knows(&self, attributes: &[&str], children: &[&str]) -> Result<(), Error> {
        let is_known = self.attributes.iter().all(|(name, _)| attributes.contains(&name.as_str()))
            && self.children.iter().all(|child| children.contains(&child.name.as_str()));
        if is_known {
            Ok(())
        } else {
            Err(Error::CpixUnsupported("a filter which is not of CPIX 2.3"))
        }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// An error at this element.
    pub(super) fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::Cpix { offset: self.offset, problem: problem.into() }
    }

    fn new(tag: &BytesStart<'_>, offset: u64) -> Result<Self, Error> {
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            if attributes.len() == MOST_ATTRIBUTES {
                return Err(Error::LimitExceeded {
                    what: "the attributes of an element",
                    limit: MOST_ATTRIBUTES as u64,
                });
            }
            let attribute = attribute.map_err(|_| broken(offset))?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value =
                attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken(offset))?;
            attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        let (children, text) = (Vec::new(), Zeroizing::default());
        Ok(Self { offset, name: tag.local_name().as_ref().to_owned(), attributes, children, text })
    }
}

/// Reads a document as the tree of its root element.
pub(super) fn parse(document: &[u8]) -> Result<Element, Error> {
    if document.len() > Cpix::MAX_BYTES {
        return Err(Error::LimitExceeded {
            what: "the bytes of the CPIX document",
            limit: Cpix::MAX_BYTES as u64,
        });
    }
    let text = std::str::from_utf8(document).map_err(|error| Error::Cpix {
        offset: error.valid_up_to() as u64,
        problem: "not UTF-8".into(),
    })?;
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    let mut builder = Builder::default();
    loop {
        let offset = reader.buffer_position();
        let event = reader.read_event().map_err(|_| broken(offset))?;
        if let Some(root) = builder.take(event, offset)? {
            return Ok(root);
        }
    }
}

/// The elements which are open, each in the one before, and what is done.
#[derive(Default)]
struct Builder {
    open: Vec<Element>,
    root: Option<Element>,
    count: usize,
}

impl Builder {
    /// Takes in an event; the root when that was the last.
    fn take(&mut self, event: Event<'_>, offset: u64) -> Result<Option<Element>, Error> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.start(&tag, offset)?,
            Event::End(_) => self.end(offset)?,
            Event::Text(text) => self.secret(text.xml10_content(), offset)?,
            Event::CData(text) => self.secret(text.xml10_content(), offset)?,
            Event::GeneralRef(entity) => self.entity(&entity, offset)?,
            Event::DocType(_) => return Err(Error::CpixUnsupported("a document type declaration")),
            Event::Eof if self.open.is_empty() => {
                return self.root.take().ok_or_else(|| broken(offset)).map(Some);
            }
            Event::Eof => return Err(broken(offset)),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(None)
    }

    fn start(&mut self, tag: &BytesStart<'_>, offset: u64) -> Result<(), Error> {
        if self.root.is_some() {
            return Err(broken(offset));
        }
        if self.open.len() == Cpix::MAX_DEPTH {
            return Err(Error::LimitExceeded {
                what: "the elements around each other",
                limit: Cpix::MAX_DEPTH as u64,
            });
        }
        self.count += 1;
        if self.count > MOST_ELEMENTS {
            return Err(Error::LimitExceeded {
                what: "the elements of the CPIX document",
                limit: MOST_ELEMENTS as u64,
            });
        }
        self.open.push(Element::new(tag, offset)?);
        Ok(())
    }

    fn end(&mut self, offset: u64) -> Result<(), Error> {
        let element = self.open.pop().ok_or_else(|| broken(offset))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// Text which may be a secret: what the reader copied of it is wiped.
    fn secret(&mut self, text: Cow<'_, str>, offset: u64) -> Result<(), Error> {
        match text {
            Cow::Borrowed(text) => self.text(text, offset),
            Cow::Owned(text) => self.text(&Zeroizing::new(text), offset),
        }
    }

    fn text(&mut self, text: &str, offset: u64) -> Result<(), Error> {
        match self.open.last_mut() {
            Some(element) => push(&mut element.text, text),
            None if text.trim().is_empty() => {}
            None => return Err(broken(offset)),
        }
        Ok(())
    }

    fn entity(&mut self, entity: &BytesRef<'_>, offset: u64) -> Result<(), Error> {
        match entity.resolve_char_ref().map_err(|_| broken(offset))? {
            Some(character) => self.text(character.encode_utf8(&mut [0; 4]), offset),
            None => {
                let name = entity.xml10_content();
                let text = resolve_predefined_entity(&name).ok_or_else(|| broken(offset))?;
                self.text(text, offset)
            }
        }
    }
}

/// Appends to a secret. What the text outgrows is wiped.
fn push(secret: &mut Zeroizing<String>, text: &str) {
    let len = secret.len().saturating_add(text.len());
    if len > secret.capacity() {
        let mut grown =
            Zeroizing::new(String::with_capacity(len.max(secret.capacity().saturating_mul(2))));
        grown.push_str(secret);
        *secret = grown;
    }
    secret.push_str(text);
}

/// What the reader would say might repeat a secret.
fn broken(offset: u64) -> Error {
    Error::Cpix { offset, problem: "not well-formed XML".into() }
}
