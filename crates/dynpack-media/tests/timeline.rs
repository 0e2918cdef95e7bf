//! Where tracks are cut.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use dynpack_codec::MediaKind;
use dynpack_media::{
    Column, CutPolicy, Cuts, Error, Marker, Sample, SampleColumns, SampleIndex, SampleTable,
    SegmentNumber, Ticks, Time, Timeline, Timescale, Track,
};
use dynpack_testkit::TrackBuilder;
use proptest::prelude::*;

/// Video with or without B-frames.
fn video(timescale: u32, duration: u32, frames: u32, gop: u32, b_frames: bool) -> TrackBuilder {
    let video = TrackBuilder::video(timescale, duration, frames, gop);
    if b_frames { video.with_b_pyramid() } else { video }
}

/// AAC with `priming` samples of it.
fn audio(rate: u32, frames: u32, priming: i64) -> TrackBuilder {
    TrackBuilder::audio(rate, frames).with_edit(0, priming)
}

fn cut(tracks: &[TrackBuilder]) -> Vec<Cuts> {
    cut_at(tracks, CutPolicy::SIX_SECONDS)
}

fn cut_at(tracks: &[TrackBuilder], policy: CutPolicy) -> Vec<Cuts> {
    let tracks: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
    Timeline::cut(&tracks.iter().collect::<Vec<_>>(), policy.unfilled()).unwrap().cuts
}

/// The start of each segment, and the end of the last.
fn starts(cuts: &Cuts) -> Vec<i64> {
    let end = cuts.segments().last().map(|segment| segment.start + segment.duration);
    cuts.segments().map(|segment| segment.start).chain(end).map(|start| start.0).collect()
}

/// The first sample of each segment, and one past the last of the last.
fn firsts(cuts: &Cuts) -> Vec<u32> {
    let firsts = cuts.segments().map(|segment| segment.samples.start);
    firsts.chain([cuts.samples().end]).map(|sample| sample.0).collect()
}

fn numbers(cuts: &Cuts) -> Vec<SegmentNumber> {
    cuts.segments().map(|segment| segment.number).collect()
}

#[test]
fn video_is_cut_at_the_sync_samples_nearest_to_the_target() {
    // 25 fps, a group of 2.4 s: 4.8 s and 7.2 s are equally far from 6 s, and the earlier wins.
    // From 14.4 s on, the end is nearer to 20.4 s than the last group is.
    let cuts = cut(&[video(25, 1, 500, 60, false)]);
    assert_eq!(starts(&cuts[0]), [0, 120, 240, 360, 500]);
}

/// The cuts with markers at those milliseconds, and the times of the cuts.
fn cut_marked(tracks: &[TrackBuilder], policy: CutPolicy, millis: &[i64]) -> (Vec<Cuts>, Vec<i64>) {
    let tracks: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
    let markers = millis.iter().map(|&at| {
        let mut marker = Marker::new("a", Time::new(Ticks(at), Timescale::MILLIS));
        marker.cuts = true;
        marker
    });
    let markers: Vec<_> = markers.collect();
    let tracks: Vec<_> = tracks.iter().collect();
    let timeline = Timeline::cut_marked(&tracks, |_| true, policy.unfilled(), &markers).unwrap();
    let times = timeline.times.ticks().iter().map(|ticks| ticks.0).collect();
    (timeline.cuts, times)
}

#[test]
fn segments_start_at_markers() {
    // 25 fps, and a sync sample each second.
    let film = [video(25, 1, 500, 25, false), audio(48_000, 938, 0)];
    let seconds = |marks: &[i64]| -> Vec<i64> {
        let (cuts, times) = cut_marked(&film, CutPolicy::SIX_SECONDS, marks);
        assert_eq!(starts(&cuts[0])[1..times.len() + 1], times);
        assert_eq!(cuts[1].segments().count(), times.len() + 1, "audio is cut there too");
        assert!(times.iter().all(|time| time % 25 == 0));
        times.iter().map(|time| time / 25).collect()
    };
    assert_eq!(seconds(&[]), [6, 12, 18]);
    assert_eq!(seconds(&[12_000]), [6, 12, 18]);
    assert_eq!(seconds(&[10_000]), [6, 10, 16]);
    assert_eq!(seconds(&[2_000, 3_000, 4_000]), [2, 3, 4, 10, 16]);
    // The nearest sync samples.
    assert_eq!(seconds(&[7_400]), [6, 7, 13, 19]);
    assert_eq!(seconds(&[7_480, 7_600]), [6, 7, 8, 14]);
    // Nothing to cut at the start, at the end and after it.
    assert_eq!(seconds(&[0, 300, 20_000, 90_000]), [6, 12, 18]);
    // The last segment may be short.
    assert_eq!(seconds(&[19_800]), [6, 12, 18, 19]);
}

