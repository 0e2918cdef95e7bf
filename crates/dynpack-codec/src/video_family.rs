//! Families of video codecs: what a player can decode, or not.

/// A family of video codecs. They ascend from what most players decode: a player that does not
/// choose should start with the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum VideoFamily {
    /// H.264.
    Avc,
    /// VP8.
    Vp8,
    /// HEVC.
    Hevc,
    /// VP9.
    Vp9,
    /// AV1.
    Av1,
    /// VC-1.
    Vc1,
    /// Dolby Vision that only its own decoders can play, in any codec.
    DolbyVision,
}
