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
        let frames = rendition.cuts.segments().flat_map(|segment| rendition.key_frames(&segment));
        let frames: Vec<_> = frames.collect();
        assert!(
            frames.iter().all(|frame| rendition.key_frame_at(frame.start).as_ref() == Some(frame))
        );
        for time in -1..100 {
            let before = frames.iter().rev().map(|frame| frame.start).find(|start| start.0 < time);
            let behind = frames.iter().map(|frame| frame.start).find(|start| start.0 >= time);
            assert_eq!(rendition.key_frame_starts_around(Ticks(time)), (before, behind), "{time}");
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

    #[test]
    fn each_sync_sample_lasts_until_the_next() {
        let video = rendition(&[0; 75], Some(&[0, 20, 40, 60]));
        assert_eq!(
            key_frames(&video),
            [(0, 0..20, 0, 20), (1, 20..40, 20, 20), (2, 40..60, 40, 20), (3, 60..75, 60, 15)]
        );
        assert_eq!(
            [1, 21, 75, -1].map(|time| video.key_frame_at(Ticks(time))),
            [None, None, None, None]
        );
    }

    /// A scene cut at 2.3 seconds, and video of nothing but key frames.
    #[test]
    fn none_is_closer_than_half_a_second_to_the_one_before() {
        let scene_cut = rendition(&[0; 40], Some(&[0, 20, 23, 25, 40 - 1]));
        assert_eq!(
            key_frames(&scene_cut),
            [(0, 0..20, 0, 20), (1, 20..25, 20, 5), (3, 25..39, 25, 14), (4, 39..40, 39, 1)]
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
            [(0, 0..20, 0, 22), (1, 20..40, 22, 20), (2, 40..60, 42, 20), (3, 60..80, 62, 18)]
        );
        assert_eq!(video.key_frame_at(Ticks(40)), None);
        let around = |time| video.key_frame_starts_around(Ticks(time));
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
