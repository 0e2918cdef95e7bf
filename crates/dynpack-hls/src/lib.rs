//! HTTP Live Streaming playlists (RFC 8216) from dynpack presentations.
//!
//! [`multivariant_playlist`] lists the renditions of a presentation. [`media_playlist`] lists the
//! segments of one [`Stream`](dynpack_media::Stream) on the timeline that all protocols share, or
//! its key frames for trick play. [`Urls`] gives the URLs of playlists and segments, and the keys
//! that decrypt them. [`chapters`] lists the chapters, in a resource of its own.
//!
//! This crate reads and writes no media. It does no IO, has no clock and starts no threads. The
//! same presentation always gives the same text.
//!
//! ```
//! use dynpack_hls::{Options, Part, SegmentUrl, Urls, media_playlist};
//! use dynpack_media::{Rendition, Stream};
//!
//! struct Flat;
//!
//! impl Urls for Flat {
//!     fn playlist(&self, rendition: &Rendition) -> String {
//!         format!("{}-{}.m3u8", rendition.id.name, rendition.id.bitrate)
//!     }
//!     fn init(&self, rendition: &Rendition) -> String {
//!         format!("{}-{}-init.mp4", rendition.id.name, rendition.id.bitrate)
//!     }
//!     fn segments(&self, rendition: &Rendition) -> SegmentUrl {
//!         let before = format!("{}-{}-", rendition.id.name, rendition.id.bitrate);
//!         SegmentUrl::new(before, ".m4s")
//!     }
//! }
//!
//! fn playlist_of(rendition: &Rendition) -> String {
//!     media_playlist(&[Part::whole(Stream::new(rendition))], &Flat, &Options::CMAF)
//! }
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod attributes;
mod audio;
mod captions;
mod chapters;
mod date_range;
mod key;
mod media;
mod model;
mod multivariant;
mod options;
mod resource;
mod subtitles;
mod text;
mod urls;
mod video;

pub use chapters::chapters;
pub use key::{Key, Method};
pub use media::{Part, media_playlist};
pub use multivariant::multivariant_playlist;
pub use options::{Flavor, Options};
pub use resource::Resource;
pub use urls::{SegmentUrl, Urls};
