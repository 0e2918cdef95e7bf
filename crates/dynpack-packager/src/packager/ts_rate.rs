//! What bandwidth transport streams ask for: by the bound of each segment that may decide the peak,
//! and a quick look at the others.

use dynpack_fragment::Error as FragmentError;
use dynpack_fragment::ts::{self, Estimate, Part};
use dynpack_media::{Rate, Rendition, Segment, SegmentNumber, Stream, StreamSegment, Ticks};

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
    /// In ascending order; in bytes, if the estimate knows.
    lens: Vec<(SegmentNumber, Option<u64>)>,
}

impl Companion {
    pub(super) fn new(audio: Option<&Rendition>) -> Result<Self, Error> {
        let Some(audio) = audio else { return Ok(Self::default()) };
        let estimate = Estimate::new(audio)?;
        let lens = audio
            .cuts
            .segments()
            .map(|segment| (segment.number, estimate.companion(segment.samples)));
        Ok(Self { lens: lens.collect() })
    }

    fn len(&self, segment: &Segment) -> Option<u64> {
        let at = self.lens.binary_search_by_key(&segment.number, |(number, _)| *number).ok()?;
        self.lens.get(at)?.1
    }

    /// A quick look at a segment of a stream.
    fn estimate(&self, main: &Estimate<'_>, segment: &StreamSegment) -> Option<u64> {
        let samples = segment.main.as_ref()?.samples.clone();
        match &segment.audio {
            None => main.segment(samples, None),
            Some(audio) => main.segment(samples, Some(self.len(audio)?)),
        }
    }
}

/// The rate of a stream: at least the real one, since only the media says that of video exactly.
pub(super) fn rate(
    job: &Job<'_>,
    stream: &Stream<'_>,
    companion: &Companion,
) -> Result<Rate, Error> {
    let main = Estimate::new(stream.main)?.encrypted(job.sample_aes(stream.main).is_some());
    let look = |segment: &StreamSegment| Some(job.len(companion.estimate(&main, segment)?));
    let bound = |segment: &StreamSegment| {
        ts::media_segment_bound(&parts(job, stream, segment)).map(|len| job.len(len))
    };
    measure(stream.main, &stream.segments(), |segment| segment.duration, look, bound)
}

/// The rate of segments, each by a `look` until its `bound` is asked for.
fn measure<T>(
    rendition: &Rendition,
    segments: &[T],
    duration: impl Fn(&T) -> Ticks,
    look: impl Fn(&T) -> Option<u64>,
    bound: impl Fn(&T) -> Result<u64, FragmentError>,
) -> Result<Rate, Error> {
    // A segment with a bad sample cannot be made, and takes nothing from the others.
    let bound = |segment| match bound(segment) {
        Err(FragmentError::Sample { .. }) => Ok(0),
        size => size,
    };
    let size = |segment| {
        look(segment).map_or_else(|| bound(segment).map(Size::Exactly), |max| Ok(Size::AtMost(max)))
    };
    let sizes = segments.iter().map(size).collect::<Result<Vec<_>, _>>()?;
    let known = sizes
        .iter()
        .zip(segments)
        .map(|(Size::Exactly(bytes) | Size::AtMost(bytes), segment)| (*bytes, duration(segment)));
    let exact = |at: usize| match (sizes.get(at), segments.get(at)) {
        (Some(Size::AtMost(_)), Some(segment)) => bound(segment),
        (Some(Size::Exactly(bytes)), _) => Ok(*bytes),
        _ => Ok(0),
    };
    Ok(Rate::refine(known, rendition.timescale(), exact)?)
}

/// Bytes of a segment.
enum Size {
    Exactly(u64),
    AtMost(u64),
}
