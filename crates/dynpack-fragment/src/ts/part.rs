//! What a segment carries of one rendition.

use std::ops::Range;

use dynpack_crypt::sample_aes::SampleAes;
use dynpack_media::{Rendition, SampleIndex, Segment};

/// The samples of one rendition that a transport stream segment carries.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// The rendition.
    pub rendition: &'a Rendition,
    /// Its samples; none where the rendition has ended, but others of the same playlist go on.
    pub samples: Range<SampleIndex>,
    pub(super) sample_aes: Option<SampleAes>,
}

impl<'a> Part<'a> {
    /// Samples of a rendition, in the clear.
    #[must_use]
    pub const fn new(rendition: &'a Rendition, samples: Range<SampleIndex>) -> Self {
        Self { rendition, samples, sample_aes: None }
    }

    /// The samples of consecutive segments: a transport stream segment may span several of the
    /// timeline's.
    #[must_use]
    pub fn segments(rendition: &'a Rendition, segments: &[Segment]) -> Self {
        let first = segments.first().map(|segment| segment.samples.start).unwrap_or_default();
        let end = segments.last().map(|segment| segment.samples.end).unwrap_or_default();
        Self::new(rendition, first..end)
    }

    /// The same samples encrypted by SAMPLE-AES (RFC 8216, 4.3.2.4): slices and frames of audio,
    /// and nothing else.
    #[must_use]
    pub fn with_sample_aes(self, sample_aes: SampleAes) -> Self {
        Self { sample_aes: Some(sample_aes), ..self }
    }
}
