//! Options of the readers.

use std::str::FromStr;

use encoding_rs::{UTF_8, WINDOWS_1252};

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

impl Encoding {
    /// Its name in the Encoding Standard.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Windows1252 => "windows-1252",
        }
    }
}

impl FromStr for Encoding {
    type Err = UnknownEncoding;

    /// Reads a name of an encoding, or another label of it (Encoding Standard, 4.2), in any case:
    /// `utf-8`, `windows-1252`, `iso-8859-1`.
    fn from_str(label: &str) -> Result<Self, UnknownEncoding> {
        match encoding_rs::Encoding::for_label(label.as_bytes()) {
            Some(known) if known == UTF_8 => Ok(Self::Utf8),
            Some(known) if known == WINDOWS_1252 => Ok(Self::Windows1252),
            Some(_) | None => Err(UnknownEncoding(label.to_owned())),
        }
    }
}

/// Text is not read in the encoding with that name. Whoever wrote the name can fix it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no text is read in the encoding `{0}`, but in utf-8 and windows-1252")]
pub struct UnknownEncoding(pub String);

/// What happens to cues that a standard says to ignore.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// They are left out, with a warning.
    #[default]
    Lenient,
    /// They make the whole document invalid.
    Strict,
}

#[cfg(test)]
mod tests {
    use super::Encoding;

    #[test]
    fn encodings_have_the_labels_of_the_standard() {
        for (label, encoding) in [
            ("utf-8", Encoding::Utf8),
            ("UTF8", Encoding::Utf8),
            ("Windows-1252", Encoding::Windows1252),
            ("latin1", Encoding::Windows1252),
        ] {
            assert_eq!(label.parse(), Ok(encoding), "{label}");
        }
        let error = "koi8-r".parse::<Encoding>().unwrap_err().to_string();
        assert_eq!(
            error,
            "no text is read in the encoding `koi8-r`, but in utf-8 and windows-1252"
        );
    }
}
