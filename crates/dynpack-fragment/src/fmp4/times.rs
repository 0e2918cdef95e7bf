//! The times of the samples of one fragment, as they are written.

use std::ops::Range;

use dynpack_media::{Rendition, Sample, SampleIndex, SampleTable, Segment, Ticks, Timescale};

/// The clock on which a profile writes times, and with it where they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// The track's own, on which audio priming lies first and is skipped by an edit list.
    Track,
    /// That of Smooth Streaming, which has neither edit lists nor times before 0: what lies there of audio priming takes no time. Every
    /// time is rescaled from where it is in the presentation, so sums of durations are exact and nothing drifts.
    Smooth,
}

/// The times of the samples of one fragment.
pub(super) struct Times<'a> {
    clock: Clock,
    timescale: Timescale,
    table: &'a SampleTable,
    samples: Range<SampleIndex>,
    /// Until when the last of the samples lasts: until this one is decoded.
    end: SampleIndex,
    /// When the first sample is decoded, in the file.
    stored_start: Ticks,
    /// When the first sample is decoded, in the output and in the track's timescale.
    start: Ticks,
    /// What composition offsets in the output have more than those in the file.
    reorder: Ticks,
    /// When the segment starts, in the presentation.
    segment_start: Ticks,
}

/// A sample with its times as they are written.
pub(super) struct Moment {
    pub(super) sample: Sample,
    pub(super) duration: Ticks,
    pub(super) offset: Ticks,
}

impl<'a> Times<'a> {
    /// The times of the first `count` samples of a segment, the last of which lasts until the end of the segment.
    pub(super) fn new(clock: Clock, rendition: &'a Rendition, segment: &Segment, count: u32) -> Self {
        let (table, cuts) = (&rendition.track.samples, &rendition.cuts);
        let first = segment.samples.start;
        let lead = match clock {
            Clock::Track => Ticks::ZERO,
            Clock::Smooth => cuts.lead(),
        };
        let in_output = |sample: &Sample| cuts.decode_time(sample) - lead;
        let last = SampleIndex(first.0.saturating_add(count)).min(segment.samples.end);
        let sample = table.samples(first..last).next();
        Self {
            clock,
            timescale: rendition.timescale(),
            table,
            samples: first..last,
            end: segment.samples.end,
            stored_start: table.decode_time(first),
            start: sample.as_ref().map(in_output).unwrap_or_default(),
            reorder: sample.map(|sample| cuts.composition_offset(&sample) - sample.composition_offset).unwrap_or_default(),
            segment_start: segment.start,
        }
    }

    /// The samples.
    pub(super) fn samples(&self) -> Range<SampleIndex> {
        self.samples.clone()
    }

    /// When the first sample is decoded, in the track's timescale.
    pub(super) fn start(&self) -> Ticks {
        self.start
    }

    /// The duration which all samples have, if they share one.
    pub(super) fn uniform_duration(&self) -> Option<u32> {
        if self.samples.end != self.end {
            let only = self.moments().next().filter(|_| self.samples.start.0.checked_add(1) == Some(self.samples.end.0))?;
            return u32::try_from(only.duration.0).ok();
        }
        let duration = self.table.uniform_duration(self.samples.clone())?;
        match self.clock {
            Clock::Track => Some(duration),
            Clock::Smooth => self.exact_on_smooth_clock(duration),
        }
    }

    /// A duration on the clock of Smooth Streaming, if it is the same wherever it starts.
    fn exact_on_smooth_clock(&self, duration: u32) -> Option<u32> {
        let scaled = u64::from(duration) * u64::from(Timescale::SMOOTH.hz());
        let hz = u64::from(self.timescale.hz());
        let is_exact = self.start >= Ticks::ZERO && scaled.is_multiple_of(hz);
        u32::try_from(scaled / hz).ok().filter(|_| is_exact)
    }

    /// Whether a sample is presented at another time than it is decoded.
    pub(super) fn has_offsets(&self) -> bool {
        let uniform = self.table.uniform_composition_offset(self.samples.clone());
        uniform.is_none_or(|offset| Ticks(offset.into()) + self.reorder != Ticks::ZERO)
    }

    /// The times of each sample.
    pub(super) fn moments(&self) -> impl Iterator<Item = Moment> + '_ {
        let first = self.written(self.start);
        let base = match self.clock {
            Clock::Track => first,
            Clock::Smooth => self.written(self.segment_start),
        };
        let end = self.start + (self.table.decode_time(self.end) - self.stored_start);
        let (mut decode, mut written) = (self.start, first);
        self.table.samples(self.samples.clone()).map(move |sample| {
            let shown = decode + sample.composition_offset + self.reorder;
            let offset = self.written(shown) - (base + (written - first));
            let next = SampleIndex(sample.index.0.saturating_add(1));
            decode = if next == self.samples.end { end } else { decode + sample.duration };
            let duration = self.written(decode) - written;
            written += duration;
            Moment { sample, duration, offset }
        })
    }

    /// A time in the track's timescale as it is written.
    pub(super) fn written(&self, time: Ticks) -> Ticks {
        match self.clock {
            Clock::Track => time,
            Clock::Smooth => time.max(Ticks::ZERO).rescale_floor(self.timescale, Timescale::SMOOTH),
        }
    }
}
