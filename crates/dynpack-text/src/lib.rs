//! Subtitles, captions and chapters.
//!
//! A [`Document`] holds [`Cues`]: texts with exact times, styles and places. It is read from WebVTT
//! ([`vtt::read`]), SubRip ([`srt::read`]), TTML ([`ttml::read`]), and from the samples of a track
//! of an MP4 file ([`mp4::read`], [`TrackReader`]). [`chapters`] are cues too, whose texts are
//! titles.
//!
//! An [`Excerpt`] is the whole document or what a segment shows. It is written as WebVTT
//! ([`vtt::write`]), as IMSC ([`ttml::write`]), and as samples of MP4 ([`wvtt::samples`],
//! [`stpp::sample`]). A client that reads all segments sees every cue once.
//!
//! # Limits
//! Any bytes may be read. A document of [`limits::MAX_BYTES`] takes at most 64 times its size in
//! memory, and is at most 64 times as large when it is written, beside what
//! [`limits::MAX_REPEATED_BYTES`] limits. A segment has each cue once; its samples are limited too.
//!
//! This crate does no IO. It knows nothing of assets, manifests and URLs.
//!
//! ```
//! use dynpack_media::{Ticks, Time, Timescale};
//! use dynpack_text::{Options, vtt};
//!
//! let film = "WEBVTT\n\n1\n00:05.000 --> 00:07.000\n<i>Listen!</i>\n";
//! let document = vtt::read(film.as_bytes(), Options::new())?.document;
//! let seconds = |seconds| Time::new(Ticks(seconds), Timescale::SECONDS);
//! // The cue crosses 0:06, so it is in the segments before and after.
//! for (start, end) in [(0, 6), (6, 12)] {
//!     let segment = vtt::write(&document.segment(seconds(start)..seconds(end)), None);
//!     assert!(segment.ends_with("1\n00:00:05.000 --> 00:00:07.000\n<i>Listen!</i>\n\n"));
//! }
//! assert_eq!(vtt::write(&document.segment(seconds(12)..seconds(18)), None), "WEBVTT\n\n");
//! # Ok::<(), dynpack_text::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod area;
pub mod chapters;
mod color;
mod content;
mod cue;
mod cues;
mod decode;
mod document;
mod error;
mod image;
mod layout;
pub mod limits;
mod lines;
mod millis;
pub mod mp4;
mod options;
mod parsed;
mod percent;
mod reading;
mod region;
mod sample;
pub mod srt;
pub mod stpp;
mod stretch;
mod stylesheet;
mod track;
pub mod ttml;
pub mod vtt;
pub mod wvtt;

pub use color::Color;
pub use content::{MAX_DEPTH, Node, Span, SpanKind, Style};
pub use cue::Cue;
pub use cues::Cues;
pub use document::{Document, Excerpt};
pub use dynpack_xml::Position;
pub use error::Error;
pub use image::Image;
pub use layout::{Align, Anchor, Layout, Line, LineAt, Place, Writing};
pub use options::{Encoding, Options, Strictness, UnknownEncoding};
pub use parsed::{Parsed, Warning};
pub use percent::Percent;
pub use region::{Height, Region, Scroll};
pub use sample::Sample;
pub use track::TrackReader;
