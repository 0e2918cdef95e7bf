//! What edit lists present, when, and why some are refused.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Error, demux};
use dynpack_media::{CutPolicy, Edit, Movie, SampleIndex, Ticks, Timeline};
use dynpack_testkit::mp4::{self, MEDIA, Sizes, Track, file};
use proptest::prelude::*;

/// Duration of a sample, in ticks of 12800 Hz: 40 ms.
const FRAME: i64 = 512;

/// A tick of the movie, rounded up: its clock has 1000 Hz.
const TICK: i64 = 13;

/// The samples of a track, each of its own size: its number from 1.
#[derive(Clone, Debug)]
struct Media {
    is_video: bool,
    /// The place of each in the order of presentation, in decoding order.
    shown: Vec<i64>,
    /// Those at which decoding can start, from 0.
    sync: Vec<u32>,
}

impl Media {
    fn audio(count: i64) -> Self {
        Self { is_video: false, shown: (0..count).collect(), sync: Vec::new() }
    }

    /// Groups of `1 + 3 * others` pictures, each decoded as I P B B P B B.
    fn closed(groups: i64, others: i64) -> Self {
        Self::groups(groups, 1 + 3 * others, |at| match at {
            0 => 0,
            at if at % 3 == 1 => at + 2,
            at => at - 1,
        })
    }

    /// Groups of `3 * others` pictures, each decoded as I B B P B B, of which I is presented third.
    fn open(groups: i64, others: i64) -> Self {
        Self::groups(groups, 3 * others, |at| if at % 3 == 0 { at + 2 } else { at - 1 })
    }

    fn groups(groups: i64, len: i64, shown: impl Fn(i64) -> i64) -> Self {
        let of_group = |group: i64| (0..len).map(|at| group * len + shown(at)).collect::<Vec<_>>();
        Self {
            is_video: true,
            shown: (0..groups).flat_map(of_group).collect(),
            sync: (0..groups).map(|group| u32::try_from(group * len).unwrap()).collect(),
        }
    }

    /// Composition times: a frame later than presented where pictures are reordered.
    fn times(&self) -> Vec<i64> {
        let delay = i64::from(self.is_video);
        self.shown.iter().map(|shown| (shown + delay) * FRAME).collect()
    }

    /// The track, with a duration in `mdhd` that is right.
    fn track(&self, edits: &[(u64, i64)]) -> Track {
        let count = u32::try_from(self.shown.len()).unwrap();
        let offset = |(at, time): (i64, &i64)| (1, u32::try_from(time - at * FRAME).unwrap());
        let track = if self.is_video { Track::video(MEDIA) } else { Track::audio(MEDIA) };
        Track {
            timescale: 12_800,
            duration: count * 512,
            edits: Some((0, edits.to_vec())),
            stts: Some(vec![(count, 512)]),
            ctts: self.is_video.then(|| (0, (0..).zip(&self.times()).map(offset).collect())),
            sizes: Some(Sizes::Table((1..=count).collect())),
            stsc: vec![(1, count, 1)],
            stss: self.is_video.then(|| self.sync.iter().map(|sync| sync + 1).collect()),
            ..track
        }
    }
}

fn open(track: Track) -> Result<Movie, Error> {
    demux(Bytes::from(file(&[track], 60_000)))
}

fn opened(track: Track) -> dynpack_media::Track {
    let mut movie = open(track).unwrap();
    assert!(movie.warnings.is_empty(), "{:?}", movie.warnings);
    movie.tracks.remove(0)
}

fn refusal(track: Track) -> String {
    let error = open(track).unwrap_err();
    assert!(matches!(error, Error::EditList { .. }), "{error}");
    error.to_string()
}

/// Which stored sample each is, from 0, and when it is presented in the movie.
fn presented(track: &dynpack_media::Track) -> Vec<(i64, i64)> {
    let all = SampleIndex(0)..SampleIndex(track.samples.len());
    let shift = track.edit.delay - track.edit.media_start;
    let media = track.samples.samples(all.clone());
    let media =
        media.map(|sample| (i64::from(sample.size) - 1, (sample.composition_time() + shift).0));
    // The bytes of each sample are where the stored one has them.
    for index in (0..all.end.0).map(SampleIndex) {
        let size = u64::from(track.samples.size(index));
        let places: Vec<_> = track.samples.extents(index..SampleIndex(index.0 + 1)).collect();
        let offset = MEDIA + size * (size - 1) / 2;
        assert_eq!(places, [dynpack_media::Extent::new(offset, size)]);
    }
    media.collect()
}

