//! Adobe HTTP Dynamic Streaming: the F4M manifest of a presentation, with the bootstrap information
//! of its streams.
//!
//! A [stream](streams) carries one rendition of video with its audio, cut into [`Fragment`]s along
//! the one timeline, each of which holds what the video and the audio have there. Clients read from
//! the bootstrap information how many fragments there are, and ask for `{address of the
//! stream}Seg1-Frag{number}`. So an address such as
//!
//! ```text
//! QualityLevels(900000)/Fragments(video,format=f4m-f4f,audiotrack=aac_eng)
//! ```
//!
//! becomes `QualityLevels(900000)/Fragments(video,format=f4m-f4f,audiotrack=aac_eng)Seg1-Frag7`:
//! the text after the parentheses is a [`FragmentNumber`], and [`fragment`] returns the
//! segments it holds.
//!
//! This crate does no IO and makes no fragments. It describes neither live presentations, nor
//! protected ones, nor audio in streams of its own beside video.
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