/// Where bitrates share few sync samples, markers are cut at those alone.
#[test]
fn segments_start_at_markers_in_all_bitrates() {
    let film = [video(25, 1, 500, 25, false), video(25, 1, 500, 75, false)];
    let (cuts, times) = cut_marked(&film, CutPolicy::SIX_SECONDS, &[10_000]);
    assert_eq!(times, [150, 225, 375]);
    assert!(cuts.iter().all(|cuts| starts(cuts) == [0, 150, 225, 375, 500]));
}

/// Sound alone is cut at the frame nearest to a marker, and two markers within a tenth of the
/// target make one cut.
#[test]
fn sound_is_cut_at_markers() {
    let (cuts, times) =
        cut_marked(&[audio(48_000, 938, 0)], CutPolicy::SIX_SECONDS, &[7_000, 7_200]);
    assert_eq!(times, [288_000, 336_000, 624_000, 912_000]);
    let nearest = 336_000 / 1024 * 1024;
    assert!((starts(&cuts[0])[2] - nearest).abs() <= 1024);
}

/// The cuts of video that leads, and of another that is cut along it.
fn cut_along(leading: &TrackBuilder, other: &TrackBuilder) -> [Cuts; 2] {
    let tracks = [leading.build(), other.build()];
    let tracks: Vec<_> = tracks.iter().collect();
    let timeline = Timeline::cut_along(&tracks, |at| at == 0, CutPolicy::SIX_SECONDS.unfilled());
    timeline.unwrap().cuts.try_into().unwrap()
}

#[test]
fn other_video_is_cut_at_its_own_sync_samples() {
    let leading = video(25, 1, 750, 50, false);
    // Every 2.4 s, every 11 s, only at the start, and from 3 s on.
    for (other, expected, places) in [
        (video(25, 1, 750, 60, false), vec![0, 120, 300, 420, 600, 750], vec![0, 1, 2, 3, 4]),
        (video(10, 1, 300, 110, false), vec![0, 110, 220, 300], vec![0, 2, 4]),
        (video(25, 1, 750, 1_000, false), vec![0, 750], vec![0]),
        (
            TrackBuilder::video(25, 1, 500, 50).with_edit(75, 0),
            vec![75, 125, 275, 425, 575],
            vec![0, 1, 2, 3],
        ),
    ] {
        let [led, cuts] = cut_along(&leading, &other);
        assert_eq!(starts(&led), [0, 150, 300, 450, 600, 750]);
        assert_eq!(starts(&cuts), expected);
        assert_eq!(numbers(&cuts), places.into_iter().map(SegmentNumber).collect::<Vec<_>>());
    }
}

#[test]
fn other_video_that_goes_on_longer_is_cut_until_its_end() {
    let [led, cuts] = cut_along(&video(25, 1, 300, 50, false), &video(25, 1, 900, 60, false));
    assert_eq!(starts(&led), [0, 150, 300]);
    assert_eq!(starts(&cuts), [0, 120, 300, 420, 600, 720, 900]);
}

#[test]
fn audio_is_cut_at_the_frame_nearest_to_the_video() {
    let cuts = cut(&[video(30_000, 1001, 600, 60, false), audio(48_000, 940, 0)]);
    assert_eq!(starts(&cuts[0]), [0, 180_180, 360_360, 540_540, 600_600]);
    // 6.006 s are 281.53 frames, 12.012 s 563.06, 18.018 s 844.59.
    assert_eq!(firsts(&cuts[1]), [0, 282, 563, 845, 940]);
    assert_eq!(cuts[1].segment_at(Ticks(563 * 1024)).unwrap().duration, Ticks(282 * 1024));
    assert_eq!(cuts[1].segment_at(Ticks(563 * 1024 + 1)), None);
}

