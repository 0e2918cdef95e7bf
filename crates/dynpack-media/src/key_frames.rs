//! Key frames for trick play: which pictures of a video can be decoded and shown alone.

use std::ops::Range;

use dynpack_codec::MediaKind;

use crate::{Cuts, Form, Rendition, SampleIndex, Segment, SegmentNumber, Ticks};

/// How many key frames a second may have within a segment: a client that scrubs can use no more,
/// and video that consists of key frames would be listed whole.
const MAX_PER_SECOND: i64 = 2;

impl Rendition {
    /// The key frames of a video as a rendition of their own; `None` for audio, and for what is
    /// one already.
    ///
    /// Each segment is one key frame. It starts when that is presented, and lasts until the next.
    /// All sync samples are taken, except those without bytes after the first of a segment, and
    /// those less than half a second after the one before. Numbers count the sync samples of the
    /// track.
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
            (MediaKind::Video, Form::KeyFrames) | (MediaKind::Audio, _) => None,
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
            let has_bytes = self.track.samples.size(sample) > 0;
            if !is_dense && last < start && start < bound && has_bytes {
                frames.push(KeyFrame { number, sample, start });
                last = start;
            }
        }
        frames
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
        SegmentNumber(before.map_or(sample.0, |before| {
            u32::try_from(before.len()).expect("samples are counted in 32 bits")
        }))
    }
}

/// A key frame: which one, and when it is presented.
struct KeyFrame {
    number: SegmentNumber,
    sample: SampleIndex,
    start: Ticks,
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use bytes::Bytes;
    use dynpack_codec::{AvcConfig, Codec};

    use super::*;
    use crate::{
        Column, ColumnBuilder, CutPolicy, RenditionId, SampleColumns, SampleTable, SourceIndex,
        Timeline, Timescale, Track, TrackId,
    };

    /// Ten pictures a second with those composition offsets, in pictures, cut at about four
    /// seconds.
    fn rendition(offsets: &[i32], sync: Option<&[u32]>) -> Rendition {
        let mut column = ColumnBuilder::default();
        offsets.iter().for_each(|offset| column.push_run(offset.cast_unsigned(), 1));
        let len = u32::try_from(offsets.len()).unwrap();
        let samples = SampleTable::new(SampleColumns {
            durations: Column::constant(1, len),
            composition_offsets: column.finish(),
            sizes: Column::constant(100, len),
            chunks: vec![(SampleIndex(0), 0)],
            sync_samples: sync.map(|sync| sync.iter().copied().map(SampleIndex).collect()),
        });
        let record = Bytes::from_static(&[1, 0x42, 0xc0, 0x1e, 0xff, 0xe0, 0]);
        let codec = Codec::from(AvcConfig::parse(record, 640, 360, true).unwrap());
        let track = Track::new(
            TrackId(1),
            Timescale::new(10).unwrap(),
            codec,
            Bytes::new(),
            samples.unwrap(),
        );
        let cuts = Timeline::cut(&[&track], CutPolicy::with_target(Duration::from_secs(4)))
            .unwrap()
            .cuts
            .remove(0);
        Rendition::new(
            RenditionId::new("video", 1),
            SourceIndex(0),
            Arc::new(track),
            Arc::new(cuts),
        )
    }

    /// Number, samples, start and duration of each key frame.
    fn key_frames(rendition: &Rendition) -> Vec<(u32, Range<u32>, i64, i64)> {
        let cuts = rendition.key_frames().unwrap().cuts;
        let frames: Vec<_> = cuts.segments().collect();
        assert!(frames.iter().all(|frame| cuts.segment_at(frame.start).as_ref() == Some(frame)));
        for time in -1..100 {
            let before = frames.iter().rev().map(|frame| frame.start).find(|start| start.0 < time);
            let behind = frames.iter().map(|frame| frame.start).find(|start| start.0 >= time);
            assert_eq!(cuts.starts_around(Ticks(time)), (before, behind), "{time}");
        }
        let plain = |frame: &Segment| {
            (
                frame.number.0,
                frame.samples.start.0..frame.samples.end.0,
                frame.start.0,
                frame.duration.0,
            )
        };
        frames.iter().map(plain).collect()
    }