/// Samples one after the other, the first presented at `start`.
fn run(samples: std::ops::Range<i64>, start: i64) -> impl Iterator<Item = (i64, i64)> {
    (0..).zip(samples).map(move |(at, sample)| (sample, start + at * FRAME))
}

#[test]
fn a_gap_between_edits_is_a_gap() {
    // 25 frames are a second.
    let track = opened(Media::audio(100).track(&[(1000, 0), (2000, -1), (1000, 25 * FRAME)]));
    assert_eq!(track.edit, Edit::default());
    let expected: Vec<_> = run(0..25, 0).chain(run(25..50, 75 * FRAME)).collect();
    assert_eq!(presented(&track), expected);
    assert_eq!(track.samples.duration(SampleIndex(24)), Ticks(51 * FRAME));
}

#[test]
fn what_lies_between_edits_is_left_out() {
    let track = opened(Media::audio(100).track(&[(40, -1), (400, FRAME), (400, 50 * FRAME)]));
    assert_eq!(track.edit, Edit { delay: Ticks(FRAME), media_start: Ticks(FRAME) });
    let expected: Vec<_> = run(0..11, 0).chain(run(50..60, 11 * FRAME)).collect();
    assert_eq!(presented(&track), expected);
}

#[test]
fn edits_of_video_start_at_sync_samples() {
    let media = Media::closed(4, 8);
    let (second, third) = (26 * FRAME, 51 * FRAME);
    let track = opened(media.track(&[(1000, FRAME), (1000, third)]));
    let mut times: Vec<_> = presented(&track).iter().map(|(_, time)| *time).collect();
    times.sort_unstable();
    assert_eq!(times, (0..50).map(|at| at * FRAME).collect::<Vec<_>>());
    let all = SampleIndex(0)..SampleIndex(50);
    assert_eq!(track.samples.sync_samples(all).unwrap(), [SampleIndex(0), SampleIndex(25)]);
    // Backwards, and twice.
    let track = opened(media.track(&[(1000, third), (1000, second), (1000, third)]));
    assert_eq!(track.samples.len(), 75 + 25 + 25);
    let text = refusal(media.track(&[(1000, FRAME), (1000, third + FRAME)]));
    assert!(
        text.contains("moov/trak[1]/edts/elst at ")
            && text.ends_with(
                ": edit 2 starts at tick 26624 of the media, where decoding cannot start: no \
             sync sample is presented then; encoding the film again applies its edits"
            ),
        "{text}"
    );
}

#[test]
fn edits_that_follow_each_other_without_a_break_are_one() {
    let media = Media::closed(4, 8);
    let whole = opened(media.track(&[(4000, FRAME)]));
    // The first ends among pictures that are decoded in another order.
    let edits = [(120, FRAME), (80, 4 * FRAME), (3800, 6 * FRAME)];
    assert_eq!(presented(&opened(media.track(&edits))), presented(&whole));
}

#[test]
fn an_edit_among_reordered_pictures_cannot_be_followed_at_once() {
    let media = Media::closed(4, 8);
    // P is needed to decode the two pictures before it, of which the second is left out.
    let text = refusal(media.track(&[(80, FRAME), (1000, 26 * FRAME)]));
    assert!(
        text.contains(
            "edit 1 ends at tick 1536 of the media, where a picture that it presents needs a \
             later one, and edit 2 follows; encoding the film again applies its edits"
        ),
        "{text}"
    );
    // Nor by what would present P later than for its own sake.
    assert!(
        refusal(media.track(&[(80, FRAME), (80, -1), (80, 3 * FRAME)])).contains("needs a later")
    );
    // In a gap there is room for it.
    let track = opened(media.track(&[(80, FRAME), (80, -1), (1000, 26 * FRAME)]));
    assert_eq!(presented(&track)[..4], [(0, 0), (1, 3 * FRAME), (2, FRAME), (25, 4 * FRAME)]);
}

#[test]
fn pictures_that_lead_a_later_edit_are_left_out() {
    let media = Media::open(4, 8);
    // The group of 24 pictures from 48 on starts with the picture presented third.
    let track = opened(media.track(&[(880, 3 * FRAME), (880, 51 * FRAME)]));
    let second = presented(&track).split_off(24);
    assert_eq!(second[..2], [(48, 22 * FRAME), (51, 25 * FRAME)]);
}

