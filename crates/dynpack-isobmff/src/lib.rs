//! Sans-IO demuxer for ISO-BMFF: progressive MP4 into compact sample tables, by need and feed.
#![warn(clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test may panic"))]

mod boxes;
mod configuration;
mod demuxer;
mod edit;
mod error;
mod limits;
mod moov;
mod sample_entry;
mod samples;
mod stbl;
mod trak;

pub use demuxer::{Demuxer, demux};
pub use error::Error;
pub use limits::Limits;
