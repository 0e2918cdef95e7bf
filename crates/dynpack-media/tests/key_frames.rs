//! Which pictures of a segment are key frames for trick play, and for how long.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;
use std::sync::Arc;

use dynpack_media::{Form, Rendition, Segment, Ticks};
use dynpack_testkit::{TrackBuilder, renditions};

/// Ten pictures a second with those composition offsets, in pictures, cut at about four
/// seconds.
fn rendition(offsets: &[i32], sync: Option<&[u32]>) -> Rendition {
    let count = u32::try_from(offsets.len()).unwrap();
    let sync = sync.map(Vec::from);
    let video =
        TrackBuilder { sync, offsets: offsets.into(), ..TrackBuilder::video(10, 1, count, 1) };
    renditions(vec![video.build()], 4000).remove(0)
}

/// Number, samples, start and duration of each key frame.
fn key_frames(rendition: &Rendition) -> Vec<(u32, Range<u32>, i64, i64)> {
    let cuts = rendition.key_frames().unwrap().cuts;
    let frames: Vec<_> = cuts.segments().collect();
    assert!(frames.iter().all(|frame| cuts.segment_at(frame.start).as_ref() == Some(frame)));
    for time in -1..100 {
        let before = frames.iter().rev().map(|frame| frame.start).find(|start| start.0 < time);
        let after = frames.iter().map(|frame| frame.start).find(|start| start.0 >= time);
        assert_eq!(cuts.starts_around(Ticks(time)), (before, after), "{time}");
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
fn key_frames_are_derived_once_for_all_clones() {
    let video = rendition(&[0; 40], Some(&[0, 20]));
    let key_frames = video.key_frames().unwrap();
    assert_eq!(key_frames.id, video.id.with_form(Form::KeyFrames));
    assert!(key_frames.key_frames().is_none());
    assert!(Arc::ptr_eq(&key_frames.cuts, &video.clone().key_frames().unwrap().cuts));
}

/// Playlists list key frames by time, and numbers find them again.
#[test]
fn numbers_differ_where_the_first_sample_is_no_sync_sample() {
    let video = rendition(&[0; 60], Some(&[20, 40]));
    assert_eq!(key_frames(&video), [(0, 0..1, 0, 20), (1, 20..21, 20, 20), (2, 40..41, 40, 20)]);
}

#[test]
fn each_sync_sample_lasts_until_the_next() {
    let video = rendition(&[0; 75], Some(&[0, 20, 40, 60]));
    assert_eq!(
        key_frames(&video),
        [(0, 0..1, 0, 20), (1, 20..21, 20, 20), (2, 40..41, 40, 20), (3, 60..61, 60, 15)]
    );
    assert_eq!([1, 21, 75, -1].map(|time| key_frame_at(&video, time)), [None, None, None, None]);
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
    assert_eq!(all, [(0, 0), (5, 5), (10, 10), (15, 15), (20, 20), (25, 25), (30, 30), (35, 35)]);
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
    assert_eq!(video.cuts.segments().map(|segment| segment.start.0).collect::<Vec<_>>(), [0, 40]);
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
