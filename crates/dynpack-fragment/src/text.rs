//! Segments of text: the cues that a stretch of the presentation shows, as WebVTT documents or in
//! fragmented MP4.

mod mp4;
mod vtt;

pub use mp4::Mp4Writer;
pub use vtt::{Clock, vtt_document, vtt_segment};
