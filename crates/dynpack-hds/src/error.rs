//! Why a presentation cannot be described.

/// Why a presentation cannot be described.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A rendition cannot be carried in FLV, though it is legal.
    #[error(
        "the rendition {name:?} at {bitrate} bit/s cannot be carried: FLV does not know its codec"
    )]
    Rendition {
        /// Its track name.
        name: String,
        /// Its bitrate.
        bitrate: u32,
    },
}
