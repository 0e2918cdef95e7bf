//! What bandwidth transport streams ask for: by the bound of each segment that may decide the peak,
//! and a quick look at the others.

use std::sync::Arc;

use dynpack_fragment::Error as FragmentError;
use dynpack_fragment::ts::{self, Estimate, Part};
use dynpack_media::{
    Rate, RatePart, Rendition, RenditionId, Segment, SegmentNumber, Stream, StreamSegment,
};

use super::Job;
use crate::error::Error;

/// The parts of a segment, encrypted as the job asks.
pub(super) fn parts<'a>(
    job: &Job<'_>,
    stream: &Stream<'a>,
    segment: &StreamSegment,
) -> Vec<Part<'a>> {
    let part = |rendition, segment: &Option<Segment>| {
        let part = Part::segments(rendition, segment.as_slice());
        match job.sample_aes(rendition) {
            Some(sample_aes) => part.with_sample_aes(sample_aes),
            None => part,
        }
    };
    let audio = stream.audio.map(|audio| part(audio, &segment.audio));
    [part(stream.main, &segment.main)].into_iter().chain(audio).collect()
}

/// What the audio adds to each segment of every video that carries it.
#[derive(Debug, Default)]
pub(super) struct Companion {
    /// In ascending order, where the estimate knows.
    segments: Vec<(SegmentNumber, Option<ts::Companion>)>,
}

impl Companion {
    pub(super) fn new(audio: Option<&Rendition>) -> Result<Self, Error> {
        let Some(audio) = audio else { return Ok(Self::default()) };
        let estimate = Estimate::new(audio)?;
        let segments = audio
            .cuts
            .segments()
            .map(|segment| (segment.number, estimate.companion(segment.samples)));
        Ok(Self { segments: segments.collect() })
    }

    fn get(&self, segment: &Segment) -> Option<&ts::Companion> {
        let at = self.segments.binary_search_by_key(&segment.number, |(number, _)| *number).ok()?;
        self.segments.get(at)?.1.as_ref()
    }

    /// A quick look at a segment of a stream.
    fn estimate(&self, main: &Estimate<'_>, segment: &StreamSegment) -> Option<u64> {
        let samples = segment.main.as_ref()?.samples.clone();
        match &segment.audio {
            None => main.segment(samples, None),
            Some(audio) => main.segment(samples, Some(self.get(audio)?)),
        }
    }
}

/// The segments of a stream with their sizes: exact ones where a quick look has none.
pub(super) struct Look {
    main: Rendition,
    audio: Option<Arc<Rendition>>,
    segments: Vec<StreamSegment>,
    sizes: Vec<Size>,
}

impl Look {
    pub(super) fn new(
        job: &Job<'_>,
        main: Rendition,
        audio: Option<Arc<Rendition>>,
        segments: Vec<StreamSegment>,
        companion: &Companion,
    ) -> Result<Self, Error> {
        let mut look = Self { main, audio, segments, sizes: Vec::new() };
        let estimate = Estimate::new(&look.main)?;
        let estimate = estimate.encrypted(job.sample_aes(&look.main).is_some());
        let sizes =
            look.segments.iter().map(|segment| match companion.estimate(&estimate, segment) {
                Some(max) => Ok(Size::AtMost(job.len(max))),
                None => look.bound(job, segment).map(Size::Exactly),
            });
        look.sizes = sizes.collect::<Result<_, Error>>()?;
        Ok(look)
    }

    pub(super) const fn id(&self) -> &RenditionId {
        &self.main.id
    }

    /// Bytes of a segment, at least. One with a bad sample cannot be made, and takes nothing from
    /// the others.
    fn bound(&self, job: &Job<'_>, segment: &StreamSegment) -> Result<u64, Error> {
        let stream = Stream::new(&self.main).with_audio(self.audio.as_deref());
        match ts::media_segment_bound(&parts(job, &stream, segment)) {
            Err(FragmentError::Sample { .. }) => Ok(0),
            size => Ok(job.len(size?)),
        }
    }

    /// The same of a segment by its index.
    fn exact(&self, job: &Job<'_>, at: usize) -> Result<u64, Error> {
        match (self.sizes.get(at), self.segments.get(at)) {
            (Some(Size::AtMost(_)), Some(segment)) => self.bound(job, segment),
            (Some(Size::Exactly(bytes)), _) => Ok(*bytes),
            _ => Ok(0),
        }
    }

    fn as_part(&self, millis: u64) -> RatePart {
        let sizes = self.sizes.iter().zip(&self.segments).map(
            |(Size::Exactly(bytes) | Size::AtMost(bytes), segment)| (*bytes, segment.duration),
        );
        RatePart::new(sizes, self.main.timescale(), millis)
    }
}

/// Bytes of a segment.
enum Size {
    Exactly(u64),
    AtMost(u64),
}

/// The rate of a stream, by looks at its parts and how many milliseconds each lasts: at least the
/// real one, since only the media says that of video exactly.
pub(super) fn rate(job: &Job<'_>, looks: &[(Look, u64)]) -> Result<Rate, Error> {
    let parts = looks.iter().map(|(look, millis)| look.as_part(*millis)).collect();
    Rate::refine_parts(parts, |part, at| {
        looks.get(part).map_or(Ok(0), |(look, _)| look.exact(job, at))
    })
}
