//! Where text is cut: it can be cut anywhere, so it is where the video is.

use std::collections::BTreeMap;

use crate::{
    Cuts, MediaKind, Presentation, SampleIndex, Segment, SegmentNumber, Ticks, Time, Timescale,
};

impl Cuts {
    /// The clock of the cuts of text: that of WebVTT.
    pub const TEXT_CLOCK: Timescale = Timescale::MILLIS;

    /// The cuts of text that goes with a presentation: a segment for each place of the timeline,
    /// which starts with that of the video that is [played by
    /// default](Presentation::default_of), or else of the rendition that is the first to start
    /// there. They cover all of the presentation.
    #[must_use]
    pub fn of_text(presentation: &Presentation) -> Self {
        let default = presentation.default_of(MediaKind::Video);
        let mut starts = BTreeMap::<SegmentNumber, Time>::new();
        for rendition in &presentation.renditions {
            for segment in rendition.cuts.segments() {
                let start = rendition.time(segment.start);
                let earliest = starts.entry(segment.number).or_insert(start);
                *earliest = start.min(*earliest);
            }
        }
        for segment in default.iter().flat_map(|default| default.cuts.segments()) {
            starts.extend(default.map(|default| (segment.number, default.time(segment.start))));
        }
        let end = presentation.duration().ceil(Self::TEXT_CLOCK);
        let mut numbers = Vec::new();
        let mut bounds: Vec<Ticks> = Vec::new();
        for (number, start) in starts {
            let start = start.round(Self::TEXT_CLOCK).max(Ticks::ZERO);
            match bounds.last() {
                // The clock is too coarse to separate them.
                Some(last) if start <= *last => continue,
                Some(_) => bounds.push(start),
                None => bounds.push(Ticks::ZERO),
            }
            numbers.push(number);
        }
        bounds.push(bounds.last().map_or(end, |last| end.max(*last + Ticks(1))));
        let samples = bounds.iter().map(|_| SampleIndex(0)).collect();
        Self { numbers: numbers.into(), samples, starts: bounds.into(), ..Self::default() }
    }

    /// The cuts of one segment of text, whose samples were made for it and fill its time.
    #[must_use]
    pub fn of_text_segment(segment: &Segment) -> Self {
        let Segment { number, ref samples, start, duration } = *segment;
        Self {
            numbers: [number].into(),
            samples: [samples.start, samples.end].into(),
            starts: [start, start + duration].into(),
            shift: start,
            ..Self::default()
        }
    }
}
