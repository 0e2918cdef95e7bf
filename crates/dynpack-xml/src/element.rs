//! The start of an element, with its attributes.

use std::fmt::Display;
use std::str::FromStr;

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;
use quick_xml::name::QName;

use crate::error::{Error, Limit, Position, excerpt};
use crate::options::Options;

/// The text of the document, with the options.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) text: &'a str,
    pub(crate) options: Options,
}

impl Source<'_> {
    /// An error at that offset. `problem` is not formatted if errors must not repeat the text.
    pub(crate) fn malformed(&self, offset: usize, problem: impl Display) -> Error {
        let problem = if self.options.repeats_text {
            problem.to_string()
        } else {
            "not well-formed XML".into()
        };
        Error::Malformed { at: Position::of(self.text, offset), problem }
    }

    /// Like [`malformed`](Self::malformed), for a problem that may repeat a long part of the text.
    pub(crate) fn broken(&self, offset: usize, problem: impl Display) -> Error {
        self.malformed(offset, Cut(problem))
    }

    fn matches(&self, name: &str, other: &str) -> bool {
        name == other || (self.options.ignores_case && name.eq_ignore_ascii_case(other))
    }
}

/// Limits the displayed text of a value to an [`excerpt`].
struct Cut<T>(T);

impl<T: Display> Display for Cut<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(excerpt(&self.0.to_string()))
    }
}

/// The start of an element: its name and attributes, all without prefix. Declarations of namespaces
/// are not attributes.
pub struct Element<'a> {
    source: Source<'a>,
    offset: usize,
    tag: BytesStart<'a>,
    attributes: Vec<(String, String)>,
}

impl<'a> Element<'a> {
    pub(crate) fn new(
        source: Source<'a>,
        offset: usize,
        tag: BytesStart<'a>,
    ) -> Result<Self, Error> {
        let mut attributes = Vec::new();
        let max = source.options.max_attributes;
        for (count, attribute) in tag.attributes().enumerate() {
            if count == max {
                return Err(Error::LimitExceeded { limit: Limit::Attributes, max });
            }
            let attribute = attribute.map_err(|error| source.malformed(offset, error))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| source.broken(offset, error))?;
            if attribute.key.as_namespace_binding().is_none() {
                let name = attribute.key.local_name().as_ref().to_owned();
                attributes.push((name, value.into_owned()));
            }
        }
        Ok(Self { source, offset, tag, attributes })
    }

    /// The name with its prefix, to find the end tag.
    pub(crate) fn qualified_name(&self) -> QName<'_> {
        self.tag.name()
    }

    /// The name, without its prefix.
    #[must_use]
    pub fn name(&self) -> &str {
        self.tag.local_name().into_inner()
    }

    /// Whether the element has that name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.source.matches(self.name(), name)
    }

    /// Where the element starts, in bytes of the text.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// Where the element starts.
    #[must_use]
    pub fn at(&self) -> Position {
        Position::of(self.source.text, self.offset)
    }

    /// An error at this element.
    #[must_use]
    pub fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::Malformed { at: self.at(), problem: problem.into() }
    }

    /// The names of the attributes, in the order of the document.
    pub fn attribute_names(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(name, _)| name.as_str())
    }

    /// The value of an attribute without the white space around it; `None` if the attribute is
    /// absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(key, _)| self.source.matches(key, name))
            .map(|(_, value)| value.trim())
    }

    /// Like [`get`](Self::get), but as an owned string. `None` also for an empty value.
    #[must_use]
    pub fn string(&self, name: &str) -> Option<String> {
        self.get(name).filter(|value| !value.is_empty()).map(Into::into)
    }

    /// The value of an attribute as a number; `None` if it is absent or empty.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is not a number in the range of `T`.
    pub fn number<T: FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        self.get(name)
            .filter(|value| !value.is_empty())
            .map(|value| self.parse(name, value))
            .transpose()
    }

    /// Parses `value` as the number that this element has for `name`.
    ///
    /// # Errors
    /// As [`number`](Self::number).
    pub fn parse<T: FromStr>(&self, name: &str, value: &str) -> Result<T, Error> {
        value.parse().map_err(|_| {
            self.malformed(format!("{name} is not a number in range: {:?}", excerpt(value)))
        })
    }
}
