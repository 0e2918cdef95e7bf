//! Which places of the timeline a stretch of time touches, against a model that looks at each.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use dynpack_media::{CutPolicy, Presentation, SegmentNumber, Ticks, Time, Timescale};
use dynpack_testkit::{self as kit, AAC_48_STEREO, in_short_segments, presentation};
use proptest::prelude::*;

fn time(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn places(presentation: &Presentation, start: Time, end: Time) -> Option<(u32, u32)> {
    presentation.places_in(start..end).map(|places| (places.start.0, places.end.0))
}

/// Ten seconds of video in five segments, and audio whose cuts lie a little beside its cuts.
#[test]
fn a_stretch_keeps_what_the_video_has_in_it() {
    let film = in_short_segments(vec![
        ("video", 400_000, kit::video((640, 360), (512, 12_800), 250, 50)),
        ("audio", 128_000, kit::audio(AAC_48_STEREO, 469, "en")),
    ]);
    let millis = |start, end| places(&film, time(start), time(end));
    assert_eq!(millis(0, 10_000), Some((0, 5)));
    assert_eq!(millis(2_000, 4_000), Some((1, 2)), "bounds at cuts");
    assert_eq!(millis(1_999, 4_001), Some((0, 3)), "a millisecond on both sides");
    assert_eq!(millis(3_000, 3_001), Some((1, 2)), "within one segment");
    assert_eq!(millis(0, 1), Some((0, 1)));
    assert_eq!(millis(9_999, i64::MAX), Some((4, 5)));
    assert_eq!(millis(10_003, i64::MAX), Some((4, 5)), "what sound has after the last picture");
    assert_eq!(millis(10_006, i64::MAX), None, "the end of the film");
    assert_eq!(millis(2_000, 2_000), None);
    assert_eq!(millis(4_000, 2_000), None);
    // On other clocks: one tick of 10 MHz after a cut, and before it.
    let ticks = |start, end| {
        let time = |ticks| Time::new(Ticks(ticks), Timescale::SMOOTH);
        places(&film, time(start), time(end))
    };
    assert_eq!(ticks(20_000_000, 40_000_000), Some((1, 2)));
    assert_eq!(ticks(19_999_999, 40_000_001), Some((0, 3)));
    assert_eq!(ticks(0, i64::MAX), Some((0, 5)));
}

/// Before the video starts and after it ends, the audio says where places are.
#[test]
fn audio_alone_has_places_too() {
    let late = kit::late(kit::video((640, 360), (512, 12_800), 100, 50), 12_800 * 4);
    let film = in_short_segments(vec![
        ("video", 400_000, late),
        ("audio", 128_000, kit::audio(AAC_48_STEREO, 563, "en")),
    ]);
    let millis = |start, end| places(&film, time(start), time(end));
    assert_eq!(millis(0, 1), Some((0, 1)));
    assert_eq!(millis(1_000, 3_000), Some((0, 2)));
    assert_eq!(millis(4_000, 4_001), Some((2, 3)), "the first of the video");
    assert_eq!(millis(11_000, i64::MAX), Some((5, 6)));
    assert_eq!(millis(7_000, 9_000), Some((3, 5)));
}

/// The stretch of each place that has segments: the starts of the longest default video, or before
/// and after it of the earliest other track.
fn model(film: &Presentation) -> Vec<(SegmentNumber, Time)> {
    let default = film
        .default_of(dynpack_media::MediaKind::Video)
        .or_else(|| film.default_of(dynpack_media::MediaKind::Audio))
        .unwrap();
    let lead = film.named(&default.id.name).max_by_key(|one| one.end_time()).unwrap();
    let mut places = std::collections::BTreeMap::<SegmentNumber, Time>::new();
    let own: Vec<_> = lead.cuts.segments().collect();
    let (first, last) = (own[0].number, own[own.len() - 1].number);
    for rendition in &film.renditions {
        for segment in rendition.cuts.segments() {
            if segment.number >= first && segment.number <= last {
                continue;
            }
            let start = rendition.time(segment.start);
            let start = if segment.number > last { start.max(lead.end_time()) } else { start };
            let known = places.entry(segment.number).or_insert(start);
            *known = start.min(*known);
        }
    }
    places.extend(own.iter().map(|segment| (segment.number, lead.time(segment.start))));
    places.into_iter().collect()
}

proptest! {
    #[test]
    fn places_are_those_of_the_model(
        (video_millis, video_frames) in (0_i64..6_000, 0_u32..300),
        (audio_millis, audio_frames) in (0_i64..6_000, 1_u32..600),
        target in 500_u64..4_000,
        start in -1_000_i64..20_000,
        len in 1_i64..20_000,
    ) {
        let audio = kit::late(kit::audio(AAC_48_STEREO, audio_frames, "en"), audio_millis * 48);
        let mut tracks = vec![("audio", 128_000, audio)];
        if video_frames > 0 {
            let video = kit::video((640, 360), (512, 12_800), video_frames, 25);
            tracks.push(("video", 400_000, kit::late(video, video_millis * 64 / 5)));
        }
        let film = presentation(tracks, CutPolicy::with_target(Duration::from_millis(target)));
        let stretches = model(&film);
        let (start, end) = (time(start), time(start + len));
        let starts = stretches.iter().map(|(_, start)| *start);
        let ends = starts.skip(1).chain([film.duration()]);
        let kept: Vec<_> = stretches
            .iter()
            .zip(ends)
            .enumerate()
            .filter(|(at, ((_, own_start), own_end))| {
                (*at == 0 || *own_start < end) && *own_end > start
            })
            .map(|(_, ((number, _), _))| number.0)
            .collect();
        let shown = start < film.duration()
            && end > film.renditions.iter().map(|one| one.start_time()).min().unwrap();
        let kept = if shown { kept } else { Vec::new() };
        let found = film.places_in(start..end);
        prop_assert_eq!(found.is_some(), !kept.is_empty());
        if let Some(found) = found {
            let numbers: Vec<u32> =
                stretches.iter().map(|(number, _)| number.0).filter(|number| {
                    found.contains(&SegmentNumber(*number))
                }).collect();
            prop_assert_eq!(numbers, kept);
        }
    }
}
