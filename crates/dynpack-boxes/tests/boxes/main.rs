//! Boxes as they are written, read back, and read by an independent parser.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod arbitrary_bytes;
mod mp4_atom;
mod round_trip;
mod values;