/// The pictures that lead a sync picture need it, and the next edit starts with it.
#[test]
fn a_sync_picture_is_presented_by_the_edit_that_starts_with_it_too() {
    let media = Media::open(4, 3);
    let track = opened(media.track(&[(360, 3 * FRAME), (400, -1), (280, 12 * FRAME)]));
    let found = presented(&track);
    assert_eq!(found[9..12], [(9, 9 * FRAME), (10, 7 * FRAME), (11, 8 * FRAME)]);
    assert_eq!(found[12..14], [(9, 19 * FRAME), (12, 22 * FRAME)]);
}

#[test]
fn an_edit_that_ends_early_ends_the_track() {
    let track = opened(Media::audio(100).track(&[(1000, FRAME)]));
    assert_eq!(presented(&track), run(0..26, -FRAME).collect::<Vec<_>>());
    // A frame that starts before the end stays whole.
    assert_eq!(opened(Media::audio(100).track(&[(1001, 0)])).samples.len(), 25);
    assert_eq!(opened(Media::audio(100).track(&[(1002, 0)])).samples.len(), 26);
    // Of the last frame, the part after the end is what encoders fill it up with.
    assert_eq!(opened(Media::audio(100).track(&[(3970, 0)])).samples.len(), 100);
}

/// `mdhd` counts the time of samples without bytes, with which a track may start.
#[test]
fn an_edit_may_end_early_after_a_start_without_bytes() {
    let media = Media::audio(100);
    let sizes = (0..100).map(|at| if at < 30 { 0 } else { at }).collect();
    let track = Track { sizes: Some(Sizes::Table(sizes)), ..media.track(&[(2000, 0)]) };
    let track = opened(track);
    assert_eq!((track.samples.len(), track.edit.delay), (20, Ticks(30 * FRAME)));
}

#[test]
fn pictures_after_the_end_stay_for_those_that_refer_to_them() {
    let media = Media::closed(4, 8);
    let ends = |frames: u64| opened(media.track(&[(frames * 40, FRAME)])).samples.len();
    assert_eq!([1, 2, 3, 4, 5, 25, 26].map(ends), [1, 3, 4, 4, 6, 25, 26]);
}

#[test]
fn where_mdhd_is_wrong_too_the_samples_win() {
    let track = |duration| Track { duration, ..Media::audio(100).track(&[(1000, 0)]) };
    for duration in [0, 25 * 512, u32::MAX, 98 * 512] {
        let movie = open(track(duration)).unwrap();
        assert_eq!(movie.tracks[0].samples.len(), 100, "{duration}");
        let warning = format!(
            "track 2: its edit list ends at tick 12800 of its media, but its samples last 51200 \
             ticks and mdhd declares {duration}: all samples are served"
        );
        assert_eq!(movie.warnings, [warning]);
    }
    for duration in [99 * 512, 100 * 512, 101 * 512] {
        assert_eq!(opened(track(duration)).samples.len(), 25, "{duration}");
    }
}

#[test]
fn edits_of_nothing_are_passed_over() {
    let media = Media::audio(100);
    let edits = [(0, 7), (40, -1), (0, 9), (400, 0), (0, 40 * FRAME), (400, 50 * FRAME), (9, -1)];
    let expected: Vec<_> = run(0..10, FRAME).chain(run(50..60, 11 * FRAME)).collect();
    assert_eq!(presented(&opened(media.track(&edits))), expected);
    let edits = [(400, 0), (0, 10 * FRAME), (400, 50 * FRAME)];
    let expected: Vec<_> = run(0..10, 0).chain(run(50..60, 10 * FRAME)).collect();
    assert_eq!(presented(&opened(media.track(&edits))), expected);
    // The last may stand for all that follows.
    let open_end = opened(media.track(&[(400, 0), (0, 90 * FRAME)]));
    assert_eq!(open_end.samples.len(), 20);
    assert_eq!(opened(media.track(&[(400, -1), (100, -1)])).edit.delay, Ticks(6400));
    assert!(refusal(Media::closed(1, 1).track(&[(1, 0)])).contains("no sample starts"));
}

