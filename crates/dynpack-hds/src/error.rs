//! Why a presentation cannot be described.

use dynpack_media::{RenditionId, Ticks};

use crate::FragmentNumber;

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
    /// A fragment lasts longer than the bootstrap information can say: 2^32 ms.
    #[error("the fragment {fragment} lasts {millis} ms, longer than the bootstrap can say")]
    Duration {
        /// The fragment.
        fragment: FragmentNumber,
        /// How long it lasts, in milliseconds.
        millis: Ticks,
    },
}
