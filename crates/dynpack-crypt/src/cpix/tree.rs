//! XML as a tree, with limits.

use std::borrow::Cow;

use dynpack_xml::{Event, Limit, Options, Reader};
use zeroize::Zeroizing;

use super::Cpix;
use crate::Error;

/// The maximum number of elements in a document.
const MAX_ELEMENTS: usize = 1 << 14;

const OPTIONS: Options = Options::new()
    .with_max_depth(Cpix::MAX_DEPTH)
    .with_max_elements(MAX_ELEMENTS)
    .with_max_attributes(64)
    .for_secrets();

/// An element. Names have no prefix. The text is directly in the element, is trimmed, and may be a
/// secret.
pub(super) struct Element<'a> {
    start: dynpack_xml::Element<'a>,
    children: Vec<Self>,
    text: Zeroizing<String>,
}

impl<'a> Element<'a> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.start.is(name)
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.start.get(name)
    }

    /// The child elements with that name.
    pub(super) fn children(&self, name: &str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.is(name))
    }

    /// The elements at that path. Each step may match several.
    pub(super) fn at(&self, [list, entry]: [&str; 2]) -> impl Iterator<Item = &Self> {
        self.children(list).flat_map(move |list| list.children(entry))
    }

    /// The child element with that name, unless it is empty: servers send empty elements where they
    /// have no value.
    ///
    /// # Errors
    /// [`Error::Cpix`] if there are two.
    pub(super) fn child(&self, name: &str) -> Result<Option<&Self>, Error> {
        let mut filled = self.children(name).filter(|child| !child.is_empty());
        match (filled.next(), filled.next()) {
            (_, Some(second)) => Err(second.malformed(format!("a second {name}"))),
            (first, None) => Ok(first),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.children.is_empty() && self.text().is_empty()
    }

    /// Checks that it only has these attributes and child elements.
    pub(super) fn knows(&self, attributes: &[&str], children: &[&str]) -> Result<(), Error> {
        let is_known = self.start.attribute_names().all(|name| attributes.contains(&name))
            && self.children.iter().all(|child| children.iter().any(|name| child.is(name)));
        if is_known {
            Ok(())
        } else {
            Err(Error::CpixUnsupported("a filter that is not in CPIX 2.3"))
        }
    }

    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }

    /// An error at this element.
    pub(super) fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::Cpix { offset: self.start.offset() as u64, problem: problem.into() }
    }

    fn new(start: dynpack_xml::Element<'a>) -> Self {
        Self { start, children: Vec::new(), text: Zeroizing::default() }
    }

    /// Appends a piece of text, which may be a secret. If the reader made a copy of it, that is
    /// wiped.
    fn push(&mut self, piece: Cow<'_, str>) {
        match piece {
            Cow::Borrowed(text) => append(&mut self.text, text),
            Cow::Owned(text) => append(&mut self.text, &Zeroizing::new(text)),
        }
    }
}

/// Reads a document as the tree of its root element.
pub(super) fn parse(document: &[u8]) -> Result<Element<'_>, Error> {
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
    let mut reader = Reader::new(text.strip_prefix('\u{feff}').unwrap_or(text), OPTIONS);
    // The open elements, each within the one before it.
    let mut open: Vec<Element<'_>> = Vec::new();
    let mut root = None;
    while let Some(event) = reader.read().map_err(refused)? {
        match event {
            Event::Start(start) => open.push(Element::new(start)),
            Event::Text(piece) => {
                open.last_mut().expect("the reader refuses text outside").push(piece);
            }
            Event::End => {
                let element = open.pop();
                match open.last_mut() {
                    Some(parent) => parent.children.extend(element),
                    None => root = element,
                }
            }
        }
    }
    Ok(root.expect("the reader refuses a document without a root element"))
}

fn refused(error: dynpack_xml::Error) -> Error {
    use dynpack_xml::Error as Xml;
    match error {
        Xml::Malformed { at, problem } => Error::Cpix { offset: at.offset as u64, problem },
        Xml::NotSupported { what, .. } => Error::CpixUnsupported(what),
        Xml::LimitExceeded { limit, max } => {
            let what = match limit {
                Limit::Elements => "the elements of the CPIX document",
                _ => limit.as_str(),
            };
            Error::LimitExceeded { what, limit: max as u64 }
        }
    }
}

/// Appends to a secret. If the buffer must grow, the old one is wiped.
fn append(secret: &mut Zeroizing<String>, text: &str) {
    let len = secret.len().saturating_add(text.len());
    if len > secret.capacity() {
        let mut grown =
            Zeroizing::new(String::with_capacity(len.max(secret.capacity().saturating_mul(2))));
        grown.push_str(secret);
        *secret = grown;
    }
    secret.push_str(text);
}
