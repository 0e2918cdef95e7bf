//! Why a manifest cannot be read or written.

use dynpack_media::RenditionId;
use dynpack_xml::Position;

/// Why a manifest cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The manifest is no XML, or says something impossible; whoever stored it can fix it.
    #[error("malformed at {at}: {problem}")]
    Malformed {
        /// Where.
        at: Position,
        /// What is wrong there.
        problem: String,
    },
    /// The manifest is legal but needs what is not supported, such as a document type declaration.
    #[error("not supported at {at}: {what}")]
    NotSupported {
        /// Where.
        at: Position,
        /// What is needed there.
        what: &'static str,
    },
    /// The manifest names a file outside its asset: a path, a URL, `..`.
    #[error("not a file of the asset at {at}: {name:?} {problem}")]
    OutsideAsset {
        /// Where.
        at: Position,
        /// The name, as the manifest has it; cut after 100 characters.
        name: String,
        /// What makes it more than a file name.
        problem: &'static str,
    },
    /// The manifest passes a public limit.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
    },
    /// A rendition cannot be carried over Smooth Streaming, though it is legal.
    #[error("the rendition {rendition} cannot be carried: {problem}")]
    Rendition {
        /// Which rendition.
        rendition: RenditionId,
        /// Why not.
        problem: &'static str,
    },
}
