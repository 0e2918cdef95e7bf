//! Video that is filled where it has no picture of its own.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{
    CutPolicy, Cuts, Extent, MediaKind, Sample, SampleIndex, Ticks, Timeline, Track,
};
use dynpack_testkit::TrackBuilder;
use proptest::prelude::*;

const POLICY: CutPolicy = CutPolicy::SIX_SECONDS;

/// The tracks as they are presented, with their cuts, and which of them were filled.
fn filled(tracks: &[TrackBuilder]) -> (Vec<(Track, Cuts)>, Vec<bool>) {
    let tracks: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
    let timeline = Timeline::cut(&tracks.iter().collect::<Vec<_>>(), POLICY).unwrap();
    let is_filled = timeline.filled.iter().map(Option::is_some).collect();
    let presented = timeline.filled.into_iter().zip(tracks);
    let presented = presented.map(|(filled, track)| filled.unwrap_or(track));
    (presented.zip(timeline.cuts).collect(), is_filled)
}

fn all(track: &Track) -> Vec<Sample> {
    track.samples.samples(SampleIndex(0)..SampleIndex(track.samples.len())).collect()
}

/// Where a sample lies in the file.
fn place(track: &Track, sample: &Sample) -> Extent {
    let next = SampleIndex(sample.index.0 + 1);
    track.samples.extents(sample.index..next).next().unwrap()
}

fn starts(cuts: &Cuts) -> Vec<i64> {
    cuts.segments().map(|segment| segment.start.0).collect()
}

/// Pictures of 40 ms.
fn video(frames: u32, gop: u32) -> TrackBuilder {
    TrackBuilder::video(25, 1, frames, gop)
}

/// About so many seconds of sound, in frames of 1024 ticks.
fn audio(seconds: u32) -> TrackBuilder {
    TrackBuilder::audio(48_000, seconds * 48_000 / 1024)
}

#[test]
fn a_film_without_gaps_is_not_filled() {
    for tracks in [
        vec![video(500, 50), audio(20)],
        // A quarter of a second apart, at the start and at the end.
        vec![video(500, 50).with_edit(6, 0), audio(20)],
        vec![video(494, 50), audio(20)],
        // The sound starts late, and ends early.
        vec![video(500, 50), audio(5).with_edit(480_000, 0)],
        vec![audio(20)],
    ] {
        assert!(filled(&tracks).1.iter().all(|is_filled| !is_filled), "{tracks:?}");
    }
}

#[test]
fn a_last_picture_lasts_as_long_as_the_sound() {
    let tracks = [video(200, 75), audio(30)];
    let (presented, is_filled) = filled(&tracks);
    assert_eq!(is_filled, [true, false]);
    let (video, video_cuts) = &presented[0];
    let samples = all(video);
    assert_eq!(samples.len(), 200, "no other picture can be repeated");
    let end = 30 * 48_000_u64 / 1024 * 1024;
    let end = Ticks((end * 25).div_ceil(48_000).cast_signed());
    assert_eq!((video_cuts.end(), samples[199].duration), (end, end - Ticks(199)));
    assert_eq!(starts(video_cuts), [0, 150]);
    // The sound goes on in segments.
    let unfilled: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
    let unfilled: Vec<_> = unfilled.iter().collect();
    let unfilled = Timeline::cut(&unfilled, POLICY.unfilled()).unwrap();
    assert_eq!(unfilled.filled, [None, None]);
    assert_eq!(presented[1].1, unfilled.cuts[1]);
    assert_eq!(presented[1].1.len(), 5);
}

#[test]
fn a_still_picture_is_repeated_each_second() {
    let (presented, _) = filled(&[video(1, 1), audio(30)]);
    let (still, cuts) = &presented[0];
    let samples = all(still);
    let durations: Vec<_> = samples.iter().map(|sample| sample.duration.0).collect();
    assert_eq!(durations, [[25; 29].as_slice(), &[25]].concat());
    assert!(samples.iter().all(|sample| sample.is_sync));
    assert!(samples.iter().all(|sample| place(still, sample) == place(still, &samples[0])));
    assert_eq!(starts(cuts), [0, 150, 300, 450, 600], "as many segments as the sound");
    assert_eq!(presented[1].1.len(), 5);
}

