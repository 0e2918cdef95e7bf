//! AV1 (AV1 Bitstream & Decoding Process Specification; AV1 Codec ISO Media File Format Binding).
//!
//! Sequence headers and frame headers are read, since their end is where tiles start. Of frames
//! that others refer to, what those headers depend on is kept. Pictures are not decoded.

mod config;
mod film_grain;
mod filters;
mod frame_header;
mod frame_size;
mod global_motion;
mod obu;
mod operating_point;
mod order;
mod picture;
mod quantization;
mod references;
mod segmentation;
mod sequence_header;
mod tile_group;
mod tile_info;
mod tiles;

pub use config::Av1Config;
pub use obu::{Obu, ObuType};
pub use picture::picture;
pub use tiles::Tiles;
