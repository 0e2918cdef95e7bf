//! Where segments lie.

use dynpack_media::{Form, Rendition};

use crate::Protection;

/// The URL templates of segments, relative to the manifest or absolute (RFC 3986).
///
/// A template holds identifiers between dollar signs, which clients replace; a dollar sign itself
/// is written `$$` (ISO/IEC 23009-1, 5.3.9.4.4). What a URL cannot hold is percent-encoded as it is
/// written.
pub trait Urls {
    /// The init segments of the renditions of that name. `$Bandwidth$` becomes the bitrate of the
    /// rendition.
    fn init(&self, name: &str) -> String;

    /// The segments of the renditions of that name in one form: in full, or key frames for trick
    /// play. `$Bandwidth$` becomes the bitrate of the rendition, `$Time$` the start of the segment
    /// in the timescale of the rendition.
    fn media(&self, name: &str, form: Form) -> String;

    /// How a rendition is protected, its key frames with it; `None` where it is clear, as all are
    /// unless this says otherwise.
    fn protection(&self, rendition: &Rendition) -> Option<Protection> {
        let _ = rendition;
        None
    }
}
