//! Adobe HTTP Dynamic Streaming: the F4M manifest of a presentation, with the bootstrap information
//! of its streams.
//!
//! A [stream](streams) carries one rendition of video with its audio. It is cut into [`Fragment`]s
//! along the timeline that all protocols share. Each fragment contains the video and audio of its
//! part of the timeline. The bootstrap information lists the fragments, and clients request
//! `{address of the stream}Seg1-Frag{number}`. So an address such as
//!
//! ```text
//! QualityLevels(900000)/Fragments(video,format=f4m-f4f,audiotrack=aac_eng)
//! ```
//!
//! becomes `QualityLevels(900000)/Fragments(video,format=f4m-f4f,audiotrack=aac_eng)Seg1-Frag7`.
//! The text after the parentheses is a [`FragmentNumber`], and [`fragment`] returns the segments in
//! that fragment.
//!
//! This crate does no IO and makes no fragments. It does not describe live presentations, protected
//! presentations, or separate audio streams for video.
//!
//! ```
//! use dynpack_hds::FragmentNumber;
//!
//! let number: FragmentNumber = "Seg1-Frag7".parse()?;
//! assert_eq!(number.get(), 7);
//! # Ok::<(), dynpack_hds::InvalidFragmentName>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod bootstrap;
mod error;
mod fragment;
mod fragment_number;
mod manifest;
mod metadata;
mod stream;

pub use bootstrap::bootstrap;
pub use error::Error;
pub use fragment::{Fragment, fragment, fragments};
pub use fragment_number::{FragmentNumber, InvalidFragmentName};
pub use manifest::{Urls, manifest};
pub use metadata::metadata;
pub use stream::streams;
