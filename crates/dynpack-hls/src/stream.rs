//! What one media playlist carries: a rendition, and in muxed transport streams the sound that comes with it.

use dynpack_media::{Rendition, Segment, SegmentNumber, Ticks};

/// What one media playlist carries: video with audio, or a rendition alone.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Stream<'a> {
    /// The rendition which names the stream, and on whose clock its times are.
    pub main: &'a Rendition,
    /// The audio that is muxed into a main rendition of video.
    pub audio: Option<&'a Rendition>,
}

impl<'a> Stream<'a> {
    /// A stream of `main` alone.
    #[must_use]
    pub const fn new(main: &'a Rendition) -> Self {
        Self { main, audio: None }
    }

    /// The same with audio.
    #[must_use]
    pub const fn with_audio(self, audio: Option<&'a Rendition>) -> Self {
        Self { audio, ..self }
    }

    /// Its segments: one for each stretch of the timeline in which either rendition has samples, so that nothing is lost where one
    /// starts earlier than the other or goes on longer.
    #[must_use]
    pub fn segments(&self) -> Vec<StreamSegment> {
        let mut segments: Vec<StreamSegment> = Vec::with_capacity(self.main.cuts.len());
        for (number, main, audio) in self.main.cuts.beside(self.audio.map(|audio| audio.cuts.as_ref())) {
            // No two have one name, even if the clock is too coarse to tell them apart.
            let earliest = segments.last().map_or(Ticks(i64::MIN), |last| last.start + Ticks(1));
            let start = self.start(main.as_ref(), audio.as_ref()).max(earliest);
            segments.push(StreamSegment { number, start, duration: Ticks::ZERO, main, audio });
        }
        let mut next = self.end();
        for segment in segments.iter_mut().rev() {
            segment.duration = next - segment.start;
            next = segment.start;
        }
        segments
    }

    /// The segment that is named by `start`. O(log n) without audio, else O(n).
    #[must_use]
    pub fn segment_at(&self, start: Ticks) -> Option<StreamSegment> {
        if self.audio.is_some() {
            return self.segments().into_iter().find(|segment| segment.start == start);
        }
        let main = self.main.cuts.segment_at(start)?;
        Some(StreamSegment { number: main.number, start, duration: main.duration, main: Some(main), audio: None })
    }

    fn start(&self, main: Option<&Segment>, audio: Option<&Segment>) -> Ticks {
        let clock = self.main.timescale();
        let sound = || audio.zip(self.audio).map(|(segment, audio)| segment.start.rescale_floor(audio.timescale(), clock));
        main.map(|segment| segment.start).or_else(sound).unwrap_or_default()
    }

    fn end(&self) -> Ticks {
        let clock = self.main.timescale();
        let sound = self.audio.map(|audio| audio.end().rescale_ceil(audio.timescale(), clock));
        sound.unwrap_or_default().max(self.main.end())
    }
}

/// One segment of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamSegment {
    /// Its place in the timeline.
    pub number: SegmentNumber,
    /// When it starts, in the main rendition's timescale, which names it in URLs: when its part of that rendition does, or else of the
    /// audio.
    pub start: Ticks,
    /// Until the next starts, in the main rendition's timescale.
    pub duration: Ticks,
    /// What it holds of the main rendition.
    pub main: Option<Segment>,
    /// What it holds of the audio that comes with it.
    pub audio: Option<Segment>,
}
