//! The times of the samples of one fragment, as they are written.

use std::ops::Range;

use dynpack_media::{Cuts, Rendition, Sample, SampleIndex, SampleTable, Ticks};

/// The times of the samples of one fragment, on the track's own clock.
pub(super) struct Times<'a> {
    table: &'a SampleTable,
    cuts: &'a Cuts,
    samples: Range<SampleIndex>,
    /// What the last of the samples lasts until: the sample behind, or that behind all it stands for.
    end: SampleIndex,
}

impl<'a> Times<'a> {
    pub(super) fn new(rendition: &'a Rendition, samples: Range<SampleIndex>, end: SampleIndex) -> Self {
        Self { table: &rendition.track.samples, cuts: &rendition.cuts, samples, end }
    }

    /// When the first sample is decoded; `None` before 0, which no sample of a segment is.
    pub(super) fn start(&self) -> Option<u64> {
        u64::try_from(self.cuts.decode_time(&self.first()?).0).ok()
    }

    /// The duration which all samples have, if they share one.
    pub(super) fn uniform_duration(&self) -> Option<u32> {
        if self.end == self.samples.end {
            return self.table.uniform_duration(self.samples.clone());
        }
        (self.samples.start.0 + 1 == self.samples.end.0).then(|| u32::try_from(self.duration(&self.first()?).0).ok())?
    }

    /// Whether a sample is presented at another time than it is decoded.
    pub(super) fn has_offsets(&self) -> bool {
        let uniform = self.table.uniform_composition_offset(self.samples.clone()).is_some();
        !(uniform && self.first().is_some_and(|first| self.offset(&first) == Ticks::ZERO))
    }

    /// How long a sample lasts.
    pub(super) fn duration(&self, sample: &Sample) -> Ticks {
        let next = SampleIndex(sample.index.0.saturating_add(1));
        if next == self.samples.end { self.table.decode_time(self.end) - sample.decode_time } else { sample.duration }
    }

    /// How much later than it is decoded a sample is presented.
    pub(super) fn offset(&self, sample: &Sample) -> Ticks {
        self.cuts.composition_offset(sample)
    }

    fn first(&self) -> Option<Sample> {
        self.table.samples(self.samples.clone()).next()
    }
}
