//! Key frames for trick play: which pictures of a segment can be decoded and shown alone.

use std::ops::Range;

use crate::{Rendition, SampleIndex, Segment, SegmentNumber, Ticks};

/// How close key frames may follow each other within a segment, as parts of a second: a client that
/// scrubs can use no more, and video of key frames alone would be listed whole.
const MOST_PER_SECOND: i64 = 2;

impl Rendition {
    /// The key frames of a segment, each as a segment of its own: its first sample is the key
    /// frame, it starts when that is presented, which names it, and it lasts until the next, be
    /// that in this segment or the one behind.
    ///
    /// All sync samples are taken, but none without bytes behind the first, nor less than half a
    /// second behind the one before. Numbers count the sync samples of the track. Costs as much as
    /// the segment has sync samples, and O(log n).
    pub fn key_frames(&self, segment: &Segment) -> impl Iterator<Item = Segment> + use<> {
        let bound = segment.start + segment.duration;
        let end = self.cuts.segment_at(bound).map_or(bound, |next| self.first_shown(&next));
        let samples = segment.samples.clone();
        let (mut number, start) = (self.sync_number(samples.start), self.first_shown(segment));
        let mut last = Segment { number, samples: samples.clone(), start, duration: end - start };
        let mut frames = Vec::new();
        for sample in
            self.sync_samples(samples.clone()).skip_while(|sample| *sample <= samples.start)
        {
            number = SegmentNumber(number.0.saturating_add(1));
            let start = self.presentation_time(sample);
            let is_dense =
                (start - last.start).0 < i64::from(self.timescale().hz()) / MOST_PER_SECOND;
            if !is_dense
                && last.start < start
                && start < bound
                && self.track.samples.size(sample) > 0
            {
                last.samples.end = sample;
                last.duration = start - last.start;
                let next =
                    Segment { number, samples: sample..samples.end, start, duration: end - start };
                frames.push(std::mem::replace(&mut last, next));
            }
        }
        frames.push(last);
        frames.into_iter()
    }

    /// The key frame that is named by `start`. O(log n), and as [`key_frames`](Self::key_frames).
    #[must_use]
    pub fn key_frame_at(&self, start: Ticks) -> Option<Segment> {
        let segment = self.cuts.segment_around(start)?;
        self.key_frames(&segment).find(|frame| frame.start == start)
    }

    /// The starts of the key frames between which `time` lies, if there are such: the last before
    /// it, and the first at or behind it. O(log n), and as [`key_frames`](Self::key_frames).
    #[must_use]
    pub fn key_frame_starts_around(&self, time: Ticks) -> (Option<Ticks>, Option<Ticks>) {
        let (here, behind) = self.cuts.starts_around(time);
        // Pictures that lead a segment's first key frame lie behind the last of the segment before.
        let before = here.and_then(|here| self.cuts.starts_around(here).0);
        let segments = [before, here, behind]
            .into_iter()
            .flatten()
            .filter_map(|start| self.cuts.segment_at(start));
        let starts =
            segments.flat_map(|segment| self.key_frames(&segment)).map(|frame| frame.start);
        let (earlier, later): (Vec<_>, Vec<_>) = starts.partition(|start| *start < time);
        (earlier.last().copied(), later.first().copied())
    }

    /// When the first sample of a segment is presented: within the segment, whatever a file claims.
    fn first_shown(&self, segment: &Segment) -> Ticks {
        let last = segment.start + segment.duration - Ticks(1);
        self.presentation_time(segment.samples.start).min(last).max(segment.start)
    }

    fn sync_samples(&self, samples: Range<SampleIndex>) -> impl Iterator<Item = SampleIndex> + '_ {
        let listed = self.track.samples.sync_samples(samples.clone());
        let all = listed.is_none().then(|| (samples.start.0..samples.end.0).map(SampleIndex));
        listed.into_iter().flatten().copied().chain(all.into_iter().flatten())
    }

    /// How many sync samples of the track come before one.
    fn sync_number(&self, sample: SampleIndex) -> SegmentNumber {
        let before = self.track.samples.sync_samples(SampleIndex(0)..sample);
        SegmentNumber(
            before.map_or(sample.0, |before| u32::try_from(before.len()).unwrap_or(u32::MAX)),
        )
    }
}
