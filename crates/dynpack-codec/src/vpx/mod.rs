//! VP8 and VP9 (VP Codec ISO Media File Format Binding).

mod config;
mod picture;

pub use config::{VpxConfig, VpxVersion};
pub use picture::picture;
