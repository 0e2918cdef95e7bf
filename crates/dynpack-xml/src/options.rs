//! Options and limits of a reader.

/// The limits of a [`Reader`](crate::Reader), and how it treats names and errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    pub(crate) max_depth: usize,
    pub(crate) max_elements: usize,
    pub(crate) max_attributes: usize,
    pub(crate) ignores_case: bool,
    pub(crate) repeats_text: bool,
}

impl Options {
    /// The defaults: at most 64 nested elements and 128 attributes in an element, and any number of
    /// elements. Names match exactly, and errors repeat the invalid text.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            max_depth: 64,
            max_elements: usize::MAX,
            max_attributes: 128,
            ignores_case: false,
            repeats_text: true,
        }
    }

    /// Allows at most that many nested elements.
    #[must_use]
    pub const fn with_max_depth(self, max_depth: usize) -> Self {
        Self { max_depth, ..self }
    }

    /// Allows at most that many elements in the document.
    #[must_use]
    pub const fn with_max_elements(self, max_elements: usize) -> Self {
        Self { max_elements, ..self }
    }

    /// Allows at most that many attributes in an element, including declarations of namespaces.
    /// Finding duplicates takes time proportional to the square of this number.
    #[must_use]
    pub const fn with_max_attributes(self, max_attributes: usize) -> Self {
        Self { max_attributes, ..self }
    }

    /// Matches names of elements and attributes without the case of ASCII letters.
    #[must_use]
    pub const fn ignoring_case(self) -> Self {
        Self { ignores_case: true, ..self }
    }

    /// For documents that contain secrets. Errors only report the position, and that the document
    /// is not well-formed. No part of the document is copied into them.
    #[must_use]
    pub const fn for_secrets(self) -> Self {
        Self { repeats_text: false, ..self }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}
