//! Segments for streaming, planned before any media byte is read.
//!
//! [`fmp4`] makes segments of CMAF, DASH and Smooth Streaming, [`ts`] MPEG transport streams,
//! [`f4f`] fragments of HDS, and [`text`] those of subtitles. A [`SegmentPlan`] says which byte
//! ranges of the stored files it needs, and how long the finished segment is; the caller does the
//! IO and passes those bytes to [`SegmentPlan::finish`].
//!
//! Segments are encrypted on the way: samples of fragmented MP4 by a
//! [`Protection`](fmp4::Protection), frames in transport streams as their [`Part`](ts::Part) says,
//! any segment as a whole by [`SegmentPlan::encrypted`].
//!
//! ```
//! use bytes::Bytes;
//! use dynpack_fragment::fmp4::{Profile, Writer};
//! use dynpack_fragment::{Error, Read};
//! use dynpack_media::Rendition;
//!
//! /// The init segment of a rendition and its first segment: a file that plays. `read` gives the
//! /// bytes of a range of a stored file.
//! fn first_segment(
//!     rendition: &Rendition,
//!     read: impl Fn(&Read) -> Bytes,
//! ) -> Result<Vec<Bytes>, Error> {
//!     let writer = Writer::new(Profile::Cmaf, rendition);
//!     let mut file = vec![writer.init_segment()?];
//!     if let Some(segment) = rendition.cuts.segments().next() {
//!         let plan = writer.media_segment(&segment)?;
//!         let media: Vec<Bytes> = plan.reads().iter().map(read).collect();
//!         file.extend(plan.finish(&media)?);
//!     }
//!     Ok(file)
//! }
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod decode_time;
mod error;
pub mod f4f;
pub mod fmp4;
mod plan;
pub mod text;
pub mod ts;

pub use error::Error;
pub use plan::{Piece, Read, SegmentPlan, SegmentWriter};
