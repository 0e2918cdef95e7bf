//! Fragmented MP4: init segments, and media segments which carry the samples as stored (ISO/IEC
//! 14496-12, 8.8).
//!
//! A media segment is one fragment: a head that is written here (`styp`, `sidx`, `moof` and the
//! header of `mdat`) with the ranges of the stored file behind it, so no media byte is copied.
//! Times are the track's own, on its own clock: `tfdt` is the decode time of
//! [`Cuts`](dynpack_media::Cuts), composition offsets are signed, and an edit list in the init
//! segment skips audio priming. What Smooth Streaming does otherwise stands at [`Profile::Smooth`].
//! The same rendition and segment give the same bytes every time: there are no clocks and no
//! counters, `mfhd` holds the number of the segment in the timeline plus one.
//!
//! Under a [`Protection`] the samples are encrypted on the way (ISO/IEC 23001-7), and the segment
//! is written into one buffer.
//!
//! Left out: several tracks a file, `prft` and `emsg`.

mod boxes;
mod encrypted;
mod init;
mod media;
mod profile;
mod protection;
mod run;
mod times;

use bytes::Bytes;
use dynpack_media::{Rendition, Segment};

pub use self::profile::Profile;
pub use self::protection::Protection;

use self::encrypted::EncryptedFragment;
use self::media::{Fragment, Selection};
use crate::{Error, SegmentPlan};

/// The `track_ID` of the one track of each file.
const TRACK_ID: u32 = 1;

/// The longest head of a segment, and the longest init segment, in bytes: a million samples with
/// all that can be said of each. A file whose tables claim more gets no memory.
const MOST_HEAD: u64 = 16 << 20;

/// Makes the init segment of a rendition: `ftyp` and a `moov` without samples.
///
/// # Errors
/// [`Error::Unsupported`] for [`Profile::Smooth`], which has none, or if the sample entry is larger
/// than any real one; [`Error::Encryption`] if the sample entry cannot be that of an encrypted
/// track.
pub fn init_segment(
    profile: Profile,
    rendition: &Rendition,
    protection: Option<&Protection>,
) -> Result<Bytes, Error> {
    init::write(profile, rendition, protection)
}

/// Plans one media segment. Costs in proportion to the samples of the segment, never to those of
/// the film.
///
/// The [length](SegmentPlan::len) of encrypted video is not known before its samples are read: what
/// the segment says of its encryption depends on their slices.
///
/// # Errors
/// [`Error::Sample`] if a time of a sample does not fit its field, [`Error::Unsupported`] if there
/// are millions of samples, [`Error::Encryption`] if the protection has no place for its scheme.
/// What is wrong with samples that are to be encrypted is found by [`SegmentPlan::finish`].
pub fn media_segment(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    protection: Option<&Protection>,
) -> Result<SegmentPlan, Error> {
    plan(profile, rendition, segment, Selection::Whole, protection)
}

/// Bytes of a media segment: what [`media_segment`] promises, without planning it. Mostly O(log n),
/// so that peak bitrates can be computed from all segments of a film.
///
/// Where that promises nothing, which is for encrypted video, it is the most bytes if no picture
/// has more than 4 slices: 6 bytes for each slice that is not there too many, and for each further
/// one too few.
///
/// # Errors
/// [`Error::Unsupported`] if there are millions of samples, [`Error::Encryption`] if the protection
/// has no place for its scheme.
pub fn media_segment_len(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    protection: Option<&Protection>,
) -> Result<u64, Error> {
    len(profile, rendition, segment, Selection::Whole, protection)
}

/// Plans a segment for trick play: only the first sample of `segment`, shown from its start to its
/// end. By `cenc` it has a vector of its own, see
/// [`SampleEncryptor::of_key_frames`](dynpack_crypt::cenc::SampleEncryptor::of_key_frames).
///
/// # Errors
/// As [`media_segment`].
pub fn key_frame_segment(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    protection: Option<&Protection>,
) -> Result<SegmentPlan, Error> {
    plan(profile, rendition, segment, Selection::KeyFrame, protection)
}

/// Bytes of a segment for trick play: what [`key_frame_segment`] promises, without planning it, or
/// else the most as [`media_segment_len`] counts it. O(log n).
///
/// # Errors
/// As [`media_segment_len`].
pub fn key_frame_segment_len(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    protection: Option<&Protection>,
) -> Result<u64, Error> {
    len(profile, rendition, segment, Selection::KeyFrame, protection)
}

fn plan(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    selection: Selection,
    protection: Option<&Protection>,
) -> Result<SegmentPlan, Error> {
    match protection {
        None => Fragment::new(profile, rendition, segment, selection).plan(),
        Some(protection) => {
            EncryptedFragment::new(profile, rendition, segment, selection, protection)?.plan()
        }
    }
}

fn len(
    profile: Profile,
    rendition: &Rendition,
    segment: &Segment,
    selection: Selection,
    protection: Option<&Protection>,
) -> Result<u64, Error> {
    let fragment = Fragment::new(profile, rendition, segment, selection);
    match protection {
        None => fragment.len(),
        Some(protection) => protection.most_len(fragment),
    }
}
