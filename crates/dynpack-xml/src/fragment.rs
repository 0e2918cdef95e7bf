//! XML that is written unchanged.

use crate::error::Error;
use crate::options::Options;
use crate::reader::Reader;

/// Valid content of an element (Extensible Markup Language 1.0, 3.1): text and closed elements,
/// without declarations and processing instructions. Namespaces are not resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fragment<'a>(&'a str);

impl<'a> Fragment<'a> {
    /// Checks a fragment.
    ///
    /// # Errors
    /// As [`Reader::read`], within the limits of [`Options::new`].
    pub fn parse(xml: &'a str) -> Result<Self, Error> {
        Reader::of_content(xml, Options::new()).finish().map(|()| Self(xml))
    }

    /// The text of the fragment, unchanged.
    #[must_use]
    pub const fn as_str(self) -> &'a str {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Fragment;

    #[test]
    fn elements_and_text_are_valid_content() {
        for xml in [
            "",
            "text &amp; &#65;",
            "<A>1</A><B b='2'/>",
            "<A xmlns='urn:a'><![CDATA[<]]><!-- c --></A>",
        ] {
            assert_eq!(Fragment::parse(xml).map(Fragment::as_str), Ok(xml));
        }
    }

    #[test]
    fn content_that_would_break_its_element_is_refused() {
        for (xml, problem) in [
            ("<A>", "an element is not closed"),
            ("</CUSTOMATTRIBUTES><LA_URL/>", "close tag"),
            ("<A></B>", "expected"),
            ("<A", "syntax error"),
            ("<A b=c/>", "value"),
            ("<A b='&unknown;'/>", "unrecognized entity `unknown`"),
            ("&unknown;", "the entity &unknown; is not defined"),
            ("a & b", "entity"),
            ("<?xml version='1.0'?><A/>", "it contains declarations or processing instructions"),
            ("<!DOCTYPE a><A/>", "it contains declarations or processing instructions"),
        ] {
            let error = Fragment::parse(xml).unwrap_err().to_string();
            assert!(error.contains(problem), "{xml}: {error}");
        }
    }
}
