//! HTTP Live Streaming playlists (RFC 8216) from dynpack presentations.
//!
//! [`multivariant_playlist`] lists the renditions of a presentation, [`media_playlist`] the
//! segments of one [`Stream`](dynpack_media::Stream) of them, and [`key_frame_playlist`] the key
//! frames of a video for trick play, on the timeline which all protocols share. Where the playlists
//! and segments lie, and which keys open them, is for [`Urls`] to say.
//!
//! This crate reads and writes no media. It does no IO, has no clock and starts no threads; the
//! same presentation gives the same text.
//!
//! ```
//! use dynpack_hls::{Options, Urls, media_playlist};
//! use dynpack_media::{Rendition, Stream, Ticks};
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
//!     fn segment(&self, rendition: &Rendition, start: Ticks) -> String {
//!         format!("{}-{}-{start}.m4s", rendition.id.name, rendition.id.bitrate)
//!     }
//!     fn key_frame_playlist(&self, rendition: &Rendition) -> String {
//!         format!("{}-{}-keys.m3u8", rendition.id.name, rendition.id.bitrate)
//!     }
//!     fn key_frame(&self, rendition: &Rendition, start: Ticks) -> String {
//!         format!("{}-{}-key-{start}.m4s", rendition.id.name, rendition.id.bitrate)
//!     }
//! }
//!
//! fn playlist_of(rendition: &Rendition) -> String {
//!     media_playlist(&Stream::new(rendition), &Flat, &Options::CMAF)
//! }
//! ```

mod audio;
mod key;
mod media;
mod multivariant;
mod options;
mod rate;
mod resource;
mod text;
mod urls;

pub use key::{Key, Method};
pub use media::{key_frame_playlist, media_playlist};
pub use multivariant::multivariant_playlist;
pub use options::{Flavor, Options};
pub use rate::{Rate, Rates};
pub use resource::Resource;
pub use urls::Urls;
