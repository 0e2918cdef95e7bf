//! The boxes of MP4 files and segments: one type each, which reads and writes.
//!
//! The module tree is the box tree: [`moov`] and [`moof`] hold the boxes in them, one file each.
//! Every type implements [`BoxType`]: it reads the body of a box, knows the length of the box it
//! writes, and derives version and flags from its content. A body that ends too early is an error,
//! and so are bytes left over, unless the caller reads with
//! [`read_from`](BoxType::read_from) and lets them pass.
//!
//! # Containers and large tables
//! A box that only holds other boxes has no type: [`put_container`] writes one around whatever a
//! closure appends. Tables with an entry for each sample are not here either:
//! `dynpack-isobmff` reads those of `stbl` where they lie. The entries of a [`Trun`](moof::Trun)
//! and a [`Senc`](moof::Senc) stay in place and are read one by one.
//!
//! # Example
//! ```
//! use dynpack_boxes::moof::{Mfhd, Tfdt};
//! use dynpack_boxes::{BoxType, put_container};
//!
//! let mut out = Vec::new();
//! put_container(*b"moof", &mut out, |out| {
//!     Mfhd { sequence_number: 7 }.put(out);
//!     put_container(*b"traf", out, |out| Tfdt { base_media_decode_time: 90_000 }.put(out));
//! });
//! assert_eq!(out.len(), 8 + 16 + 8 + 20);
//! assert_eq!(Tfdt::read(&out[40..])?.base_media_decode_time, 90_000);
//! # Ok::<(), dynpack_boxes::Error>(())
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod box_type;
mod brands;
mod error;
pub mod hds;
mod header;
mod matrix;
pub mod moof;
pub mod moov;
mod reader;
mod sample_flags;
mod sidx;
mod versioned;

pub use box_type::BoxType;
pub use brands::{Brands, Ftyp, Styp};
pub use error::Error;
pub use header::{Header, Kind, put_container};
pub use reader::Reader;
pub use sample_flags::SampleFlags;
pub use sidx::{AccessPoint, Reference, Sidx};
