//! `SegmentTimeline`: the starts and durations of segments (ISO/IEC 23009-1, 5.3.9.6).

use dynpack_media::{Rendition, Run, Runs, Ticks};
use dynpack_xml::Writer;

/// The segments of a rendition. Consecutive equal durations are one entry.
#[derive(PartialEq, Eq)]
pub(crate) struct SegmentTimeline {
    runs: Runs,
}

impl SegmentTimeline {
    pub(crate) fn new(rendition: &Rendition) -> Self {
        let segments = rendition.cuts.segments();
        Self { runs: segments.map(|segment| (segment.start, segment.duration)).collect() }
    }

    /// Number of segments.
    pub(crate) const fn len(&self) -> u32 {
        self.runs.len()
    }

    /// Only the first entry has a start, and the others follow from it. It is written even if it is
    /// 0, since some players do not know that default.
    pub(crate) fn write(&self, xml: &mut Writer) {
        let number = |ticks: Ticks| ticks.max(Ticks::ZERO).0.cast_unsigned();
        xml.open("SegmentTimeline").children(|xml| {
            for (at, Run { start, duration, count, .. }) in self.runs.as_slice().iter().enumerate()
            {
                let start = (at == 0).then(|| number(*start));
                let repeats = count.checked_sub(1).filter(|repeats| *repeats > 0);
                let tag = xml.open("S").with_some("t", start).with("d", number(*duration));
                tag.with_some("r", repeats).empty();
            }
        });
    }
}
