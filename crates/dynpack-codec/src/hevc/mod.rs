//! HEVC (ITU-T H.265; ISO/IEC 14496-15, 8).
//!
//! Slice segment headers are read to find where they end, and parameter sets as far as those and
//! the shape of pictures depend on them. Pictures are not decoded. Layers above the base layer
//! (ITU-T H.265, annexes F to I) are carried, but not read.

mod byte_stream;
mod config;
mod nal_type;
mod picture;
mod pps;
mod profile;
mod record;
mod reference_set;
mod scaling_lists;
mod side_data;
mod slice_headers;
mod slice_segment;
mod sps;
mod timing;

pub use config::HevcConfig;
pub use nal_type::NalType;
pub use picture::picture;
pub use profile::Profile;
pub use side_data::side_data;
pub use slice_headers::SliceHeaders;
