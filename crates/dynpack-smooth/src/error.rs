//! Why a manifest cannot be read or written.

use dynpack_media::RenditionId;
use dynpack_xml::Position;

/// Why a manifest cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The manifest is not XML, or its content is invalid. The author of the file can fix it.
    #[error("malformed at {at}: {problem}")]
    Malformed {
        /// Where.
        at: Position,
        /// What is wrong there.
        problem: String,
    },
    /// The manifest is valid, but needs an unsupported feature, such as a document type
    /// declaration.
    #[error("not supported at {at}: {what}")]
    NotSupported {
        /// Where.
        at: Position,
        /// The unsupported feature.
        what: &'static str,
    },
    /// The manifest names a file outside its asset: a path, a URL, `..`.
    #[error("not a file of the asset at {at}: {name:?} {problem}")]
    OutsideAsset {
        /// Where.
        at: Position,
        /// The name in the manifest, cut after 100 characters.
        name: String,
        /// Why it is not a plain file name.
        problem: &'static str,
    },
    /// The manifest exceeds a public limit.
    #[error("{what} pass the limit of {limit}")]
    LimitExceeded {
        /// What exceeds the limit.
        what: &'static str,
        /// The maximum that is allowed.
        limit: u64,
    },
    /// Smooth Streaming cannot carry a rendition. The rendition itself is valid.
    #[error("the rendition {rendition} cannot be carried: {problem}")]
    Rendition {
        /// Which rendition.
        rendition: RenditionId,
        /// Why not.
        problem: &'static str,
    },
}
