//! Key frames for trick play: which pictures of a segment can be decoded and shown alone.

use crate::{Rendition, SampleIndex, Segment, SegmentNumber, Ticks};

/// How close key frames may follow each other within a segment, as parts of a second: a client that scrubs can use no more, and
/// video of key frames alone would be listed whole.
const MOST_PER_SECOND: i64 = 2;

impl Rendition {
    /// The key frames of a segment, each as a segment of its own: its first sample is the key frame, and it lasts until the next.
    ///
    /// All sync samples are taken, but none less than half a second behind the one before. Together they tile the segment. The first
    /// starts with the segment, whose name it shares; others start when they are presented. Numbers count the sync samples of the
    /// track. Costs as much as the segment has sync samples.
    pub fn key_frames(&self, segment: &Segment) -> impl Iterator<Item = Segment> + use<> {
        let mut last = self.key_frame(segment, segment.samples.start, segment.start);
        let mut frames = Vec::new();
        for sample in self.sync_samples(segment).skip_while(|sample| *sample <= segment.samples.start) {
            let start = self.presentation_time(sample);
            let is_dense = (start - last.start).0 < i64::from(self.timescale().hz()) / MOST_PER_SECOND;
            if !is_dense && start < segment.start + segment.duration {
                last.samples.end = sample;
                last.duration = start - last.start;
                frames.push(std::mem::replace(&mut last, self.key_frame(segment, sample, start)));
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

    /// The last of the key frames of a segment, if it is at `sample` and starts at `start`.
    fn key_frame(&self, segment: &Segment, sample: SampleIndex, start: Ticks) -> Segment {
        let duration = segment.start + segment.duration - start;
        Segment { number: self.sync_number(sample), samples: sample..segment.samples.end, start, duration }
    }

    fn sync_samples(&self, segment: &Segment) -> impl Iterator<Item = SampleIndex> + '_ {
        let listed = self.track.samples.sync_samples(segment.samples.clone());
        let all = listed.is_none().then(|| (segment.samples.start.0..segment.samples.end.0).map(SampleIndex));
        listed.into_iter().flatten().copied().chain(all.into_iter().flatten())
    }

    /// How many sync samples of the track come before one.
    fn sync_number(&self, sample: SampleIndex) -> SegmentNumber {
        let before = self.track.samples.sync_samples(SampleIndex(0)..sample);
        SegmentNumber(before.map_or(sample.0, |before| u32::try_from(before.len()).unwrap_or(u32::MAX)))
    }

    fn presentation_time(&self, sample: SampleIndex) -> Ticks {
        let samples = &self.track.samples;
        samples.decode_time(sample) + samples.composition_offset(sample) + self.cuts.shift
    }
}
