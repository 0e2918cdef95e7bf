//! VP8 and VP9 (VP Codec ISO Media File Format Binding).

mod config;

pub use config::{VpxConfig, VpxVersion};