#[test]
fn b_frames_become_signed_offsets_and_the_first_picture_is_presented_at_zero() {
    let plan = video(12_800, 512, 245, 49, true);
    let track = plan.build();
    let cuts = &cut(std::slice::from_ref(&plan))[0];
    assert_eq!((cuts.start(), cuts.lead()), (Ticks::ZERO, Ticks::ZERO));
    let samples: Vec<_> = track.samples.samples(SampleIndex(0)..SampleIndex(5)).collect();
    let times: Vec<_> = samples
        .iter()
        .map(|sample| (cuts.decode_time(sample).0, cuts.composition_offset(sample).0))
        .collect();
    assert_eq!(times, [(0, 0), (512, 3 * 512), (1024, 0), (1536, -1024), (2048, -512)]);
    // At each cut decode and presentation time are one number again.
    for segment in cuts.segments() {
        let first = track.samples.samples(segment.samples).next().unwrap();
        assert_eq!(
            (cuts.decode_time(&first), cuts.composition_offset(&first)),
            (segment.start, Ticks::ZERO)
        );
    }
}

#[test]
fn negative_first_offsets_leave_no_negative_decode_time() {
    // Version 1 `ctts`, as ffmpeg writes it with `negative_cts_offsets`: no edit list, offsets from
    // -2 frames on.
    let mut plan = video(12_800, 512, 100, 50, true).with_edit(0, 0);
    for offset in &mut plan.offsets {
        *offset -= 1024;
    }
    let cuts = &cut(std::slice::from_ref(&plan))[0];
    let first = plan.build().samples.samples(SampleIndex(0)..SampleIndex(1)).next().unwrap();
    assert_eq!(
        (cuts.decode_time(&first), cuts.composition_offset(&first)),
        (Ticks::ZERO, Ticks::ZERO)
    );
}

#[test]
fn renditions_with_different_reordering_share_their_cuts() {
    let plans = [video(12_800, 512, 490, 49, true), video(12_800, 512, 490, 49, false)];
    let cuts = cut(&plans);
    assert_eq!(starts(&cuts[0]), starts(&cuts[1]));
    for (plan, cuts) in plans.iter().zip(&cuts) {
        let track = plan.build();
        for segment in cuts.segments() {
            assert_eq!(
                cuts.decode_time(&track.samples.samples(segment.samples).next().unwrap()),
                segment.start
            );
        }
    }
}

#[test]
fn audio_priming_is_lead_and_shortens_only_the_first_segment() {
    let plan = audio(48_000, 580, 1024);
    let cuts = &cut(&[video(25, 1, 300, 50, false), plan.clone()])[1];
    assert_eq!(cuts.lead(), Ticks(1024));
    assert_eq!(starts(cuts), [0, 281 * 1024, 579 * 1024]);
    assert_eq!(firsts(cuts), [0, 282, 580]);
    let first = plan.build().samples.samples(SampleIndex(0)..SampleIndex(1)).next().unwrap();
    assert_eq!(
        (cuts.decode_time(&first), cuts.presentation_time(&first)),
        (Ticks::ZERO, Ticks(-1024))
    );
}

#[test]
fn audio_alone_is_cut_behind_its_priming() {
    for priming in [1024, 2048, 2112] {
        let cuts = &cut(&[audio(48_000, 900, priming)])[0];
        assert_eq!((cuts.lead(), cuts.len()), (Ticks(priming), 4), "{priming}");
    }
}

#[test]
fn an_empty_edit_keeps_its_distance() {
    let cuts = cut(&[video(1000, 40, 300, 50, false).with_edit(500, 0), audio(48_000, 600, 0)]);
    assert_eq!(cuts[0].start(), Ticks(500));
    assert_eq!(cuts[1].start(), Ticks::ZERO);
}

#[test]
fn a_delay_that_all_tracks_share_is_taken_off() {
    let cuts = cut(&[
        video(1000, 40, 300, 50, false).with_edit(2500, 0),
        audio(48_000, 600, 0).with_edit(2 * 48_000, 0),
    ]);
    assert_eq!(cuts[0].start(), Ticks(500));
    assert_eq!(cuts[1].start(), Ticks::ZERO);
}

#[test]
fn an_edit_within_a_group_of_pictures_starts_with_the_group() {
    // The edit starts at 3 s, the group at 2 s: all starts a second earlier, and audio stays where
    // it was beside the video.
    let cuts = cut(&[video(1000, 40, 300, 50, false).with_edit(0, 3000), audio(48_000, 600, 0)]);
    assert_eq!((cuts[0].start(), cuts[0].samples().start), (Ticks::ZERO, SampleIndex(50)));
    assert_eq!(cuts[1].start(), Ticks(48_000));
}

