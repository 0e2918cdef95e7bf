//! Key frames for trick play: which pictures of a video can be decoded and shown alone.

use std::ops::Range;

use dynpack_codec::MediaKind;

use crate::{Cuts, Form, Rendition, SampleIndex, Segment, SegmentNumber, Ticks};

/// The maximum number of key frames per second within a segment. A client that scrubs can use no
/// more, and without a limit, video of key frames alone would be listed frame by frame.
const MAX_PER_SECOND: i64 = 2;

impl Rendition {
    /// The key frames of a video as a rendition of their own; `None` for audio, and for what is
    /// one already.
    ///
    /// Each segment is one key frame, from its presentation time to that of the next.
    /// All sync samples are taken, except those less than half a second after the previous one.
    /// Numbers count the sync samples of the track.
    ///
    /// The first call costs O(log n) for each sync sample; all clones of the rendition share its
    /// result.
    #[must_use]
    pub fn key_frames(&self) -> Option<Self> {
        match (self.kind(), self.id.form) {
            (MediaKind::Video, Form::Full) => {
                let cuts = self.cuts.key_frames.get(|| self.key_frame_cuts());
                Some(Self { id: self.id.with_form(Form::KeyFrames), cuts, ..self.clone() })
            }
            (MediaKind::Video, Form::KeyFrames) | (MediaKind::Audio | MediaKind::Text, _) => None,
        }
    }

    fn key_frame_cuts(&self) -> Cuts {
        let (mut numbers, mut samples, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for frame in self.cuts.segments().flat_map(|segment| self.key_frames_of(&segment)) {
            numbers.push(frame.number);
            samples.push(frame.sample);
            starts.push(frame.start);
        }
        samples.push(self.cuts.samples().end);
        starts.push(self.end());
        Cuts {
            numbers: numbers.into(),
            samples: samples.into(),
            starts: starts.into(),
            form: Form::KeyFrames,
            first_place: Some(self.cuts.first_place()),
            ..self.cuts.without_segments()
        }
    }

    /// The key frames of a segment, the first of which is its first sample.
    fn key_frames_of(&self, segment: &Segment) -> Vec<KeyFrame> {
        let samples = segment.samples.clone();
        let bound = segment.start + segment.duration;
        let first = KeyFrame {
            number: self.sync_number(samples.start),
            sample: samples.start,
            start: self.first_shown(segment),
        };
        let (mut number, mut last, mut frames) = (first.number, first.start, vec![first]);
        for sample in
            self.sync_samples(samples.clone()).skip_while(|sample| *sample <= samples.start)
        {
            number = SegmentNumber(number.0.saturating_add(1));
            let start = self.presentation_time(sample);
            let is_dense = (start - last).0 < i64::from(self.timescale().hz()) / MAX_PER_SECOND;
            if !is_dense && last < start && start < bound {
                frames.push(KeyFrame { number, sample, start });
                last = start;
            }
        }
        frames
    }

    /// Presentation time of the first sample of a segment: within the segment, whatever a file
    /// claims.
    fn first_shown(&self, segment: &Segment) -> Ticks {
        let last = segment.start + segment.duration - Ticks(1);
        self.presentation_time(segment.samples.start).min(last).max(segment.start)
    }

    fn sync_samples(&self, samples: Range<SampleIndex>) -> impl Iterator<Item = SampleIndex> + '_ {
        let listed = self.track.samples.sync_samples(samples.clone());
        let all = listed.is_none().then(|| (samples.start.0..samples.end.0).map(SampleIndex));
        listed.into_iter().flatten().copied().chain(all.into_iter().flatten())
    }

    /// How many sync samples of the track come before one. The first sample counts as one, whatever
    /// the file says: decoding starts there.
    fn sync_number(&self, sample: SampleIndex) -> SegmentNumber {
        let after_first = self.track.samples.sync_samples(SampleIndex(1)..sample);
        SegmentNumber(after_first.map_or(sample.0, |listed| {
            let listed = u32::try_from(listed.len()).expect("samples are counted in 32 bits");
            listed.saturating_add((sample.0 > 0).into())
        }))
    }
}

/// A key frame: its number, its sample and its presentation time.
struct KeyFrame {
    number: SegmentNumber,
    sample: SampleIndex,
    start: Ticks,
}
