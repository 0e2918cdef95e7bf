//! Segments for streaming, planned before any media byte is read.
//!
//! [`fmp4`] makes segments of CMAF, DASH and Smooth Streaming, [`ts`] MPEG transport streams, [`f4f`] fragments of HDS. A
//! [`SegmentPlan`] says which byte ranges of the stored files it needs, and how long the finished segment is; whoever does the IO
//! hands those bytes to [`SegmentPlan::finish`].
//!
//! Segments are encrypted on the way: samples of fragmented MP4 by a [`Protection`](fmp4::Protection), frames in transport streams
//! as their [`Part`](ts::Part) says, any segment as a whole by [`SegmentPlan::encrypted`].

mod decode_time;
mod error;
pub mod f4f;
pub mod fmp4;
mod plan;
mod samples;
pub mod ts;

pub use error::Error;
pub use plan::{Piece, Read, SegmentPlan};