/// The same file, with the rate of an edit.
fn with_rate(track: Track, edit: usize, rate: u32) -> Result<Movie, Error> {
    let mut file = file(&[track], 60_000);
    let elst = file.windows(4).position(|window| window == b"elst").unwrap();
    let at = elst + 12 + edit * 12 + 8;
    file[at..at + 4].copy_from_slice(&rate.to_be_bytes());
    demux(Bytes::from(file))
}

#[test]
fn other_rates_are_ignored_in_one_edit_and_refused_in_several() {
    let media = Media::audio(100);
    for rate in [0, 0x8000, 1] {
        let movie = with_rate(media.track(&[(9, -1), (4000, 0)]), 1, rate).unwrap();
        let warning = "track 2: the rate of its edit list is not 1, and is ignored";
        assert_eq!(
            (movie.tracks[0].samples.len(), &movie.warnings[..]),
            (100, &[warning.into()][..])
        );
    }
    let error = with_rate(media.track(&[(400, 0), (400, 10 * FRAME)]), 1, 0x8000).unwrap_err();
    assert!(error.to_string().contains("edit 2 plays at the rate 0.5"), "{error}");
    assert!(with_rate(media.track(&[(400, 0), (40, -1)]), 1, 0).unwrap().warnings.is_empty());
}

#[test]
fn memory_follows_the_file_whatever_edits_repeat() {
    let media = Media::audio(100);
    let edits = |count: usize| [(4000, 0), (4000, FRAME)].repeat(count);
    assert_eq!(opened(media.track(&edits(2))).samples.len(), 100 + 99 + 100 + 99);
    assert!(refusal(media.track(&edits(3))).contains("edit 5 presents media that others do"));
    let many = open(media.track(&vec![(1, 0); 65_537])).unwrap_err().to_string();
    assert!(many.ends_with("has 65537 edits, where 65536 are the limit"), "{many}");
}

fn media() -> impl Strategy<Value = Media> {
    prop_oneof![
        (1_i64..60).prop_map(Media::audio),
        (1_i64..6, 1_i64..5).prop_map(|(groups, others)| Media::closed(groups, others)),
        (1_i64..6, 1_i64..5).prop_map(|(groups, others)| Media::open(groups, others)),
    ]
}

/// Duration in milliseconds and media time of edits, most of them at the start of a frame.
fn edits(frames: i64) -> impl Strategy<Value = Vec<(u64, i64)>> {
    let duration = prop_oneof![4 => (0_u64..30).prop_map(|frames| frames * 40), 1 => 0_u64..900];
    let time = prop_oneof![
        6 => (0..frames + 1).prop_map(|frame| frame * FRAME),
        1 => 0..frames * FRAME,
        2 => Just(-1)
    ];
    prop::collection::vec((duration, time), 0..6)
}

/// Start and end in the movie, and media time, of all edits that present media. The last one of no
/// duration presents all that follows.
fn stretches(edits: &[(u64, i64)]) -> Vec<(i64, i64, i64)> {
    let on_track = |millis: u64| (i64::try_from(millis).unwrap() * 12_800 + 500) / 1000;
    let last = edits.iter().rposition(|edit| edit.1 >= 0);
    let placed = edits.iter().enumerate().scan(0, |start, (at, (duration, media_time))| {
        let position = *start;
        *start += duration;
        let is_open = Some(at) == last && *duration == 0;
        let end = if is_open { 1 << 40 } else { on_track(*start) };
        Some((on_track(position), end, *media_time))
    });
    placed.filter(|(start, end, media_time)| start < end && *media_time >= 0).collect()
}

/// Checks that all samples that start within an edit are presented at their times, that no others
/// are but where nothing else is, and that none is presented out of order.
fn check(media: &Media, edits: &[(u64, i64)], track: &dynpack_media::Track) {
    let found = presented(track);
    let times = media.times();
    // What comes before the first sample presents nothing.
    let is_before = |&(start, end, media_time): &(i64, i64, i64)| {
        times.iter().all(|time| start + time - media_time >= end - TICK)
    };
    let stretches: Vec<_> = stretches(edits).into_iter().skip_while(is_before).collect();
    for &(start, end, media_time) in &stretches {
        for (sample, time) in (0..).zip(&times) {
            let at = start + time - media_time;
            if (start..end - TICK).contains(&at) {
                let is_found =
                    found.iter().any(|found| found.0 == sample && (found.1 - at).abs() <= TICK);
                assert!(is_found, "sample {sample} is not at {at}: {found:?}");
            }
        }
    }
    let first = stretches.first().map_or(0, |stretch| stretch.0);
    for &(sample, at) in &found {
        let is_wanted = stretches.iter().any(|&(start, end, media_time)| {
            let expected = start + times[usize::try_from(sample).unwrap()] - media_time;
            (start - TICK..end).contains(&at) && (expected - at).abs() <= TICK
        });
        let is_between = !stretches.iter().any(|stretch| (stretch.0..stretch.1).contains(&at));
        assert!(is_wanted || is_between || at < first + TICK, "sample {sample} is at {at}");
    }
    let mut sorted: Vec<_> = found.iter().map(|found| found.1).collect();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), found.len(), "two samples at one time: {found:?}");
}

