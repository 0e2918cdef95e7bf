//! The URLs of segments, and the protection of renditions.

use dynpack_media::Rendition;

use crate::Protection;

/// The URL templates of segments, relative to the manifest or absolute (RFC 3986).
///
/// A template contains identifiers between dollar signs, which clients replace. A dollar sign
/// itself is written as `$$` (ISO/IEC 23009-1, 5.3.9.4.4). Characters that a URL must not contain
/// are percent-encoded when it is written.
pub trait Urls {
    /// The URLs of the init segments of renditions with the name of this one. `$Bandwidth$` becomes
    /// the bitrate of the rendition.
    fn init(&self, rendition: &Rendition) -> String;

    /// The URLs of the segments of renditions with the name and the form of this one: in full, or
    /// key frames for trick play. `$Bandwidth$` becomes the bitrate of the rendition. `$Time$`
    /// becomes the start of the segment, in the timescale of the rendition.
    fn media(&self, rendition: &Rendition) -> String;

    /// The URL of a text as one document, for [`TextForm::Vtt`](dynpack_codec::TextForm::Vtt). It
    /// is no template.
    fn document(&self, text: &Rendition) -> String;

    /// How a rendition and its key frames are protected. `None` if it is clear, which is the
    /// default.
    fn protection(&self, rendition: &Rendition) -> Option<Protection> {
        let _ = rendition;
        None
    }
}
