//! Why a presentation cannot be described.

use dynpack_media::{RenditionId, Ticks};

use crate::FragmentNumber;

/// Why a presentation cannot be described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// FLV does not support the codec of a rendition. The rendition itself is valid.
    #[error("the rendition {rendition} cannot be carried: FLV does not support its codec")]
    Rendition {
        /// Which rendition.
        rendition: RenditionId,
    },
    /// A fragment lasts longer than the maximum of the bootstrap information, 2^32 ms.
    #[error("the fragment {fragment} lasts {millis} ms, too long for the bootstrap information")]
    Duration {
        /// The fragment.
        fragment: FragmentNumber,
        /// How long it lasts, in milliseconds.
        millis: Ticks,
    },
}