/// As files of Smooth Streaming have it, where priming takes no time: several frames start at 0.
#[test]
fn audio_frames_that_take_no_time_are_kept() {
    let mut audio = audio(10_000_000, 4, 0);
    audio.durations = vec![0, 0, 213_333, 213_333];
    let cuts = &cut(&[audio])[0];
    assert_eq!(
        (cuts.samples(), cuts.lead(), cuts.start()),
        (SampleIndex(0)..SampleIndex(4), Ticks::ZERO, Ticks::ZERO)
    );
}

#[test]
fn a_long_preroll_of_audio_is_left_out_but_for_a_second() {
    let cuts = &cut(&[audio(48_000, 900, 10 * 48_000)])[0];
    assert_eq!(cuts.samples().start, SampleIndex(9 * 48_000 / 1024));
    assert!((48_000..48_000 + 1024).contains(&cuts.lead().0), "{}", cuts.lead());
    assert_eq!(cuts.start(), Ticks::ZERO);
}

#[test]
fn renditions_are_cut_only_where_all_have_sync_samples() {
    let many: Vec<u32> = (0..500)
        .step_by(25)
        .chain([160])
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    let cuts = cut(&[video(25, 1, 500, 40, false), video(25, 1, 500, 25, false).with_sync(many)]);
    // Common ones: 0, 160 (by a scene cut), 200, 400.
    assert_eq!(starts(&cuts[0]), [0, 160, 400, 500]);
    assert_eq!(starts(&cuts[0]), starts(&cuts[1]));
}

#[test]
fn clocks_that_round_differently_still_align() {
    let milliseconds = TrackBuilder {
        durations: (0..600).map(|n| (n + 1) * 1001 / 30 - n * 1001 / 30).collect(),
        ..video(1000, 33, 600, 60, false)
    };
    let cuts = cut(&[video(30_000, 1001, 600, 60, false), milliseconds]);
    assert_eq!(firsts(&cuts[0]), firsts(&cuts[1]));
    assert_eq!(starts(&cuts[1]), [0, 6006, 12_012, 18_018, 20_020]);
}

#[test]
fn a_shorter_rendition_does_not_hinder_the_cuts_behind_its_end() {
    let cuts = cut(&[video(25, 1, 200, 50, false), video(25, 1, 750, 50, false)]);
    assert_eq!(starts(&cuts[0]), [0, 150, 200]);
    assert_eq!(starts(&cuts[1]), [0, 150, 300, 450, 600, 750]);
}

#[test]
fn audio_that_outlasts_the_video_goes_on_in_segments() {
    let cuts = cut(&[video(25, 1, 150, 50, false), audio(48_000, 1000, 0)]);
    assert_eq!(starts(&cuts[0]), [0, 150]);
    assert_eq!(cuts[1].len(), 4);
    assert!(cuts[1].segments().all(|segment| segment.samples.start < segment.samples.end));
}

#[test]
fn a_short_rest_makes_no_segment() {
    let cuts = cut(&[video(25, 1, 152, 150, false), audio(48_000, 284, 0)]);
    assert_eq!((starts(&cuts[0]), cuts[1].len()), (vec![0, 152], 1));
}

#[test]
fn one_key_frame_makes_one_segment() {
    let cuts = cut(&[video(25, 1, 1000, 1000, false), audio(48_000, 1875, 0)]);
    assert_eq!((cuts[0].len(), cuts[1].len()), (1, 1));
}

#[test]
fn a_late_video_lists_no_empty_segments() {
    let cuts = cut(&[video(25, 1, 300, 50, false).with_edit(25 * 20, 0), audio(48_000, 1500, 0)]);
    let numbers: Vec<_> = cuts[0].segments().map(|segment| segment.number.0).collect();
    assert_eq!(numbers, [3, 4, 5]);
    assert_eq!(cuts[0].start(), Ticks(500));
    assert_eq!(cuts[1].segments().count(), 6);
}

/// 12 s are wanted, and a frame of audio starts at 12.01 s: between two such cuts video would stand
/// before the audio that is cut first.
#[test]
fn video_that_starts_soon_after_a_cut_starts_with_it() {
    let starting_at = |time: i64| {
        cut(&[video(1000, 40, 300, 50, false).with_edit(time, 0), audio(48_000, 1500, 0)])
    };
    for late in [1, 3, 100, 599] {
        let cuts = starting_at(12_000 + late);
        assert_eq!(starts(&cuts[0])[0], 12_000 + late);
        assert_eq!(
            cuts[1].segments().nth(2).map(|audio| audio.number),
            cuts[0].segments().next().map(|video| video.number)
        );
        let distance = starts(&cuts[1])[2] - (12_000 + late) * 48;
        assert!(distance.abs() <= 512, "{late}: {distance}");
    }
    // Later than by a tenth of a segment, it joins the audio.
    assert_eq!(starts(&starting_at(12_700)[1])[2], 562 * 1024);
}

