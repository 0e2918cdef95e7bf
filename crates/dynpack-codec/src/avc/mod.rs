//! H.264 (ITU-T H.264; ISO/IEC 14496-15, 5).
//!
//! Slice headers are read to find where they end, and parameter sets up to the shape of pixels.
//! Pictures are not decoded.

mod byte_stream;
mod config;
mod encryption;
mod escape;
mod frame_shape;
mod nal_type;
mod parameter_sets;
mod picture;
mod record;
mod side_data;
mod slice_headers;

pub use config::AvcConfig;
pub use encryption::{is_slice, refuse_start_code};
pub use escape::escape;
pub use nal_type::NalType;
pub use picture::picture;
pub use record::SetsInBand;
pub use side_data::side_data;
pub use slice_headers::SliceHeaders;
