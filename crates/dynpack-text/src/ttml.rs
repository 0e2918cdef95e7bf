//! TTML (W3C, Timed Text Markup Language 2) and its profile for subtitles, IMSC 1.1: a reader, and
//! a writer of the text profile, and of images in place of text.
//!
//! Elements and attributes are known by their local names, so the namespaces of drafts are read
//! too. No words are dropped, except in elements with invalid times. What is left out:
//!
//! - images in files of their own, and in other formats than PNG: they are refused;
//! - times of wall clocks, and labels of frames in no order (SMPTE): they are refused;
//! - animation (`set`, `animate`), `display` and `visibility`: text is shown in any case;
//! - font families and sizes, outlines, padding, and the `initial` element.

mod clock;
mod content;
mod frame;
mod head;
mod images;
mod options;
mod paragraph;
mod properties;
mod read;
mod style;
mod timing;
mod write;

pub use options::{Profile, Times, WriteOptions};
pub use read::read;
pub(crate) use read::read_sample;
pub use write::write;