proptest! {
    #[test]
    fn every_edit_list_is_obeyed_or_refused(
        (media, edits) in media().prop_flat_map(|media| {
            let frames = i64::try_from(media.shown.len()).unwrap();
            (Just(media), edits(frames))
        })
    ) {
        let are_all_empty = edits.iter().all(|edit| edit.1 < 0);
        match open(media.track(&edits)) {
            Ok(_) if are_all_empty => {}
            Ok(movie) => check(&media, &edits, &movie.tracks[0]),
            Err(Error::EditList { problem, .. }) => prop_assert!(problem.len() > 20),
            // The media ends before the first edit starts.
            Err(Error::Malformed { problem, .. }) => {
                prop_assert!(problem.contains("the edit list starts at tick"), "{}", problem)
            }
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn edits_of_whole_groups_are_never_refused(
        // A track in which each sample claims to be a key frame would be looked at.
        others in 1_i64..6,
        wanted in prop::collection::vec((0_i64..8, 1_i64..4, 0_u64..3), 1..5),
    ) {
        let media = Media::closed(8, others);
        let len = 1 + 3 * others;
        let edits: Vec<_> = wanted
            .iter()
            .flat_map(|&(group, count, gap)| {
                let count = count.min(8 - group);
                let duration = u64::try_from(count * len).unwrap() * 40;
                [(duration, (group * len + 1) * FRAME), (gap * 100, -1)]
            })
            .collect();
        let total: i64 = stretches(&edits).iter().map(|(start, end, _)| end - start).sum();
        prop_assume!(total <= 3 * 8 * len * FRAME);
        check(&media, &edits, &opened(media.track(&edits)));
    }
}

/// Numbers at the bounds of their fields, and others.
fn any_number() -> impl Strategy<Value = i64> {
    let bits = (0_u32..63, -2_i64..3).prop_map(|(bits, off)| (1_i64 << bits).saturating_add(off));
    prop_oneof![bits, any::<i64>(), -1_i64..60_000, Just(i64::MAX), Just(i64::MIN)]
}

proptest! {
    #[test]
    fn no_numbers_do_harm(
        media in media(),
        edits in prop::collection::vec((any_number(), any_number()), 0..5),
        clock in any::<u32>(),
        movie_clock in any::<u32>(),
        duration in any::<u32>(),
        is_right in any::<bool>(),
    ) {
        let edits = edits.into_iter().map(|(duration, time)| (duration.cast_unsigned(), time));
        let track = media.track(&[]);
        let track = Track {
            edits: Some((1, edits.collect())),
            timescale: clock.max(1),
            duration: if is_right { track.duration } else { duration },
            ..track
        };
        let mut file = file(&[track], 60_000);
        let mvhd = file.windows(4).position(|window| window == b"mvhd").unwrap();
        file[mvhd + 16..mvhd + 20].copy_from_slice(&movie_clock.to_be_bytes());
        if let Ok(movie) = demux(Bytes::from(file)) {
            let track = &movie.tracks[0];
            prop_assert!(!track.samples.is_empty() && track.edit.implausible_time().is_none());
            let _ = Timeline::cut(&[track], CutPolicy::SIX_SECONDS);
        }
    }
}

#[test]
fn the_builder_writes_what_the_tests_claim() {
    let media = Media::open(2, 2);
    assert_eq!(media.shown, [2, 0, 1, 5, 3, 4, 8, 6, 7, 11, 9, 10]);
    assert_eq!(media.sync, [0, 6]);
    assert_eq!(Media::closed(2, 1).shown, [0, 3, 1, 2, 4, 7, 5, 6]);
    assert!(mp4::moov(&[media.track(&[])]).len() > 400);
}
