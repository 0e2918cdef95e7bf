//! Sans-IO demuxer for ISO-BMFF (ISO/IEC 14496-12): an MP4 file becomes a
//! [`Movie`](dynpack_media::Movie) of compact sample tables.
//!
//! A [`Demuxer`] says which bytes of the file it [needs](Demuxer::need) and is [fed](Demuxer::feed)
//! them; the caller does the IO. It reads box headers, the `moov` and each `moof`, and media only
//! where these do not tell enough: a 2-hour film takes two or three reads. A file in memory is
//! opened by [`demux`].
//!
//! # What is read Progressive MP4 and QuickTime files, fragmented MP4, CMAF track files, segments
//! joined after their initialization segment, and Smooth Streaming files (`.ismv`, `.isma`), with
//! H.264 (`avc1`, `avc3`), AAC (LC, HE-AAC v1 and v2, xHE-AAC), AC-3, Enhanced AC-3, AC-4, DTS,
//! Opus, FLAC, ALAC, MP3, VC-1 and WMA, and text tracks (`wvtt`, `stpp`, `tx3g`, QuickTime `text`,
//! and `dfxp` of `.ismt`) with the chapters among them. Tracks of other codecs, encrypted ones and
//! broken ones are left out, each with its reason in
//! [`Movie::skipped`](dynpack_media::Movie::skipped); only a file without any track that can be
//! served is refused.
//!
//! The samples of a track may use several sample entries if one can replace them: equal ones, and
//! those of H.264 that add parameter sets to each other. Otherwise the track is broken.
//!
//! Text tracks keep their samples as they are, and what their edit lists say: see
//! [`TextTrack`](dynpack_media::TextTrack). Their text is not read here. Chapters are in
//! [`Movie::chapters`](dynpack_media::Movie::chapters).
//!
//! Not read: metadata, pictures, and the durations in headers, which often lie.
//!
//! # Display
//! [`Track::matrix`](dynpack_media::Track::matrix) is that of the track, then that of the movie.
//! The size of pictures and the shape of their pixels come from `pasp`, `tkhd` and the parameter
//! sets: the sample entry of the track has both.
//!
//! # Edit lists
//! Leading empty edits and the first other one give a track its [`Edit`](dynpack_media::Edit).
//! Where an edit list has more, the samples are cut as it says: what lies between edits is left
//! out, and a pause makes the sample before it longer. A list that no sequence of whole samples
//! follows is an [`Error::EditList`]. The duration of a single edit ends the track only if `mdhd`
//! measures the samples; rates do not count.
//!
//! # Fragments
//! They give the same [`Movie`](dynpack_media::Movie) as tables in a `moov` do, and continue them
//! where a file has both. A fragment is decoded at the time that its `tfdt` declares. Without one,
//! its first sample is presented at the time that its `tfxd` declares; with reordered pictures that
//! may be decoded before 0. Without either, it is decoded right after the fragment before it. Times
//! take precedence over durations: over a gap the sample before it lasts longer, and where a
//! fragment begins before the sample before it has ended, that is cut short. After a step back,
//! later samples replace those that do not start before them. A track that starts later than at 0
//! does so by its [`Edit`](dynpack_media::Edit), as does one that starts with samples without
//! bytes, so that sound and pictures stay together, in one file or in several.
//!
//! Each `moof` is read, for nothing else declares the size of every sample. The walk
//! goes from box to box, so nothing is overlooked; an index (`sidx`, or `mfra` at the end) only
//! lists what may be [read ahead](Demuxer::needs) in parallel. A wrong one does no harm, except a
//! `sidx` before the fragments that declares more than the file holds: then the end is missing.
//!
//! A recording that broke off ends before the first box that is not whole. Of its last fragment,
//! whole samples are read. [`Movie::warnings`](dynpack_media::Movie::warnings) says so.
//!
//! An hour of `.ismv`, with pictures and sound in fragments of 2 seconds, of 595 MB and 3.17 MB of
//! boxes, is opened by 3604 reads of 3.77 MB in all: three for the index, one a `moof`, and one
//! look at a picture. Read 64 at a time they take less than 66 turns.
//!
//! Short fragments, such as one for each picture, are read together with the media between them, up
//! to 512 KiB at a time. What is read ahead of its turn is at most 4 MiB, whatever an index lists.
//! So the time to open a file is linear in the number of its boxes.
//!
//! # Looks at media
//! Once the tables are known, the first bytes of some samples are read, if a track needs it:
//!
//! - Of `avc1` without parameter sets in its `avcC`, the first sync sample, which must have them.
//!   They become part of the sample entry.
//! - Of H.264 whose samples all claim to be sync samples (there is no `stss`, or fragments set no
//!   flags), 32 samples. If they are not all intra pictures, more are read to find the key frames:
//!   IDR pictures, and recovery points that are right at once.
//! - Of AAC-LC of at most 24 kHz, 8 frames. If all have SBR, it is HE-AAC that declares its core
//!   alone (implicit signalling), and the sample entry is made to signal it.
//!
//! [`Limits::looks`] and [`Limits::look_size`] bound how much that is.
//!
//! # How strict it is
//! What players accept without loss is accepted: table entries for more samples than there are, a
//! last sample without a duration, composition offsets that are negative in version 0 or missing at
//! the end, empty chunks, samples without bytes (the one before lasts longer), a `mdat` that claims
//! too much. What leaves a sample without its time, size or place is an [`Error::Malformed`], with
//! box path and offset, as are samples that lie after the end of the file:
//! `moov/trak[1]/mdia/minf/stbl/stsz at 1204: count 90210 exceeds the body`. Of fragments it is
//! stricter, lest half a film is served for a whole one: a file must be boxes up to its last byte,
//! and their samples must lie within a `mdat`.
//!
//! # Cost
//! Tables of sizes and places are read once when a file is opened, in a nanosecond or two a sample,
//! and kept as they are: 5.3 bytes a sample for a film with AAC in chunks of half a second, 19
//! where each picture is a chunk of its own, with 64-bit offsets. A `moov` of more than 1 MiB that
//! consists mostly of these tables stays in memory with them. Unusual tables and fragments become
//! columns of 3 to 12 bytes a sample; see [`SampleTable`](dynpack_media::SampleTable). The
//! benchmarks open two hours, and up to a million fragments.
//!
//! # Example
//! ```
//! use dynpack_isobmff::{Demuxer, Error, Limits};
//! use dynpack_media::Movie;
//!
//! /// Opens a file of which `read` gives the bytes from an offset on, of a length.
//! fn open(file_len: u64, read: impl Fn(u64, u64) -> Vec<u8>) -> Result<Movie, Error> {
//!     let mut demuxer = Demuxer::new(file_len, Limits::default());
//!     while let Some(need) = demuxer.need() {
//!         demuxer.feed(need.offset, read(need.offset, need.len).into())?;
//!     }
//!     demuxer.finish()
//! }
//!
//! let file = b"\0\0\0\x10ftypisom\0\0\0\0";
//! let error = open(16, |_, _| file.to_vec()).unwrap_err();
//! assert_eq!(error.to_string(), "moov at 16: the file ends without one");
//! ```

#![warn(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(test, expect(clippy::indexing_slicing, reason = "a test may panic"))]

mod boxes;
mod chapters;
mod demuxer;
mod display;
mod edits;
mod error;
mod gathered;
mod grouping;
mod held;
mod index;
mod limits;
mod look;
mod moof;
mod moov;
mod mvex;
mod role;
mod sample_entry;
mod samples;
mod stbl;
mod tracks;
mod trak;
mod walk;

pub use demuxer::{Demuxer, demux};
pub use error::Error;
pub use limits::Limits;
pub use sample_entry::codec_of;
