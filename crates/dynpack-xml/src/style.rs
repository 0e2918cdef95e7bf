//! The layout of a written document.

/// The layout of a written document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    pub(crate) declared_encoding: Option<&'static str>,
    pub(crate) indent: Option<usize>,
    pub(crate) quotes: Quotes,
}

/// Which quotes are escaped, besides the double quotes that would end an attribute. Readers see no
/// difference, but this lets the output of a format stay the same, byte for byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Quotes {
    /// No other quotes.
    Necessary,
    /// Single quotes in attributes.
    InAttributes,
    /// Single quotes in attributes, single and double quotes in text.
    Everywhere,
}

impl Style {
    /// An XML declaration of `utf-8`, and elements on lines of their own, indented by two spaces.
    pub const INDENTED: Self =
        Self { declared_encoding: Some("utf-8"), indent: Some(2), quotes: Quotes::Necessary };

    /// Elements without line breaks between them, and without an XML declaration.
    pub const COMPACT: Self =
        Self { declared_encoding: None, indent: None, quotes: Quotes::Necessary };

    /// Starts with an XML declaration that has this name of the encoding: some form of `UTF-8`.
    #[must_use]
    pub const fn with_declared_encoding(self, name: &'static str) -> Self {
        Self { declared_encoding: Some(name), ..self }
    }

    /// Indents by that many spaces.
    #[must_use]
    pub const fn with_indent(self, spaces: usize) -> Self {
        Self { indent: Some(spaces), ..self }
    }

    /// Escapes those quotes.
    #[must_use]
    pub const fn with_quotes(self, quotes: Quotes) -> Self {
        Self { quotes, ..self }
    }
}