#[test]
fn sync_samples_close_behind_a_cut_are_passed_over() {
    let cuts = cut(&[video(25, 1, 500, 500, false).with_sync(vec![0, 150, 151, 160, 400])]);
    assert_eq!(starts(&cuts[0]), [0, 150, 400, 500]);
    let cuts = cut(&[video(25, 1, 500, 500, false).with_sync(vec![0, 150, 151, 160])]);
    assert_eq!(starts(&cuts[0]), [0, 150, 500]);
}

#[test]
fn no_two_cuts_lie_within_a_frame_of_audio() {
    // A frame lasts 128 ms, a picture 40 ms.
    let plans = [video(25, 1, 100, 1, false), audio(8_000, 31, 0)];
    let cuts = cut_at(&plans, CutPolicy::with_target(Duration::from_millis(40)));
    assert_eq!(firsts(&cuts[1]), (0..=31).collect::<Vec<_>>());
    assert_eq!(numbers(&cuts[0])[..31], numbers(&cuts[1]));
}

#[test]
fn audio_alone_does_not_drift() {
    let cuts = &cut(&[audio(44_100, 44_100, 0)])[0];
    for segment in cuts.segments().skip(1) {
        let grid = i64::from(segment.number.0) * 6 * 44_100;
        assert!((segment.start.0 - grid).abs() <= 512, "{segment:?}");
    }
}

#[test]
fn open_groups_start_with_their_earliest_picture() {
    let mut plan = video(25, 1, 300, 150, false);
    // The picture after the second sync sample is presented before it.
    plan.offsets[150] = 1;
    plan.offsets[151] = -1;
    let cuts = &cut(&[plan])[0];
    assert_eq!(starts(cuts), [0, 150, 300]);
}

/// The first picture that is decoded is presented fourth: a cut there would leave audio of its own
/// before the video, which starts at 0.
#[test]
fn no_cut_lies_between_the_first_sync_sample_and_its_leading_pictures() {
    let mut plan = video(25, 1, 22, 100, false).with_edit(0, 0);
    plan.offsets[0] = 3;
    plan.offsets[1..4].fill(-1);
    let cuts = cut_at(
        &[plan, audio(48_000, 45, 0).with_edit(4736, 0)],
        CutPolicy::with_target(Duration::from_millis(300)),
    );
    assert_eq!(numbers(&cuts[0])[0], numbers(&cuts[1])[0]);
    assert_eq!((starts(&cuts[0])[0], starts(&cuts[1])[0]), (0, 4736));
}

#[test]
fn samples_without_duration_are_one_segment() {
    let mut plan = video(25, 1, 10, 1, false);
    plan.durations.fill(0);
    assert_eq!(starts(&cut(&[plan])[0]), [0, 1]);
}

#[test]
fn durations_beyond_reason_make_few_cuts() {
    let mut plan = audio(1_000, 3, 0);
    plan.durations.fill(u32::MAX);
    assert_eq!(cut_at(&[plan], CutPolicy::with_target(Duration::from_nanos(1)))[0].len(), 3);
}

#[test]
fn tracks_without_samples_are_nothing_to_present() {
    let empty = audio(48_000, 0, 0);
    let track = empty.build();
    assert_eq!(Timeline::cut(&[&track], CutPolicy::default()), Err(Error::NothingToPresent));
    let cuts = cut(&[empty, audio(48_000, 10, 0)]);
    assert_eq!((cuts[0].len(), cuts[1].len()), (0, 1));
}

/// Why a track is not presented with one of audio that starts at 0.
fn refusal(track: TrackBuilder) -> String {
    let tracks = [track, audio(48_000, 10, 0)].map(|track| track.build());
    Timeline::cut(&tracks.each_ref(), CutPolicy::default()).unwrap_err().to_string()
}

