//! MPEG-DASH manifests (ISO/IEC 23009-1) from dynpack presentations.
//!
//! [`mpd`] lists the renditions of a presentation and their segments, on the timeline that all
//! protocols share. [`Urls`] gives the URLs of the segments, and the protection of renditions.
//!
//! Manifests are static. This crate reads and writes no media. It does no IO, has no clock and
//! starts no threads. The same presentation always gives the same text.
//!
//! ```
//! use dynpack_dash::{Options, Urls, mpd};
//! use dynpack_media::{Form, Presentation, Rendition, View};
//!
//! struct Flat;
//!
//! impl Urls for Flat {
//!     fn init(&self, rendition: &Rendition) -> String {
//!         format!("{}-$Bandwidth$-init.mp4", rendition.id.name)
//!     }
//!     fn media(&self, rendition: &Rendition) -> String {
//!         let name = &rendition.id.name;
//!         match rendition.id.form {
//!             Form::Full => format!("{name}-$Bandwidth$-$Time$.m4s"),
//!             Form::KeyFrames => format!("{name}-$Bandwidth$-key-$Time$.m4s"),
//!         }
//!     }
//!     fn document(&self, text: &Rendition) -> String {
//!         format!("{}.vtt", text.id.name)
//!     }
//! }
//!
//! fn manifest_of(presentation: &Presentation) -> String {
//!     mpd(&View::whole(presentation), &Flat, &Options::CMAF)
//! }
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod adaptation_set;
mod captions;
mod content_protection;
mod event_stream;
mod manifest;
mod model;
mod options;
mod picture;
mod protection;
mod segment_timeline;
mod sound;
mod text;
mod urls;

pub use event_stream::{CHAPTERS, MARKERS};
pub use manifest::mpd;
pub use options::{Flavor, Options};
pub use protection::{Protection, System};
pub use urls::Urls;
