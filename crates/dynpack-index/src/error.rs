//! Why an index cannot be used or made.

/// Why an index cannot be used or made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are something else.
    #[error("it is not an index: it does not start with `dpix`")]
    NotAnIndex,
    /// It is in a version of the format that this crate does not read. Making it again helps.
    #[error("it is in version {version} of the format, where {supported} is supported")]
    Version {
        /// Its version.
        version: u32,
        /// The version that is supported.
        supported: u32,
    },
    /// Its digest is another: bytes are missing or changed. Making it again helps.
    #[error("it is damaged: its digest is another")]
    Damaged,
    /// It contradicts itself. Making it again helps.
    #[error("at {offset} of its content: {problem}")]
    Malformed {
        /// Where, in bytes from the start of its content.
        offset: usize,
        /// What is wrong.
        problem: String,
    },
    /// It passes one of the [`Limits`](dynpack_isobmff::Limits) for media files. The operator of
    /// the service can raise it.
    #[error("{found} passes the limit of {allowed} (Limits::{limit})")]
    LimitExceeded {
        /// The name of the field of `Limits`.
        limit: &'static str,
        /// What the limit allows.
        allowed: u64,
        /// What the index has.
        found: u64,
    },
    /// The format has no room for what it is to hold. The asset can be served without an index.
    #[error("no index can hold it: {0}")]
    Unrepresentable(String),
}