#[test]
fn times_beyond_all_reason_are_refused() {
    const BEYOND: i64 = Ticks::FARTHEST.0 + 1;
    let film = || audio(48_000, 10, 0);
    for (delay, media_start, ticks) in
        [(BEYOND, 0, BEYOND), (0, BEYOND, BEYOND), (i64::MIN, 0, i64::MIN), (0, i64::MAX, i64::MAX)]
    {
        let expected =
            format!("the edit list of track 3 declares tick {ticks}, beyond any plausible time");
        assert_eq!(refusal(film().with_edit(delay, media_start)), expected);
    }
    let far = |seconds: &str| {
        format!(
            "track 3 lies {seconds} seconds from the start of the presentation, more than 268435456"
        )
    };
    // One counts from 1970, the other from its start.
    assert_eq!(refusal(film().with_edit(1_700_000_000 * 48_000, 0)), far("1700000000"));
    let mut long = audio(1, 1, 0);
    long.durations.fill((1 << 28) + 1);
    assert_eq!(refusal(long), far("268435457"));
    let priming = audio(1, 1, 1 << 29);
    assert_eq!(refusal(priming), far("536870912"));
}

#[test]
fn tracks_that_all_count_from_1970_in_nanoseconds_are_presented_from_0() {
    const NANOSECONDS: i64 = 1_000_000_000;
    let mut video = video(1_000, 40, 300, 50, false);
    video = video.with_edit(1_700_000_000 * 1_000, 0);
    let mut audio = audio(1_000_000_000, 600, 0);
    audio.durations.fill(20_000_000);
    let cuts = cut(&[video, audio.with_edit(1_700_000_000 * NANOSECONDS, 0)]);
    assert_eq!(
        (starts(&cuts[0])[..2].to_vec(), starts(&cuts[1])[..2].to_vec()),
        (vec![0, 6_000], vec![0, 6 * NANOSECONDS])
    );
}

fn any_ticks() -> impl Strategy<Value = i64> {
    const FARTHEST: i64 = Ticks::FARTHEST.0;
    prop_oneof![
        Just(0_i64),
        0_i64..100_000,
        prop_oneof![Just(FARTHEST), Just(-FARTHEST), -FARTHEST..=FARTHEST],
        any::<i64>(),
    ]
}

prop_compose! {
    fn any_track()(
        is_video in any::<bool>(),
        timescale in prop_oneof![
            Just(1_u32), Just(600), Just(24_000), Just(44_100), Just(90_000), 1_u32..=u32::MAX
        ],
        samples in prop::collection::vec(
            (
                prop_oneof![Just(1001_u32), 0_u32..5000, any::<u32>()],
                prop_oneof![Just(0_i32), -3000_i32..3000, any::<i32>()],
            ),
            1..120,
        ),
        gop in prop::option::of(1_usize..30),
        delay in any_ticks(),
        media_start in any_ticks(),
    ) -> TrackBuilder {
        let len = u32::try_from(samples.len()).unwrap();
        let sync = gop.map(|gop| (0..len).step_by(gop).collect());
        let kind = if is_video { video(1, 1, len, 1, false) } else { audio(1, len, 0) };
        let (durations, offsets) = samples.into_iter().unzip();
        TrackBuilder { timescale, durations, offsets, sync, ..kind }.with_edit(delay, media_start)
    }
}

