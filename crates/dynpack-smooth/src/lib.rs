//! Reads and writes Smooth Streaming manifests: the client manifest of \[MS-SSTR\] and the server
//! manifest `.ism`.
//!
//! A [`ServerManifest`] lists the files of an asset and their tracks. A [`ClientManifest`] is what
//! a player reads. It is made from a [`Presentation`](dynpack_media::Presentation), or read from
//! the `.ismc` of a Smooth set. [`chunk_time`] is the time that names a segment, and [`segment_at`]
//! finds the segment by it.
//!
//! This crate does no IO, and makes no fragments. It does not parse protection headers. It does not
//! support sparse streams. Of live presentations, it only reads the listed chunks.
//!
//! ```
//! use dynpack_smooth::{Formats, ServerManifest};
//!
//! let manifest = ServerManifest::parse(
//!     br#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language">
//!       <head><meta name="formats" content="mp4"/></head>
//!       <body><switch>
//!         <video src="film_1000.mp4" systemBitrate="1000000"/>
//!         <audio src="film_1000.mp4" systemLanguage="eng"/>
//!       </switch></body>
//!     </smil>"#,
//! )?;
//! assert_eq!(manifest.formats, Formats::Mp4);
//! let tracks = manifest.tracks.iter();
//! let names: Vec<_> = tracks.map(|track| (track.name(), track.src.as_str())).collect();
//! assert_eq!(names, [("video", "film_1000.mp4"), ("audio", "film_1000.mp4")]);
//! # Ok::<(), dynpack_smooth::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod chunks;
mod client_manifest;
mod error;
mod file_name;
mod sequence;
mod server_manifest;
mod track_kind;
mod xml;

pub use chunks::{Chunk, Chunks, chunk_time, chunk_times_around, segment_at};
pub use client_manifest::{
    ClientManifest, ProtectionHeader, QualityLevel, Stream, Urls, Version, carries,
};
pub use dynpack_xml::Position;
pub use error::Error;
pub use file_name::FileName;
pub use sequence::{Sequence, SequenceClip};
pub use server_manifest::{Formats, Param, ServerManifest, ServerTrack, TextParams};
pub use track_kind::TrackKind;
