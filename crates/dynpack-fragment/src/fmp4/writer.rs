//! The segments of one rendition.

use bytes::Bytes;
use dynpack_media::{Rendition, Segment};

use super::encrypted::{self, EncryptedFragment};
use super::fragment::Fragment;
use super::init;
use super::profile::Profile;
use super::protection::Protection;
use crate::{Error, SegmentPlan};

/// Writes the segments of a rendition: its init segment, and each of its media segments.
///
/// Cheap to make and to clone: nothing is computed before a segment is asked for.
#[derive(Clone, Debug)]
pub struct Writer<'a> {
    profile: Profile,
    rendition: &'a Rendition,
    protection: Option<Protection>,
}

impl<'a> Writer<'a> {
    /// Writes a rendition in the clear.
    #[must_use]
    pub const fn new(profile: Profile, rendition: &'a Rendition) -> Self {
        Self { profile, rendition, protection: None }
    }

    /// The same, under a protection if there is one.
    #[must_use]
    pub fn with_protection(self, protection: Option<Protection>) -> Self {
        Self { protection, ..self }
    }

    /// Makes the init segment: `ftyp` and a `moov` without samples.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for [`Profile::Smooth`], which has none, or if the sample entry is
    /// larger than any real one; [`Error::Encryption`] if the sample entry cannot be that of an
    /// encrypted track.
    pub fn init_segment(&self) -> Result<Bytes, Error> {
        init::write(self.profile, self.rendition, self.protection.as_ref())
    }

    /// Plans one media segment. Costs in proportion to the samples of the segment, never to those
    /// of the film.
    ///
    /// A key frame ([`Form::KeyFrames`](dynpack_media::Form)) is shown from the start of its
    /// segment to its end, and decoded when it is shown. By `cenc` it has a vector of its own, see
    /// [`SampleEncryptor::for_key_frames`](dynpack_crypt::cenc::SampleEncryptor::for_key_frames).
    ///
    /// The [length](SegmentPlan::len) of encrypted video is not known before its samples are read:
    /// what the segment says of its encryption depends on their slices.
    ///
    /// # Errors
    /// [`Error::Sample`] if a time of a sample does not fit its field, [`Error::Unsupported`] if
    /// there are millions of samples, [`Error::Encryption`] if the protection has no place for its
    /// scheme. What is wrong with samples that are to be encrypted is found by
    /// [`SegmentPlan::finish`].
    pub fn media_segment(&self, segment: &Segment) -> Result<SegmentPlan, Error> {
        let fragment = Fragment::new(self.profile, self.rendition, segment);
        match &self.protection {
            None => fragment.plan(),
            Some(protection) => EncryptedFragment::new(&fragment, protection)?.plan(),
        }
    }

    /// Bytes of a media segment: what [`media_segment`](Self::media_segment) promises, without
    /// planning it. Mostly O(log n), so that peak bitrates can be computed from all segments of a
    /// film.
    ///
    /// Where that promises nothing, which is for encrypted video, it is the maximum if no picture
    /// has more than 4 slices: 6 bytes for each slice that is not there too many, and for each
    /// further one too few.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if there are millions of samples, [`Error::Encryption`] if the
    /// protection has no place for its scheme.
    pub fn media_segment_len(&self, segment: &Segment) -> Result<u64, Error> {
        let fragment = Fragment::new(self.profile, self.rendition, segment);
        match &self.protection {
            None => fragment.len(),
            Some(protection) => encrypted::max_len(fragment, protection),
        }
    }
}