proptest! {
    /// Whatever the tracks hold, if they are not refused: segments ascend, none is empty or without
    /// duration, from the first on no sample is left out, and each has its exact time.
    /// Other video neither moves the cuts nor loses a sample.
    #[test]
    fn other_video_follows(
        (frames, gop) in (1..2_000_u32, 1..400_u32),
        (timescale, duration, len, groups) in (1..1_000_u32, 1..50_u32, 1..2_000_u32, 1..400_u32),
        b_frames: bool,
        delay in 0..5_000_i64,
    ) {
        let leading = video(25, 1, frames, gop, false);
        let other = video(timescale, duration, len, groups, b_frames);
        let start = other.edit.media_start.0;
        let other = other.with_edit(delay, start);
        let [led, cuts] = cut_along(&leading, &other);
        let alone = cut(std::slice::from_ref(&leading)).remove(0);
        let until = alone.segments().count().min(led.segments().count());
        let firsts_of = |cuts: &Cuts| firsts(cuts).into_iter().take(until).collect::<Vec<_>>();
        prop_assert_eq!(firsts_of(&led), firsts_of(&alone));
        let track = other.build();
        let mut next = SampleIndex(0);
        for segment in cuts.segments() {
            prop_assert_eq!(segment.samples.start, next);
            prop_assert!(track.samples.is_sync(segment.samples.start));
            prop_assert!(segment.duration > Ticks::ZERO);
            next = segment.samples.end;
        }
        prop_assert_eq!(next, SampleIndex(len));
        prop_assert!(numbers(&cuts).is_sorted_by(|one, next| one < next));
    }

    /// Whatever is marked, segments tile the film, each starts at a sync sample, none is shorter
    /// than a tenth of the target but by the media, and a segment starts at each sync sample that
    /// is marked and has room.
    #[test]
    fn any_markers_are_cut_at(
        (frames, gop) in (1..2_000_u32, 1..200_u32),
        millis in 500_u64..20_000,
        mut marks in prop::collection::vec(0_i64..90_000, 0..8),
    ) {
        let film = video(25, 1, frames, gop, false);
        let policy = CutPolicy::with_target(Duration::from_millis(millis));
        let (cuts, times) = cut_marked(std::slice::from_ref(&film), policy, &marks);
        let starts = starts(&cuts[0]);
        prop_assert_eq!(&starts[1..starts.len() - 1], &times[..]);
        prop_assert!(starts.is_sorted_by(|one, next| one < next));
        prop_assert_eq!(starts.last(), Some(&i64::from(frames)));
        prop_assert!(times.iter().all(|time| time % i64::from(gop) == 0));
        let shortest = i64::try_from(millis * 25 / 10_000).unwrap();
        let is_long = |pair: &[i64]| pair[1] - pair[0] >= shortest;
        prop_assert!(times.is_empty() || starts.windows(2).all(is_long));
        // Marks at sync samples that have room on both sides.
        marks.sort_unstable();
        let room = shortest + 1;
        let wanted: Vec<i64> = marks
            .iter()
            .map(|millis| millis * 25 / 1000 / i64::from(gop) * i64::from(gop))
            .collect();
        let (_, times) = cut_marked(
            std::slice::from_ref(&film),
            policy,
            &wanted.iter().map(|frame| frame * 40).collect::<Vec<_>>(),
        );
        let mut last = 0;
        for frame in wanted {
            if frame >= last + room && frame <= i64::from(frames) - room {
                prop_assert!(times.contains(&frame), "{} of {:?}", frame, times);
                last = frame;
            }
        }
    }

    #[test]
    fn segments_tile_the_track(
        plans in prop::collection::vec(any_track(), 1..4),
        millis in prop_oneof![1_u64..20_000, any::<u64>()],
    ) {
        let tracks: Vec<_> = plans.iter().map(TrackBuilder::build).collect();
        let policy = CutPolicy::with_target(Duration::from_millis(millis));
        let cuts = match Timeline::cut(&tracks.iter().collect::<Vec<_>>(), policy.unfilled()) {
            Ok(timeline) => timeline.cuts,
            Err(Error::ImplausibleEdit { .. } | Error::TooFarApart { .. }) => return Ok(()),
            Err(error) => panic!("{error}"),
        };
        for (track, cuts) in tracks.iter().zip(&cuts) {
            let edit = i128::from(track.edit.delay.0) - i128::from(track.edit.media_start.0);
            let exact = |sample: &Sample| {
                let times = [sample.decode_time, sample.composition_offset];
                times.into_iter().map(|time| i128::from(time.0)).sum::<i128>() + edit
            };
            let moved = |sample| exact(sample) - i128::from(cuts.presentation_time(sample).0);
            let samples: Vec<_> = track.samples.samples(cuts.samples()).collect();
            prop_assert!(samples.iter().all(|sample| moved(sample) == moved(&samples[0])));
            let mut next = cuts.samples().start;
            let mut time = cuts.start();
            for segment in cuts.segments() {
                prop_assert_eq!(segment.samples.start, next);
                prop_assert!(segment.samples.start < segment.samples.end);
                prop_assert_eq!(segment.start, time);
                prop_assert!(segment.duration > Ticks::ZERO);
                prop_assert_eq!(cuts.segment_at(segment.start), Some(segment.clone()));
                let first = segment.samples.start;
                prop_assert!(first == cuts.samples().start || track.samples.is_sync(first));
                next = segment.samples.end;
                time += segment.duration;
            }
            prop_assert_eq!(next, SampleIndex(track.samples.len()));
        }
    }

    /// For sane tracks, decode time + composition offset - lead is the presentation time, and the
    /// offsets between tracks stay.
    #[test]
    fn offsets_between_tracks_stay(
        video_delay in 0_i64..3000,
        audio_delay in 0_i64..100_000,
        priming in 0_i64..3000,
        b_frames: bool,
    ) {
        let mut video = video(1000, 40, 300, 50, b_frames);
        video.edit.delay = Ticks(video_delay);
        let plans = [video, audio(48_000, 600, priming).with_edit(audio_delay, priming)];
        let cuts = cut(&plans);
        for (plan, cuts) in plans.iter().zip(&cuts) {
            let track = plan.build();
            let edit = track.edit.delay - track.edit.media_start;
            let first = track.samples.samples(cuts.samples()).next().unwrap();
            let origin = cuts.presentation_time(&first) - (first.composition_time() + edit);
            for sample in track.samples.samples(cuts.samples()) {
                prop_assert!(cuts.decode_time(&sample) >= Ticks::ZERO);
                let composed = cuts.decode_time(&sample) + cuts.composition_offset(&sample);
                prop_assert_eq!(composed - cuts.lead(), cuts.presentation_time(&sample));
            }
            // What was taken off is what the earlier of the two starts with, on this track's clock.
            let earlier = std::cmp::min(video_delay * 48, audio_delay);
            let clock = Timescale::new(48_000).unwrap();
            let expected = Ticks(earlier).rescale_round(clock, track.timescale);
            prop_assert!((origin.0 + expected.0).abs() <= 1, "{origin} for {expected}");
        }
    }
}

