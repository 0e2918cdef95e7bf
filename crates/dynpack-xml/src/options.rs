//! What a reader accepts.

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
    /// At most 64 elements around each other and 128 attributes in an element, any number of
    /// elements; names match exactly, and errors repeat what they complain about.
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

    /// Allows at most that many elements around each other.
    #[must_use]
    pub const fn with_max_depth(self, max_depth: usize) -> Self {
        Self { max_depth, ..self }
    }

    /// Allows at most that many elements in the document.
    #[must_use]
    pub const fn with_max_elements(self, max_elements: usize) -> Self {
        Self { max_elements, ..self }
    }

    /// Allows at most that many attributes in an element, declarations of namespaces included.
    /// Finding duplicates takes the square of this number.
    #[must_use]
    pub const fn with_max_attributes(self, max_attributes: usize) -> Self {
        Self { max_attributes, ..self }
    }

    /// Matches names of elements and attributes whatever the case of their ASCII letters.
    #[must_use]
    pub const fn ignoring_case(self) -> Self {
        Self { ignores_case: true, ..self }
    }

    /// For documents that hold secrets: errors say where they are and that the document is not
    /// well-formed, and nothing of the document is copied for them.
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
