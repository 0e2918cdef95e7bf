//! `SegmentTimeline`: the starts and durations of segments (ISO/IEC 23009-1, 5.3.9.6).

use dynpack_media::{Segment, Ticks};
use dynpack_xml::Writer;

/// The segments of a rendition; equal durations in a row are one entry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SegmentTimeline {
    runs: Vec<Run>,
}

/// Segments of one duration in a row (`S`).
#[derive(Clone, PartialEq, Eq)]
struct Run {
    /// The start of the first segment of all; that of the others follows from it. Some players do
    /// not know that it is 0 where absent.
    start: Option<u64>,
    duration: u64,
    /// How many more follow.
    repeats: u32,
}

impl SegmentTimeline {
    pub(crate) fn new(segments: impl Iterator<Item = Segment>) -> Self {
        let number = |ticks: Ticks| u64::try_from(ticks.0).unwrap_or_default();
        let mut runs: Vec<Run> = Vec::new();
        for segment in segments {
            let duration = number(segment.duration);
            match runs.last_mut() {
                Some(run) if run.duration == duration => run.repeats += 1,
                Some(_) => runs.push(Run { start: None, duration, repeats: 0 }),
                None => runs.push(Run { start: Some(number(segment.start)), duration, repeats: 0 }),
            }
        }
        Self { runs }
    }

    /// Number of segments.
    pub(crate) fn len(&self) -> u32 {
        self.runs.iter().map(|run| run.repeats.saturating_add(1)).fold(0, u32::saturating_add)
    }

    pub(crate) fn write(&self, xml: &mut Writer) {
        xml.open("SegmentTimeline").holding(|xml| {
            for run in &self.runs {
                let repeats = (run.repeats > 0).then_some(run.repeats);
                let tag = xml.open("S").with_some("t", run.start).with("d", run.duration);
                tag.with_some("r", repeats).empty();
            }
        });
    }
}
