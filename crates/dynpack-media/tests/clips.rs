//! Clips: stretches of a presentation that start and end at any picture.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use dynpack_media::{
    ClipSpan, CutPolicy, Error, Marker, MediaKind, Presentation, Rendition, RenditionId, Sample,
    SampleIndex, SourceIndex, Ticks, Time, Timeline, Timescale,
};
use dynpack_testkit::TrackBuilder;
use proptest::prelude::*;

const POLICY: CutPolicy = CutPolicy::with_target(std::time::Duration::from_secs(2));
const NONE: Time = Time::new(Ticks::ZERO, Timescale::MILLIS);

fn presentation(tracks: &[TrackBuilder]) -> Presentation {
    let tracks: Vec<_> = tracks.iter().map(TrackBuilder::build).collect();
    let timeline = Timeline::cut(&tracks.iter().collect::<Vec<_>>(), POLICY).unwrap();
    let renditions = tracks.into_iter().zip(timeline.cuts).map(|(track, cuts)| {
        let id = RenditionId::new(track.kind().as_str(), 100_000);
        Rendition::new(id, SourceIndex(0), Arc::new(track), Arc::new(cuts))
    });
    Presentation::new(renditions.collect()).unwrap()
}

fn millis(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn span(start: i64, end: Option<i64>) -> ClipSpan {
    ClipSpan { start: millis(start), end: end.map(millis) }
}

fn clip(whole: &Presentation, span: ClipSpan) -> Result<Presentation, Error> {
    whole.clip(span, POLICY, [], |_| NONE).map(|(clip, _)| clip)
}

/// The samples that a rendition presents, each with its place in the file and when it is presented.
fn presented(rendition: &Rendition) -> Vec<(Sample, u64, Time)> {
    let samples = rendition.track.samples.placed_samples(rendition.cuts.samples());
    samples
        .map(|(sample, place)| {
            (sample, place, rendition.time(rendition.cuts.presentation_time(&sample)))
        })
        .collect()
}

fn of_kind(presentation: &Presentation, kind: MediaKind) -> &Rendition {
    presentation.of_kind(kind).next().unwrap()
}

#[test]
fn a_clip_starts_with_its_picture_and_hides_those_before() {
    // A key frame every two seconds, at 25 pictures a second.
    let whole = presentation(&[
        TrackBuilder::video(12_800, 512, 500, 50).with_b_frames(2),
        TrackBuilder::audio(48_000, 930),
    ]);
    let clip = clip(&whole, span(5_320, Some(9_000))).unwrap();
    let video = of_kind(&clip, MediaKind::Video);
    // The key frame at four seconds, and 32 pictures after it.
    let pictures = presented(video);
    assert!(pictures[0].0.is_sync);
    let mut times: Vec<_> = pictures.iter().map(|(.., time)| time.ticks.0).collect();
    times.sort_unstable();
    // On a clock eight times as fast, on which two ticks are at least one of 90 kHz.
    assert_eq!(video.timescale(), Timescale::new(102_400).unwrap());
    assert_eq!(times[..33], (0..33).map(|place| place * 2).collect::<Vec<_>>());
    // The first that is shown comes 1.1 ms after the start.
    assert_eq!(times[33..36], [113, 4_096, 8_192]);
    assert_eq!(clip.begin(), Some(millis(20)));
    let named = clip.named_from_begin();
    assert_eq!(named.renditions[0].cuts.start(), Ticks(2_048));
    assert_eq!(named.renditions[1].cuts.start(), Ticks(960));
    assert_eq!(clip.duration(), millis(3_680));
    assert_eq!(video.end_time(), millis(3_680));
    assert_eq!(video.track.frame_rate().unwrap().to_string(), "25");
    let audio = of_kind(&clip, MediaKind::Audio);
    assert_eq!(audio.cuts.start(), Ticks(0));
    assert!((audio.end().0 - 3_680 * 48).abs() <= 512, "{}", audio.end());
}

#[test]
fn a_clip_at_a_key_frame_is_the_same_media() {
    let whole = presentation(&[TrackBuilder::video(25, 1, 500, 50).with_b_frames(1)]);
    let clip = clip(&whole, span(4_000, Some(8_000))).unwrap();
    let video = of_kind(&clip, MediaKind::Video);
    assert_eq!(video.timescale(), Timescale::new(25).unwrap());
    assert!(presented(video).iter().all(|(sample, ..)| sample.duration == Ticks(1)));
    let starts: Vec<_> = video.cuts.segments().map(|segment| segment.start.0).collect();
    assert_eq!(starts, [0, 50]);
}

#[test]
fn times_between_pictures_are_those_of_the_nearest() {
    let whole = presentation(&[TrackBuilder::video(30_000, 1_001, 300, 60)]);
    // 33.4 ms each, written with three decimals.
    let clip = clip(&whole, span(2_002, Some(2_069))).unwrap();
    assert_eq!(clip.duration(), Time::new(Ticks(2_002), Timescale::new(30_000).unwrap()));
}

#[test]
fn nothing_is_no_clip() {
    let whole = presentation(&[TrackBuilder::video(25, 1, 100, 50)]);
    for (start, end) in [(4_000, None), (1_000, Some(1_000)), (2_000, Some(1_000)), (9_000, None)] {
        let error = clip(&whole, span(start, end)).unwrap_err();
        assert!(matches!(error, Error::EmptyClip { .. }), "{error}");
    }
}

/// Two thousand pictures do not fit into one of 240 a second.
#[test]
fn a_key_frame_too_far_away_is_an_error() {
    let whole = presentation(&[TrackBuilder::video(240, 1, 3_000, 3_000)]);
    let start = span(9_000, None);
    assert!(matches!(clip(&whole, start), Err(Error::TooManyHidden { pictures: 2160, .. })));
    assert!(clip(&whole, span(1_000, None)).is_ok());
}

/// Clips of the same ten seconds, one after the other: frames of audio do not fill them exactly,
/// and nothing adds up.
#[test]
fn sound_keeps_up_with_the_pictures_over_many_clips() {
    let whole =
        presentation(&[TrackBuilder::video(25, 1, 500, 50), TrackBuilder::audio(48_000, 930)]);
    let mut ahead = NONE;
    for _ in 0..100 {
        let (clip, _) = whole.clip(span(2_000, Some(12_000)), POLICY, [], |_| ahead).unwrap();
        let audio = of_kind(&clip, MediaKind::Audio);
        let longer = audio.end_time().plus(millis(-10_000));
        ahead = ahead.plus(longer);
        assert!(ahead.round(Timescale::MILLIS).0.abs() <= 22, "{ahead:?}");
    }
}

/// Markers stand at their times in the clip, and end with it. Segments start at them, and at marks
/// of whoever makes the clip.
#[test]
fn a_clip_is_cut_at_its_markers_and_at_marks() {
    let whole = presentation(&[TrackBuilder::video(25, 1, 500, 50)]);
    let marker = |id, start| {
        let mut marker = Marker::new(id, millis(start));
        (marker.duration, marker.cuts) = (Some(millis(3_000)), true);
        marker
    };
    let markers = vec![marker("before", 1_000), marker("own", 6_000), marker("last", 11_500)];
    let whole = whole.with_markers(markers);
    let policy = CutPolicy::with_target(std::time::Duration::from_secs(10));
    let marks = [-2_000, 0, 2_000, 6_000, 30_000].map(millis);
    let clip = whole.clip(span(2_000, Some(12_000)), policy, marks, |_| NONE);
    let (clip, times) = clip.unwrap();
    assert_eq!(times.ticks(), [50, 100, 150, 200].map(Ticks));
    let millis = |time: Time| time.round(Timescale::MILLIS).0;
    let shown = |marker: &Marker| (marker.id.clone(), millis(marker.start), millis(marker.end()));
    let shown: Vec<_> = clip.markers.iter().map(shown).collect();
    assert_eq!(shown, [("own".to_owned(), 4_000, 7_000), ("last".to_owned(), 9_500, 10_000)]);
}

proptest! {
    /// The law of clips: each picture of the stretch is presented once, at its time less the start.
    /// Other pictures take next to no time, and all of them are needed.
    #[test]
    fn every_picture_of_the_stretch_is_presented_at_its_time(
        rate in prop_oneof![Just((25, 1)), Just((12_800, 512)), Just((30_000, 1_001)), Just((90_000, 1_500))],
        count in 1_u32..400,
        gop in 1_u32..90,
        b_frames in 0_u32..4,
        bounds in (0.0_f64..1.0, 0.0_f64..1.0),
    ) {
        let (hz, duration) = rate;
        let video = TrackBuilder::video(hz, duration, count, gop).with_b_frames(b_frames);
        let whole = presentation(&[video]);
        let lasts = i64::from(count) * i64::from(duration);
        let clock = Timescale::new(hz).unwrap();
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a draw")]
        let at = |part: f64| Time::new(Ticks((lasts as f64 * part) as i64), clock);
        let (start, end) = (at(bounds.0.min(bounds.1)), at(bounds.0.max(bounds.1)));
        let Ok(clip) = clip(&whole, ClipSpan { start, end: Some(end) }) else {
            let frame = Time::new(Ticks(duration.into()), clock);
            prop_assert!(end <= start.plus(frame), "{start:?} {end:?}");
            return Ok(());
        };
        let (source, video) =
            (of_kind(&whole, MediaKind::Video), of_kind(&clip, MediaKind::Video));
        let (before, after) = (presented(source), presented(video));
        prop_assert!(after[0].0.is_sync);
        // What is sent is a stretch of the film in decoding order.
        let first = before.iter().position(|(_, place, _)| *place == after[0].1).unwrap();
        let places = |samples: &[(Sample, u64, Time)]| {
            samples.iter().map(|(_, place, _)| *place).collect::<Vec<_>>()
        };
        prop_assert_eq!(places(&before[first..first + after.len()]), places(&after));
        let sum = after.iter().fold(Ticks(0), |sum, (sample, ..)| sum + sample.duration);
        prop_assert_eq!(video.time(sum), clip.duration());
        let mut shown = 0_u32;
        let hidden = i64::try_from(after.len()).unwrap();
        let start = clip.origin();
        for ((_, _, time), (sample, place, clip_time)) in before[first..].iter().zip(&after) {
            let (from, until) = (start, start.plus(clip.duration()));
            prop_assert!(*clip_time >= NONE && *clip_time < clip.duration());
            if *time > from && *time < until {
                let moved = start.plus(*clip_time);
                prop_assert_eq!(moved, *time, "{}", place);
                shown += 1;
            } else if *time == from {
                // It gives the pictures before it a tick of 90 kHz each, and at least 1.1 ms.
                prop_assert!(clip_time.round(Timescale::MPEG).0 <= (2 * hidden).max(100));
                shown += 1;
            } else {
                let ticks = video.time(sample.duration).ceil(Timescale::MPEG);
                prop_assert!(ticks <= Ticks(100), "{} lasts {}", place, ticks);
            }
        }
        let of_film = before.iter().filter(|(.., time)| {
            *time >= start && *time < start.plus(clip.duration())
        });
        prop_assert_eq!(of_film.count(), shown as usize);
        // Each has a time of its own, also on the clock of transport streams.
        let mut times: Vec<_> =
            after.iter().map(|(.., time)| time.floor(Timescale::MPEG)).collect();
        times.sort_unstable();
        times.dedup();
        prop_assert_eq!(times.len(), after.len());
        let last = video.track.samples.len() - 1;
        let decoded = video.track.samples.decode_time(SampleIndex(last));
        prop_assert!(decoded >= Ticks(0));
    }
}
