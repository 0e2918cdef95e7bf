//! The times of the samples of one fragment, as they are written.

use std::ops::Range;

use dynpack_media::{Form, Rendition, Sample, SampleIndex, SampleTable, Segment, Ticks, Timescale};

/// The clock on which a profile writes times, and with it where they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// The track's own, on which audio priming lies first and is skipped by an edit list.
    Track,
    /// That of Smooth Streaming, which has neither edit lists nor times before 0: what lies there
    /// of audio priming takes no time. Every time is rescaled from where it is in the presentation,
    /// so sums of durations are exact and nothing drifts.
    Smooth,
}

/// The times of the samples of one fragment.
pub(super) struct Times<'a> {
    clock: Clock,
    timescale: Timescale,
    table: &'a SampleTable,
    samples: Range<SampleIndex>,
    form: Form,
    /// Decode time of the first sample, in the output and in the track's timescale, and the end of
    /// the last.
    start: Ticks,
    end: Ticks,
    /// What composition offsets in the output have more than those in the file.
    reorder: Ticks,
    /// Start of the segment, in the presentation.
    segment_start: Ticks,
}

/// A sample with its times as they are written.
pub(super) struct Moment {
    pub(super) sample: Sample,
    pub(super) duration: Ticks,
    pub(super) offset: Ticks,
}

impl<'a> Times<'a> {
    /// The times of the samples of a segment.
    pub(super) fn new(clock: Clock, rendition: &'a Rendition, segment: &Segment) -> Self {
        match rendition.id.form {
            Form::Full => Self::full(clock, rendition, segment),
            Form::KeyFrames => Self::key_frame(clock, rendition, segment),
        }
    }

    fn full(clock: Clock, rendition: &'a Rendition, segment: &Segment) -> Self {
        let (table, cuts) = (&rendition.track.samples, &rendition.cuts);
        let samples = segment.samples.clone();
        let first = table.samples(samples.clone()).next();
        let unwritten = cuts.lead() - lead(clock, rendition);
        let start =
            first.as_ref().map(|first| cuts.decode_time(first) - unwritten).unwrap_or_default();
        Self {
            clock,
            timescale: rendition.timescale(),
            table,
            form: Form::Full,
            start,
            end: start + (table.decode_time(samples.end) - table.decode_time(samples.start)),
            samples,
            reorder: first
                .map(|first| cuts.composition_offset(&first) - first.composition_offset)
                .unwrap_or_default(),
            segment_start: segment.start,
        }
    }

    /// A picture alone need not be decoded before it is presented: it stands for all of the
    /// segment.
    fn key_frame(clock: Clock, rendition: &'a Rendition, segment: &Segment) -> Self {
        let table = &rendition.track.samples;
        let first = segment.samples.start;
        let start = segment.start + lead(clock, rendition);
        Self {
            clock,
            timescale: rendition.timescale(),
            table,
            samples: first..SampleIndex(first.0.saturating_add(1)).min(segment.samples.end),
            form: Form::KeyFrames,
            start,
            end: start + segment.duration,
            reorder: -table.composition_offset(first),
            segment_start: segment.start,
        }
    }

    /// The samples.
    pub(super) fn samples(&self) -> Range<SampleIndex> {
        self.samples.clone()
    }

    /// Decode time of the first sample, in the track's timescale.
    pub(super) fn start(&self) -> Ticks {
        self.start
    }

    /// The duration which all samples have, if they share one.
    pub(super) fn uniform_duration(&self) -> Option<u32> {
        if self.form == Form::KeyFrames {
            return u32::try_from(self.moments().next()?.duration.0).ok();
        }
        let duration = self.table.uniform_duration(self.samples.clone())?;
        match self.clock {
            Clock::Track => Some(duration),
            Clock::Smooth => self.exact_on_smooth_clock(duration),
        }
    }

    /// A duration on the clock of Smooth Streaming, if it is the same wherever it starts.
    fn exact_on_smooth_clock(&self, duration: u32) -> Option<u32> {
        let scaled = u64::from(duration).checked_mul(Timescale::SMOOTH.hz().into())?;
        let hz = u64::from(self.timescale.hz());
        let is_exact = self.start >= Ticks::ZERO && scaled.is_multiple_of(hz);
        u32::try_from(scaled.checked_div(hz)?).ok().filter(|_| is_exact)
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
        let (mut decode, mut written) = (self.start, first);
        self.table.samples(self.samples.clone()).map(move |sample| {
            let shown = decode + sample.composition_offset + self.reorder;
            let offset = self.written(shown) - (base + (written - first));
            let next = SampleIndex(sample.index.0.saturating_add(1));
            decode = if next == self.samples.end { self.end } else { decode + sample.duration };
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

/// What of the priming has a place on a clock: how far its 0 lies before the presentation's, in the
/// track's timescale.
fn lead(clock: Clock, rendition: &Rendition) -> Ticks {
    match clock {
        Clock::Track => rendition.cuts.lead(),
        Clock::Smooth => Ticks::ZERO,
    }
}
