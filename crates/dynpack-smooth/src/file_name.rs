//! Names of the files of an asset.

use std::fmt;

use dynpack_xml::{Element, excerpt};

use crate::Error;

/// The plain name of a file of the asset: not a path, not a URL, never empty. It is case-sensitive.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileName(String);

impl FileName {
    /// Takes `name` unchanged, without decoding escapes. `None` if it may lead out of the asset's
    /// folder, or cannot be a file name.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        (leads_out(name).is_none() && flaw(name).is_none()).then(|| Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that an element gives in `attribute`.
    pub(crate) fn read(element: &Element<'_>, attribute: &str, name: &str) -> Result<Self, Error> {
        if let Some(problem) = leads_out(name) {
            return Err(Error::OutsideAsset {
                at: element.at(),
                name: excerpt(name).into(),
                problem,
            });
        }
        match flaw(name) {
            Some(problem) => Err(element.malformed(format!("{attribute} {problem}")).into()),
            None => Ok(Self(name.into())),
        }
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl AsRef<str> for FileName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Why a name leads out of the folder, on any system. A colon does so in a URL, a drive letter, or
/// the name of an NTFS stream.
fn leads_out(name: &str) -> Option<&'static str> {
    match name {
        "." | ".." => Some("is a folder"),
        _ if name.contains("://") => Some("is a URL"),
        _ if name.starts_with(['/', '\\']) => Some("is an absolute path"),
        _ if name.contains(['/', '\\']) => Some("is a path"),
        _ if name.contains(':') => Some("holds a colon"),
        _ => None,
    }
}

fn flaw(name: &str) -> Option<&'static str> {
    match name {
        "" => Some("is empty"),
        _ if name.chars().any(char::is_control) => Some("holds a control character"),
        _ if name.trim() != name => Some("begins or ends with a space"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken() {
        for name in ["a.mp4", "Ü 1%2f.mp4", "..a", "a..mp4", "-", "~"] {
            assert_eq!(FileName::new(name).unwrap().as_str(), name);
        }
        for name in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "a/",
            "/a",
            "\\a",
            "..\\a",
            "http://a/b",
            "file:a",
            "C:a",
            "a\0",
            " a",
            "a ",
        ] {
            assert_eq!(FileName::new(name), None, "{name:?}");
        }
    }
}
