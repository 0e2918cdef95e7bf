//! The vocabulary of dynpack, and the one timeline that all protocols share.
//!
//! A [`Movie`] is one parsed file: [`Track`]s and [`TextTrack`]s with compact [`SampleTable`]s. A
//! [`Timeline`] cuts a set of tracks into segments, once for all protocols. A [`Presentation`] is
//! what one request may see: [`Rendition`]s with their [`Cuts`].
//!
//! `dynpack-codec` knows how samples are coded. This crate reads no files and parses no boxes:
//! `dynpack-isobmff` makes movies, `dynpack-fragment` makes segments of them. It does no IO, has no
//! clock and starts no threads.
//!
//! ```
//! use dynpack_media::{Ticks, Timescale};
//!
//! // 282 frames of AAC at 48 kHz, on the clock of MPEG-2 transport streams.
//! let audio = Timescale::new(48_000).expect("above zero");
//! assert_eq!(Ticks(282 * 1024).rescale_round(audio, Timescale::MPEG), Ticks(541_440));
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    expect(clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "a test may panic")
)]

mod chapter;
mod chunk;
mod chunks;
mod clip;
mod clip_number;
mod coding;
mod column;
mod cut_policy;
mod cuts;
mod error;
mod extent;
mod findings;
mod fourcc;
mod frame_rate;
mod grouping;
mod key_frames;
mod language;
mod leading;
mod limits;
mod marker;
mod matrix;
mod media_stretch;
mod places;
mod presentation;
mod rate;
mod rendition_id;
mod role;
mod runs;
mod sample;
mod sample_columns;
mod sample_table;
mod search;
mod stored_chunks;
mod stored_offsets;
mod stream;
pub mod text;
mod text_cuts;
mod text_track;
mod time;
mod timeline;
mod track;
mod track_id;
mod view;

pub use chapter::{Chapter, ChapterSpan, Chapters};
pub use clip::ClipSpan;
pub use clip_number::ClipNumber;
pub use coding::Coding;
pub use column::{Column, ColumnBuilder};
pub use cut_policy::CutPolicy;
pub use cuts::{Cuts, Segment, SegmentNumber};
pub use dynpack_codec::{AudioFamily, Codec, MediaKind, VideoFamily};
pub use error::Error;
pub use extent::Extent;
pub use findings::{Findings, MeasuredBitrate};
pub use fourcc::FourCc;
pub use frame_rate::FrameRate;
pub use grouping::Grouping;
pub use language::Language;
pub use leading::leading;
pub use marker::{Marker, Splice, SpliceKind};
pub use matrix::Matrix;
pub use media_stretch::MediaStretch;
pub use presentation::{Presentation, Rendition, SourceIndex};
pub use rate::{Rate, RatePart, Rates, target_duration};
pub use rendition_id::{Form, RenditionId};
pub use role::Role;
pub use runs::{Run, Runs};
pub use sample::{Sample, SampleIndex};
pub use sample_columns::SampleColumns;
pub use sample_table::SampleTable;
pub use stored_chunks::StoredChunks;
pub use stored_offsets::StoredOffsets;
pub use stream::{Stream, StreamSegment};
pub use text_track::{Forced, TextTrack};
pub use time::{Ticks, Time, Timescale};
pub use timeline::{CutTimes, Difference, Timeline};
pub use track::{Edit, Movie, SkippedTrack, Track};
pub use track_id::TrackId;
pub use view::{Period, View};
