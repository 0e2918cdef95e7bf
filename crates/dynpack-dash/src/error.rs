//! Why a manifest cannot be made.

/// Why a manifest cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The model of the manifest cannot be written as XML: a mistake in this crate.
    #[error("the manifest cannot be written: {0}")]
    Unwritable(String),
}
