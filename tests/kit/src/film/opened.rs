//! Films as the packager sees them, with the file of their media.

use crate::stored::in_stretches;
use bytes::Bytes;
use dynpack_codec::{Codec, MediaKind};
use dynpack_fragment::{Error, Read, SegmentPlan};
use dynpack_media::{Language, Rendition, Track};

use super::{Audio, Video};
use crate::{TrackBuilder, renditions};

/// Tracks in one file, cut into segments.
#[derive(Clone, Debug)]
pub struct OpenedFilm {
    /// The renditions, in the order of their tracks.
    pub renditions: Vec<Rendition>,
    /// The file.
    pub file: Bytes,
}

impl OpenedFilm {
    fn of(tracks: Vec<Track>, file: Bytes, target_millis: u64) -> Self {
        Self { renditions: renditions(tracks, target_millis), file }
    }

    /// A film of video, English audio or both, in segments of about `target_millis`.
    #[must_use]
    pub fn new(video: Option<&Video>, audio: Option<&Audio>, target_millis: u64) -> Self {
        let mut file = Vec::new();
        let video = video.map(|video| video.track().append_to(&mut file));
        let audio = audio.map(|audio| audio.track().append_to(&mut file));
        let audio = audio.map(|audio| audio.with_language(Language::parse("eng")));
        Self::of(video.into_iter().chain(audio).collect(), file.into(), target_millis)
    }

    /// A film of one track with these samples, in segments of about `target_millis`.
    #[must_use]
    pub fn with_samples(track: &TrackBuilder, samples: &[Vec<u8>], target_millis: u64) -> Self {
        let mut file = Vec::new();
        let track = track.append_to(&mut file, samples);
        Self::of(vec![track], file.into(), target_millis)
    }

    /// A film of one sample.
    #[must_use]
    pub fn with_one_sample(codec: Codec, sample: Vec<u8>) -> Self {
        Self::with_samples(&TrackBuilder::video(25, 1, 1, 1).with_codec(codec), &[sample], 2000)
    }

    /// The first rendition of that kind.
    #[must_use]
    pub fn rendition(&self, kind: MediaKind) -> &Rendition {
        self.renditions.iter().find(|rendition| rendition.kind() == kind).unwrap()
    }

    /// The bytes that a plan needs.
    #[must_use]
    pub fn bytes(&self, read: &Read) -> Bytes {
        let at = |bound: u64| usize::try_from(bound).unwrap();
        self.file.slice(at(read.extent.offset)..at(read.extent.end()))
    }

    /// Finishes a plan with the media it needs, and checks that the result has the promised length.
    ///
    /// # Errors
    /// Those of [`SegmentPlan::finish`].
    pub fn finish(&self, plan: SegmentPlan) -> Result<Bytes, Error> {
        let len = plan.len();
        let segment = Bytes::from(in_stretches(plan, 10_000, |read| self.bytes(read))?);
        assert!(len.is_none_or(|len| len == segment.len() as u64));
        Ok(segment)
    }
}