    fn key_frame_at(video: &Rendition, time: i64) -> Option<Segment> {
        video.key_frames().unwrap().cuts.segment_at(Ticks(time))
    }

    #[test]
    fn key_frames_are_no_rendition_of_their_own_kind() {
        let video = rendition(&[0; 40], Some(&[0, 20]));
        let key_frames = video.key_frames().unwrap();
        assert_eq!(key_frames.id, video.id.with_form(Form::KeyFrames));
        assert!(key_frames.key_frames().is_none());
        assert!(std::sync::Arc::ptr_eq(
            &key_frames.cuts,
            &video.clone().key_frames().unwrap().cuts
        ));
    }

    #[test]
    fn each_sync_sample_lasts_until_the_next() {
        let video = rendition(&[0; 75], Some(&[0, 20, 40, 60]));
        assert_eq!(
            key_frames(&video),
            [(0, 0..1, 0, 20), (1, 20..21, 20, 20), (2, 40..41, 40, 20), (3, 60..61, 60, 15)]
        );
        assert_eq!(
            [1, 21, 75, -1].map(|time| key_frame_at(&video, time)),
            [None, None, None, None]
        );
    }

    /// A scene cut at 2.3 seconds, and video of nothing but key frames.
    #[test]
    fn none_is_closer_than_half_a_second_to_the_one_before() {
        let scene_cut = rendition(&[0; 40], Some(&[0, 20, 23, 25, 39]));
        assert_eq!(
            key_frames(&scene_cut),
            [(0, 0..1, 0, 20), (1, 20..21, 20, 5), (3, 25..26, 25, 14), (4, 39..40, 39, 1)]
        );
        let all: Vec<_> = key_frames(&rendition(&[0; 40], None))
            .into_iter()
            .map(|(number, _, start, _)| (number, start))
            .collect();
        assert_eq!(
            all,
            [(0, 0), (5, 5), (10, 10), (15, 15), (20, 20), (25, 25), (30, 30), (35, 35)]
        );
    }

    /// Two pictures are presented before the key frame that is decoded before them, wherever in a
    /// segment that is.
    #[test]
    fn a_key_frame_behind_leading_pictures_starts_when_it_is_presented() {
        let mut offsets = [0; 80];
        for open in [20, 40, 60] {
            offsets[open..open + 3].copy_from_slice(&[2, -1, -1]);
        }
        let video = rendition(&offsets, Some(&[0, 20, 40, 60]));
        assert_eq!(
            video.cuts.segments().map(|segment| segment.start.0).collect::<Vec<_>>(),
            [0, 40]
        );
        assert_eq!(
            key_frames(&video),
            [(0, 0..1, 0, 22), (1, 20..21, 22, 20), (2, 40..41, 42, 20), (3, 60..61, 62, 18)]
        );
        assert_eq!(key_frame_at(&video, 40), None);
        let around = |time| video.key_frames().unwrap().cuts.starts_around(Ticks(time));
        assert_eq!([around(41), around(42)], [(Some(Ticks(22)), Some(Ticks(42))); 2]);
        assert_eq!(around(40), (Some(Ticks(22)), Some(Ticks(42))));
    }

    /// Offsets beyond reason: the key frame is presented when its segment has ended long ago.
    #[test]
    fn a_key_frame_lies_within_its_segment_whatever_a_file_claims() {
        let mut offsets = [0; 80];
        offsets[40] = 70;
        offsets[41] = -2;
        let samples = &[0, 20, 40, 60];
        for (number, offset) in [(40, 70), (40, -70), (0, 500), (60, 100)] {
            let mut offsets = offsets;
            offsets[number] = offset;
            let frames = key_frames(&rendition(&offsets, Some(samples)));
            assert!(frames.iter().all(|(.., duration)| *duration > 0), "{frames:?}");
            assert!(frames.windows(2).all(|pair| pair[0].2 + pair[0].3 == pair[1].2), "{frames:?}");
        }
    }
}
