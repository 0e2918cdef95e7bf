//! Fragmented MP4: init segments, and media segments which carry the samples as stored (ISO/IEC 14496-12, 8.8).
//!
//! A media segment is one fragment: a head that is written here (`styp`, `sidx`, `moof` and the header of `mdat`) with the ranges of the
//! stored file behind it, so no media byte is copied. Times are the track's own, on its own clock: `tfdt` is the decode time of
//! [`Cuts`](dynpack_media::Cuts), composition offsets are signed, and an edit list in the init segment skips audio priming. What
//! Smooth Streaming does otherwise stands at [`Profile::Smooth`]. The same rendition and segment give the same bytes every time: there
//! are no clocks and no counters, `mfhd` holds the number of the segment in the timeline plus one.
//!
//! Left out: several tracks a file, encryption, `prft` and `emsg`.

mod boxes;
mod init;
mod media;
mod profile;
mod run;
mod times;

use bytes::Bytes;
use dynpack_media::{Rendition, Segment};

pub use self::profile::Profile;

use self::media::Fragment;
use crate::{Error, SegmentPlan};

/// The `track_ID` of the one track of each file.
const TRACK_ID: u32 = 1;

/// The longest head of a segment, and the longest init segment, in bytes: a million samples with all that can be said of each. A
/// file whose tables claim more gets no memory.
const MOST_HEAD: u64 = 16 << 20;

/// Makes the init segment of a rendition: `ftyp` and a `moov` without samples.
///
/// # Errors
/// [`Error::Unsupported`] for [`Profile::Smooth`], which has none, or if the sample entry is larger than any real one.
pub fn init_segment(profile: Profile, rendition: &Rendition) -> Result<Bytes, Error> {
    init::write(profile, rendition)
}

/// Plans one media segment. Costs in proportion to the samples of the segment, never to those of the film.
///
/// # Errors
/// [`Error::Sample`] if a time of a sample does not fit its field, [`Error::Unsupported`] if there are millions of samples.
pub fn media_segment(profile: Profile, rendition: &Rendition, segment: &Segment) -> Result<SegmentPlan, Error> {
    Fragment::whole(profile, rendition, segment).plan()
}

/// Bytes of a media segment: what [`media_segment`] promises, without planning it. Mostly O(log n), so that peak bitrates can be
/// computed from all segments of a film.
///
/// # Errors
/// [`Error::Unsupported`] if there are millions of samples.
pub fn media_segment_len(profile: Profile, rendition: &Rendition, segment: &Segment) -> Result<u64, Error> {
    Fragment::whole(profile, rendition, segment).len()
}

/// Plans a segment for trick play: only the first sample of `segment`, shown for as long as all of it.
///
/// # Errors
/// [`Error::Sample`] if a time of the sample does not fit its field.
pub fn key_frame_segment(profile: Profile, rendition: &Rendition, segment: &Segment) -> Result<SegmentPlan, Error> {
    Fragment::key_frame(profile, rendition, segment).plan()
}

/// Bytes of a segment for trick play: what [`key_frame_segment`] promises, without planning it. O(log n).
///
/// # Errors
/// None today.
pub fn key_frame_segment_len(profile: Profile, rendition: &Rendition, segment: &Segment) -> Result<u64, Error> {
    Fragment::key_frame(profile, rendition, segment).len()
}
