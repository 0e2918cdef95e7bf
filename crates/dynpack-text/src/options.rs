//! Options of the readers.

/// How a document is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The encoding of a document that has no byte order mark.
    pub encoding: Encoding,
    /// What happens to invalid cues.
    pub strictness: Strictness,
}

impl Options {
    /// The defaults: UTF-8, and invalid cues are left out with a warning.
    #[must_use]
    pub const fn new() -> Self {
        Self { encoding: Encoding::Utf8, strictness: Strictness::Lenient }
    }

    /// Sets the encoding of a document that has no byte order mark.
    #[must_use]
    pub const fn with_encoding(self, encoding: Encoding) -> Self {
        Self { encoding, ..self }
    }

    /// Sets what happens to invalid cues.
    #[must_use]
    pub const fn with_strictness(self, strictness: Strictness) -> Self {
        Self { strictness, ..self }
    }
}

/// The encoding of a document without a byte order mark. A mark of UTF-8 or UTF-16 takes
/// precedence. TTML also declares its encoding in the document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// Windows-1252, which ISO-8859-1 is a part of (Encoding Standard, 9.1). All bytes are valid.
    Windows1252,
}

/// What happens to cues that a standard says to ignore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// They are left out, with a warning.
    #[default]
    Lenient,
    /// They make the whole document invalid.
    Strict,
}
