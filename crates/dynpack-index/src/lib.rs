//! The index file beside a film: what opening its files finds out, so that opening them again costs
//! one read and little time.
//!
//! An [`Index`] has the [`Movie`](dynpack_media::Movie) of each media file, the texts of the
//! manifests, and the [`Findings`](dynpack_media::Findings) of presenting them, with the
//! [`CutPolicy`](dynpack_media::CutPolicy) for which they hold. Each file is named with its version
//! and its length: whoever uses an index compares them with those of the stored files.
//!
//! [`write()`] makes the bytes of an index, and [`read()`] gives it back. `docs/index-files.md`
//! describes the format. This crate reads no files and has no clock: the crate `dynpack` finds
//! indexes and decides whether they are used.
//!
//! # How strict it is
//! A digest covers all of an index, so that a truncated or damaged one is noticed. It proves
//! nothing about who wrote it. So each number is checked as those of a media file are: any bytes
//! give an index or an [`Error`]. What is made of an index takes at most 20 times its bytes in
//! addition to them. The tables stay in them.
//!
//! ```
//! use bytes::Bytes;
//! use dynpack_index::{Content, Error, Index, IndexedFile, read, write};
//! use dynpack_isobmff::Limits;
//!
//! let content = Content::Manifest(Bytes::from_static(b"<smil/>"));
//! let file = IndexedFile::new("film.ism", "1a", 7, content);
//! let stored = write(&Index::new(5, vec![file]))?;
//!
//! let index = read(stored.clone(), &Limits::default())?;
//! assert_eq!((index.files[0].name.as_str(), index.files[0].len), ("film.ism", 7));
//! let cut_short = read(stored.slice(..stored.len() - 1), &Limits::default());
//! assert_eq!(cut_short.err(), Some(Error::Damaged));
//! # Ok::<(), Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test may panic")
)]

mod codec;
mod envelope;
mod error;
mod file;
mod findings;
mod heading;
mod index;
mod movie;
mod reader;
mod stored;
mod text;
mod track;
mod writer;

pub use error::Error;
pub use index::{Content, Index, IndexedFile, Presented};
pub use stored::{read, write};
