//! URLs that differ in their time alone.

/// The URL of the segments of a rendition, in two parts: the time of a segment stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SplitUrl {
    /// What stands before the time.
    pub before: String,
    /// What stands after the time.
    pub after: String,
}

impl SplitUrl {
    /// A URL in these parts.
    #[must_use]
    pub fn new(before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: before.into(), after: after.into() }
    }
}
