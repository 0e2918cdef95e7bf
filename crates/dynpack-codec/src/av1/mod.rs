//! AV1 (AV1 Bitstream & Decoding Process Specification; AV1 Codec ISO Media File Format Binding).
//!
//! Sequence headers are read up to the description of colour. Pictures are not decoded.

mod config;
mod obu;
mod picture;
mod sequence_header;

pub use config::Av1Config;
pub use obu::{Obu, ObuType};
pub use picture::picture;
