//! VP8 and VP9 (VP Codec ISO Media File Format Binding).
//!
//! Uncompressed headers of VP9 are read to find where they end. Pictures are not decoded.

mod config;
mod frame_headers;
mod picture;
mod superframe;
mod uncompressed_header;

pub use config::{VpxConfig, VpxVersion};
pub use frame_headers::FrameHeaders;
pub use picture::picture;
