//! Why a box cannot be read.

/// Why the body of a box cannot be read. The text is a predicate of the box: `tfhd` "is cut short".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The body ends within a field.
    #[error("is cut short")]
    CutShort,
    /// The body goes on after the last field.
    #[error("has {0} bytes after its last field")]
    Excess(usize),
    /// A table has more entries than the body has room for.
    #[error("count {0} exceeds the body")]
    Count(u32),
    /// The box is of another type than the one to be read.
    #[error("is of another type")]
    OtherType,
    /// A field has a value that the standard rules out.
    #[error("{0}")]
    Invalid(&'static str),
    /// The box is legal, but holds something that its type here has no place for.
    #[error("{0}, which is not supported")]
    Unsupported(&'static str),
}
