//! WebVTT (W3C, Web Video Text Tracks): a reader by the standard's own parsing algorithm, and a
//! writer.
//!
//! What browsers accept is accepted. Style sheets are kept as they are. Documents for metadata are
//! read like subtitles.

mod block;
mod cue_text;
mod escape;
mod inline;
mod read;
mod region;
mod settings;
mod tag;
mod timestamp;
mod write;

pub use read::read;
pub use write::{TimestampMap, write};

pub(crate) use cue_text::read_cue_text;
pub(crate) use inline::{Rules, payload};
pub(crate) use settings::read_settings;
pub(crate) use timestamp::Timestamp;
pub(crate) use write::{header, settings};
