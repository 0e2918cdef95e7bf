//! Segments of text: the cues that a stretch of the presentation shows.

mod vtt;

pub use vtt::{Clock, vtt_segment};