#[test]
fn slides_are_repeated_until_the_next() {
    let slides = TrackBuilder::video(25, 500, 3, 1);
    let (presented, _) = filled(&[slides, audio(60)]);
    let samples = all(&presented[0].0);
    let places: Vec<_> =
        samples.iter().map(|sample| place(&presented[0].0, sample).offset).collect();
    assert!((1..20).all(|at| places[at] == places[0]) && places[20] != places[0]);
    assert_eq!((samples.len(), presented[1].1.len()), (60, 10));
    // Pictures to which others refer are never repeated.
    let groups = TrackBuilder::video(25, 500, 4, 2);
    assert_eq!(filled(&[groups, audio(80)]).1, [false, false]);
}

#[test]
fn the_first_picture_of_late_video_is_shown_from_the_start() {
    let late = video(325, 50).with_b_pyramid();
    let media_start = late.edit.media_start.0;
    let (presented, _) = filled(&[late.with_edit(175, media_start), audio(20)]);
    let (video, cuts) = &presented[0];
    let samples = all(video);
    let times: Vec<_> =
        samples.iter().map(|sample| cuts.presentation_time(sample).0).take(8).collect();
    assert_eq!(times, [0, 25, 50, 75, 100, 125, 150, 175]);
    assert_eq!(place(video, &samples[6]), place(video, &samples[7]));
    assert_eq!(cuts.end(), Ticks(500));
}

fn videos() -> impl Strategy<Value = TrackBuilder> {
    (1_u32..60, 1_u32..20, 1_u32..200, 0_i64..2000, any::<bool>()).prop_map(
        |(frames, gop, duration, delay, b_frames)| {
            let video = TrackBuilder::video(25, duration, frames, gop);
            let video = if b_frames { video.with_b_pyramid() } else { video };
            let media_start = video.edit.media_start.0;
            video.with_edit(delay, media_start)
        },
    )
}

proptest! {
    /// Every picture is there at its time, and between them only copies of those before.
    #[test]
    fn only_copies_are_added(
        videos in prop::collection::vec(videos(), 1..3),
        seconds in 1_u32..100,
        delay in 0_i64..3_000_000,
    ) {
        let tracks = [videos, vec![audio(seconds).with_edit(delay, 0)]].concat();
        let stored: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
        let unfilled = Timeline::cut(&stored.iter().collect::<Vec<_>>(), POLICY.unfilled());
        let unfilled = unfilled.unwrap().cuts;
        let (presented, _) = filled(&tracks);
        let end = |cuts: &Cuts, track: &Track| cuts.end().0 as f64 / f64::from(track.timescale.hz());
        let last = presented.iter().map(|(track, cuts)| end(cuts, track)).fold(0.0, f64::max);
        for ((track, cuts), (stored, unfilled)) in
            presented.iter().zip(stored.iter().zip(&unfilled))
        {
            let mut own = all(stored).into_iter().peekable();
            let mut before: Option<Extent> = None;
            for sample in all(track) {
                let here = place(track, &sample);
                let is_own = own.peek().is_some_and(|own| {
                    here == place(stored, own)
                        && cuts.presentation_time(&sample) == unfilled.presentation_time(own)
                });
                if is_own {
                    own.next();
                } else {
                    let first = place(stored, &all(stored)[0]);
                    prop_assert!(sample.is_sync && [before, Some(first)].contains(&Some(here)));
                }
                before = Some(here);
            }
            prop_assert!(own.next().is_none(), "a picture is missing");
            if track.kind() == MediaKind::Video {
                prop_assert!(last - end(cuts, track) <= 0.54, "{} to {last}", end(cuts, track));
                prop_assert!(cuts.start().0 <= 13, "starts at {}", cuts.start().0);
            } else {
                prop_assert_eq!(track, stored);
            }
        }
    }
}
