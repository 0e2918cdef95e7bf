//! A stream: a rendition, and the audio that is carried in its segments.

mod names;

use std::borrow::Cow;
use std::num::NonZeroU32;

use crate::cuts::JoinedCuts;
use crate::{Cuts, Rendition, Segment, SegmentNumber, Ticks, Time};

/// What one media playlist of HLS or one stream of HDS carries: video with audio, or a rendition
/// alone.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stream<'a> {
    /// The rendition that names the stream. Times of the stream are on its clock.
    pub main: &'a Rendition,
    /// The audio that is carried with a main rendition of video.
    pub audio: Option<&'a Rendition>,
    joined: NonZeroU32,
    /// The minimum start of the first segment.
    earliest: Ticks,
}

impl<'a> Stream<'a> {
    /// A stream of `main` alone.
    #[must_use]
    pub const fn new(main: &'a Rendition) -> Self {
        Self { main, audio: None, joined: NonZeroU32::MIN, earliest: Ticks(i64::MIN) }
    }

    /// The same with audio.
    #[must_use]
    pub const fn with_audio(self, audio: Option<&'a Rendition>) -> Self {
        Self { audio, ..self }
    }

    /// The same with coarser segments, as from renditions with
    /// [joined](Rendition::with_joined_segments) segments.
    #[must_use]
    pub const fn with_joined_segments(self, count: NonZeroU32) -> Self {
        Self { joined: count, ..self }
    }

    /// The renditions it carries: the main one first.
    pub fn renditions(&self) -> impl Iterator<Item = &'a Rendition> + use<'a> {
        [self.main].into_iter().chain(self.audio)
    }

    /// Its segments: one for each stretch of the timeline in which either rendition has samples, so
    /// that nothing is lost where one starts earlier than the other or goes on longer.
    #[must_use]
    pub fn segments(&self) -> Vec<StreamSegment> {
        let mut segments: Vec<StreamSegment> = Vec::new();
        let cuts = |rendition: &'a Rendition| match self.joined {
            NonZeroU32::MIN => Cow::Borrowed(rendition.cuts.as_ref()),
            count => Cow::Owned(rendition.cuts.joined(count)),
        };
        let (main, audio): (Cow<'_, Cuts>, _) = (cuts(self.main), self.audio.map(cuts));
        for (number, main, audio) in main.paired_with(audio.as_deref()) {
            // No two share a name, even if the clock is too coarse to separate them.
            let earliest = segments.last().map_or(self.earliest, |last| last.start + Ticks(1));
            let start = self.start(number, main.as_ref(), || audio.clone()).max(earliest);
            segments.push(StreamSegment { number, start, duration: Ticks::ZERO, main, audio });
        }
        let mut next = self.end();
        for segment in segments.iter_mut().rev() {
            segment.duration = next - segment.start;
            next = segment.start;
        }
        segments
    }

    /// What the main rendition has in one place of the timeline.
    fn main_part(&self, number: SegmentNumber) -> Option<Segment> {
        self.joined(self.main).numbered(number)
    }

    /// What the audio has there.
    fn audio_part(&self, number: SegmentNumber) -> Option<Segment> {
        self.joined(self.audio?).numbered(number)
    }

    fn joined(&self, rendition: &'a Rendition) -> JoinedCuts<'a> {
        JoinedCuts { cuts: &rendition.cuts, count: self.joined }
    }

    /// The exact start of a segment: the start of one of its parts, on the clock of that part.
    ///
    /// That is its part of the main rendition, or the audio if there is none. In the first segment
    /// of the main rendition, it is the audio if that starts earlier.
    #[must_use]
    pub fn exact_start(&self, segment: &StreamSegment) -> Option<Time> {
        self.exact_start_of(segment.number, segment.main.as_ref(), || segment.audio.clone())
    }

    fn exact_start_of(
        &self,
        number: SegmentNumber,
        main: Option<&Segment>,
        audio: impl FnOnce() -> Option<Segment>,
    ) -> Option<Time> {
        let begins = || self.joined(self.main).first() == Some(number);
        let sound = main.is_none_or(|_| begins()).then(audio).flatten();
        let main = main.map(|segment| self.main.time(segment.start));
        let sound = self.audio.zip(sound).map(|(audio, segment)| audio.time(segment.start));
        main.into_iter().chain(sound).min()
    }

    /// The same on the clock of the main rendition.
    fn start(
        &self,
        number: SegmentNumber,
        main: Option<&Segment>,
        audio: impl FnOnce() -> Option<Segment>,
    ) -> Ticks {
        let start = self.exact_start_of(number, main, audio);
        start.map(|start| start.floor(self.main.timescale())).unwrap_or_default()
    }

    /// End of the rendition that ends last, on the clock of the main rendition.
    fn end(&self) -> Ticks {
        let clock = self.main.timescale();
        let sound = self.audio.map(|audio| audio.end_time().ceil(clock));
        sound.unwrap_or_default().max(self.main.end())
    }
}

/// One segment of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamSegment {
    /// Its place in the timeline.
    pub number: SegmentNumber,
    /// Its start, in the main rendition's timescale, which names it in URLs: the
    /// [exact start](Stream::exact_start), rounded towards the past.
    pub start: Ticks,
    /// From its start to that of the next, in the main rendition's timescale.
    pub duration: Ticks,
    /// What it holds of the main rendition.
    pub main: Option<Segment>,
    /// What it holds of the audio that comes with it.
    pub audio: Option<Segment>,
}

#[cfg(test)]
mod tests;
