//! Clips of a program.

use dynpack_media::{
    Chapter, Marker, Presentation, Rendition, SegmentNumber, Ticks, Time, Timescale,
};

use crate::texts::Texts;

/// A clip of a program.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Clip {
    /// Its renditions, with the ids of the program. Their times start at 0.
    pub presentation: Presentation,
    /// The cues of its texts.
    pub texts: Texts,
    /// When the program shows it.
    pub start: Time,
    /// The place in the timeline of the program at which it starts.
    pub(super) first_place: SegmentNumber,
}

impl Clip {
    /// The clip at its place in the program: with the times and the places of the program.
    #[must_use]
    pub fn in_program(&self) -> (Presentation, Texts) {
        let delayed = |rendition: &Rendition| rendition.delayed(self.start, self.first_place.0);
        let renditions = self.presentation.renditions.iter().map(delayed).collect();
        let delayed = Presentation::new(renditions).expect("a clip has segments");
        (delayed, self.texts.clone().since(negative(self.start)))
    }

    /// Bytes of memory that it takes, without media.
    pub(super) fn memory_size(&self) -> usize {
        let Presentation { renditions, markers, chapters, .. } = &self.presentation;
        let renditions = renditions.iter().map(Rendition::memory_size);
        let markers = markers.iter().map(Marker::memory_size);
        let chapters =
            chapters.iter().map(|one| size_of::<Chapter>().saturating_add(one.title.len()));
        let all = renditions.chain(markers).chain(chapters);
        all.fold(self.texts.memory_size(), usize::saturating_add)
    }

    /// The place of the timeline of the program at which the next clip starts.
    pub(super) fn next_place(&self) -> SegmentNumber {
        let renditions = self.presentation.renditions.iter();
        let last = renditions.filter_map(|rendition| rendition.cuts.segments().next_back());
        let last = last.map(|segment| segment.number.0).max();
        let count = last.map_or(0, |last| last.saturating_add(1));
        SegmentNumber(self.first_place.0.saturating_add(count))
    }
}

pub(super) const START: Time = Time::new(Ticks::ZERO, Timescale::MILLIS);

pub(super) fn negative(time: Time) -> Time {
    Time::new(-time.ticks, time.timescale)
}
