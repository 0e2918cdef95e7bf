//! Why a presentation cannot be described.

use dynpack_media::RenditionId;

/// Why a presentation cannot be described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rendition cannot be carried in FLV, though it is legal.
    #[error("the rendition {rendition} cannot be carried: FLV does not know its codec")]
    Rendition {
        /// Which rendition.
        rendition: RenditionId,
    },
}
