//! Which tracks of two files can be bitrates of one content.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dynpack_codec::Codec;
use dynpack_media::{Difference, Track};
use dynpack_testkit::{AAC_48_STEREO, AVCC, TrackBuilder, audio, codec, late, video, with_pixels};
use proptest::prelude::*;

fn between(one: &Track, other: &Track) -> Option<Difference> {
    let (found, swapped) = (Difference::between(one, other), Difference::between(other, one));
    assert_eq!(found.is_some(), swapped.is_some(), "{found:?}, {swapped:?}");
    found
}

/// Ten minutes of 25 pictures a second, with a key frame every two seconds.
fn of_size(width: u16, height: u16) -> Track {
    video((width, height), (512, 12_800), 15_000, 50)
}

fn of_frames(frames: u32) -> Track {
    video((640, 360), (512, 12_800), frames, 50)
}

#[test]
fn sizes_of_one_shape_are_rounded() {
    for sizes in [
        // 16:9, exact and rounded to 2, 4, 8 and 16.
        &[(1920, 1080), (1280, 720), (854, 480), (640, 360), (426, 240), (256, 144)][..],
        &[(1920, 1088), (960, 540), (848, 480), (480, 272), (400, 224), (416, 234), (320, 176)],
        &[(160, 90), (192, 108), (1024, 576), (768, 432), (234, 132)],
        // 2.4:1.
        &[(1920, 800), (1280, 534), (1280, 536), (854, 356), (640, 266), (426, 178)],
        // 4:3 and 9:16.
        &[(1440, 1080), (640, 480), (320, 240), (96, 72)],
        &[(1080, 1920), (720, 1280), (360, 640), (240, 426)],
    ] {
        for &(width, height) in sizes {
            for &(other_width, other_height) in sizes {
                let found = between(&of_size(width, height), &of_size(other_width, other_height));
                assert_eq!(found, None, "{width}x{height}, {other_width}x{other_height}");
            }
        }
    }
}

#[test]
fn other_shapes_are_not_one_content() {
    for (one, other) in [
        ((640, 360), (640, 480)),
        ((640, 360), (360, 640)),
        ((1920, 1080), (1920, 800)),
        ((128, 72), (96, 72)),
        ((160, 90), (160, 120)),
        ((320, 240), (320, 320)),
    ] {
        let (one, other) = (of_size(one.0, one.1), of_size(other.0, other.1));
        assert!(matches!(between(&one, &other), Some(Difference::Shape(..))));
    }
}

#[test]
fn the_shape_is_that_of_the_picture_as_displayed() {
    let wide = with_pixels(of_size(720, 576), 64, 45);
    assert_eq!(between(&wide, &of_size(1024, 576)), None);
    assert_eq!(between(&with_pixels(of_size(720, 480), 8, 9), &of_size(640, 480)), None);
    assert_eq!(
        between(&of_size(720, 576), &wide).unwrap().to_string(),
        "one has 720x576 pixels and the other 720x576"
    );
}

#[test]
fn durations_differ_by_a_second_or_by_a_thousandth() {
    for (one, other, is_one) in [
        (200, 225, true),
        (200, 226, false),
        // An hour: 3.6 s.
        (90_000, 89_910, true),
        (90_000, 89_909, false),
        (1, 26, true),
    ] {
        let found = between(&of_frames(one), &of_frames(other));
        assert_eq!(found.is_none(), is_one, "{one} and {other}: {found:?}");
    }
    let found = between(&of_frames(200), &of_frames(250)).unwrap();
    assert_eq!(found.to_string(), "one lasts 8.000 s and the other 10.000 s");
    let sound = |frames| audio(AAC_48_STEREO, frames, "en");
    assert_eq!(between(&sound(1000), &sound(1046)), None);
    assert!(between(&sound(1000), &sound(1047)).is_some());
    // The delay of an edit list is no part of the duration.
    assert_eq!(between(&sound(1000), &late(sound(1000), 480_000)), None);
}

#[test]
fn a_ladder_has_common_sync_samples() {
    let of_groups = |gop| video((640, 360), (512, 12_800), 1_000, gop);
    let with_sync =
        |sync: Vec<u32>| TrackBuilder::video(12_800, 512, 1_000, 50).with_sync(sync).build();
    // Of 2 and 3 seconds every sixth second, of 2 and 5 every tenth.
    assert_eq!(between(&of_groups(50), &of_groups(75)), None);
    assert_eq!(between(&of_groups(50), &of_groups(125)), None);
    assert_eq!(between(&of_groups(50), &of_groups(1_000)), None);
    assert_eq!(between(&of_groups(1), &of_groups(50)), None);
    let shifted = with_sync((0..1_000).filter(|at| *at == 0 || at % 50 == 25).collect());
    assert_eq!(between(&of_groups(50), &shifted), Some(Difference::SyncSamples));
    // Four of 16 are shared, then three.
    let some = |shared: u32| {
        (0..17).map(|at| if at <= shared { at * 50 } else { at * 50 + 7 }).collect::<Vec<_>>()
    };
    assert_eq!(between(&of_groups(50), &with_sync(some(4))), None);
    assert_eq!(between(&of_groups(50), &with_sync(some(3))), Some(Difference::SyncSamples));
}

#[test]
fn other_clocks_and_rates_are_one_content() {
    // 30000/1001 frames a second on a clock that cannot express them, and half as many.
    let ntsc = video((640, 360), (1_001, 30_000), 600, 60);
    let millis = TrackBuilder {
        durations: [33, 33, 34].repeat(200),
        ..TrackBuilder::video(1_000, 33, 600, 60)
    };
    let half = video((640, 360), (2_002, 30_000), 300, 30);
    assert_eq!(between(&ntsc, &millis.with_codec(codec::avc(AVCC, (640, 360))).build()), None);
    assert_eq!(between(&ntsc, &half), None);
}

proptest! {
    /// A picture that is scaled and rounded keeps its shape.
    #[test]
    fn a_scaled_picture_is_of_one_shape(
        (width, height) in (200..4000_u16, 200..2200_u16),
        tenths in 1..=10_u32,
        step in prop::sample::select(vec![1_u32, 2, 4, 8, 16]),
    ) {
        let scaled = |size: u16| {
            let exact = u32::from(size) * tenths;
            u16::try_from((exact + 5 * step) / (10 * step) * step).unwrap()
        };
        prop_assume!([width, height].iter().all(|size| u32::from(scaled(*size)) >= step));
        let of = |size: (u16, u16)| -> Track {
            let codec: Codec = codec::avc(AVCC, size);
            TrackBuilder::video(25, 1, 10, 10).with_codec(codec).build()
        };
        let found = between(&of((width, height)), &of((scaled(width), scaled(height))));
        prop_assert_eq!(found, None);
    }
}