/// A track of samples of a byte and a second each, all sync samples, with those composition
/// offsets: each with how many have it.
fn hostile(kind: MediaKind, offsets: &[(i32, u32)]) -> Track {
    let offsets =
        Column::from_runs(offsets.iter().map(|&(offset, count)| (offset.cast_unsigned(), count)));
    let samples = SampleTable::new(SampleColumns {
        sizes: Column::constant(1, offsets.len()),
        durations: Column::constant(1, offsets.len()),
        composition_offsets: offsets,
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples: None,
    });
    let is_video = kind == MediaKind::Video;
    let builder = if is_video { video(1, 1, 1, 1, false) } else { audio(1, 1, 0) };
    let mut track = builder.build();
    track.samples = samples.unwrap();
    track
}

/// The cuts at about six seconds, in a time which looking at half of the samples for each cut would
/// pass many times over.
fn cut_at_once(tracks: &[&Track]) -> Vec<Cuts> {
    let begun = std::time::Instant::now();
    let cuts = Timeline::cut(tracks, CutPolicy::SIX_SECONDS.unfilled()).unwrap().cuts;
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    cuts
}

#[test]
fn audio_with_offsets_beyond_reason_costs_no_time() {
    const LEN: u32 = 1 << 18;
    let tracks = [
        hostile(MediaKind::Audio, &[(0, LEN)]),
        hostile(MediaKind::Audio, &[(-(1 << 27), LEN - 1), (0, 1)]),
    ];
    assert!(cut_at_once(&tracks.each_ref())[0].len() > LEN as usize / 6 - 64);
}

/// No picture but the first and the last is found by its time, and the last is presented with the
/// first.
#[test]
fn video_out_of_all_order_costs_no_time() {
    const LEN: u32 = 1 << 16;
    const LATE: i32 = 1 << 27;
    let mut offsets: Vec<_> = (0..LEN.cast_signed()).map(|at| (LATE - at, 1)).collect();
    (offsets[0].0, offsets[LEN as usize - 3].0, offsets[LEN as usize - 1].0) =
        (0, LATE, 1 - LEN.cast_signed());
    let tracks = [hostile(MediaKind::Video, &offsets), hostile(MediaKind::Audio, &[(0, LEN)])];
    assert!(!cut_at_once(&tracks.each_ref())[1].is_empty());
}

/// 64 tracks may share their samples, so that cuts would take many times the memory of the file.
#[test]
fn cuts_of_all_tracks_together_are_bounded() {
    const DAY: usize = 24 * 3600;
    const { assert!(Timeline::MAX_SEGMENTS > 20 * DAY) };
    let long = hostile(MediaKind::Audio, &[(0, (1 << 15) + 1)]);
    let cut =
        |count| Timeline::cut(&vec![&long; count], CutPolicy::with_target(Duration::from_secs(1)));
    assert_eq!(cut(2).unwrap().cuts[1].len(), (1 << 15) + 1);
    let refused = cut(64).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "more than 2097152 segments in all tracks together (64 tracks)"
    );
}

#[test]
fn samples_without_duration_do_not_hide_those_behind_them() {
    let mut plan = audio(1, 300, 0);
    plan.durations = (0..300).map(|at| u32::from(!(10..200).contains(&at))).collect();
    assert_eq!(cut(&[plan])[0].len(), 110_usize.div_ceil(6));
}
