//! Reads segments.

pub mod adts;
pub mod annex_b;
pub mod boxes;
pub mod flash;
pub mod mp4;
pub mod protection;
pub mod transport;
