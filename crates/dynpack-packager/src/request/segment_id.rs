//! What exactly a media URL returns.

use std::sync::Arc;

use dynpack_codec::TextForm;
use dynpack_media::{ClipNumber, RenditionId};

use super::Place;
use crate::format::Format;

/// What exactly a media URL returns: an init segment, a segment or a key frame of a rendition, in
/// one format.
///
/// Initialization vectors are derived from it, so two ids never share one. URLs are printed from
/// it, and it never depends on how a URL is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SegmentId {
    /// The format.
    pub format: Format,
    /// The rendition.
    pub rendition: RenditionId,
    /// The name of the audio track that the segment carries with the video, if the URL names one;
    /// empty for none.
    pub audio_track: Option<Arc<str>>,
    /// The form of its cues, if it is text and the URL names one.
    pub text: Option<TextForm>,
    /// The clip that it is of, in a program of several.
    pub clip: Option<ClipNumber>,
    /// Which of its media.
    pub place: Place,
}
