//! Lists of attributes (RFC 8216, 4.2).

use std::fmt::{Display, Write};

use crate::text::{push_uri, quoted};

/// A list of attributes, written in the order in which they are added.
pub(crate) struct Attributes<'a> {
    text: &'a mut String,
    separator: &'static str,
}

impl<'a> Attributes<'a> {
    /// An empty list that writes to the end of `text`.
    pub(crate) const fn new(text: &'a mut String) -> Self {
        Self { text, separator: "" }
    }

    /// A number, a size, a sequence of hexadecimal digits or an enumerated string.
    pub(crate) fn with(mut self, name: &str, value: impl Display) -> Self {
        self.start(name);
        // Writing to a string does not fail.
        let _ = write!(self.text, "{value}");
        self
    }

    /// Like [`with`](Self::with), if there is a value.
    pub(crate) fn with_some(self, name: &str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A quoted string, if there is a value.
    pub(crate) fn with_quoted(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.start(name);
            self.text.extend(["\"", &quoted(value), "\""]);
        }
        self
    }

    /// A quoted URI, if there is one.
    pub(crate) fn with_uri(mut self, uri: Option<&str>) -> Self {
        if let Some(uri) = uri {
            self.start("URI");
            self.text.push('"');
            push_uri(self.text, uri);
            self.text.push('"');
        }
        self
    }

    fn start(&mut self, name: &str) {
        self.text.extend([self.separator, name, "="]);
        self.separator = ",";
    }
}
