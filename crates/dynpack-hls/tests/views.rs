//! Playlists of a part of a film, and of several films in a row.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_hls::{Options, Part, media_playlist};
use dynpack_media::{Period, Presentation, RenditionId, SegmentNumber, Stream, View};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO};

/// The playlist of a rendition, with a part for each period.
fn playlist(view: &View<'_>, id: &RenditionId) -> String {
    let renditions: Vec<_> =
        view.periods().map(|period| period.presentation().rendition(id).unwrap()).collect();
    let parts: Vec<_> = view
        .periods()
        .zip(&renditions)
        .map(|(period, rendition)| {
            Part::new(Stream::new(rendition), period.start(), period.places().start)
                .with_program_start(period.program_start())
        })
        .collect();
    media_playlist(&parts, &Azure, &Options::CMAF)
}

fn urls(playlist: &str) -> Vec<&str> {
    playlist.lines().filter(|line| line.starts_with("Fragments(")).collect()
}

fn seconds(playlist: &str) -> Vec<f64> {
    let lines = playlist.lines().filter_map(|line| line.strip_prefix("#EXTINF:"));
    lines.map(|line| line.trim_end_matches(',').parse().unwrap()).collect()
}

fn places(first: u32, end: u32) -> std::ops::Range<SegmentNumber> {
    SegmentNumber(first)..SegmentNumber(end)
}

/// Forty seconds in segments of two seconds. The audio starts a tenth of a second late.
fn late_audio() -> Presentation {
    film::in_short_segments(vec![
        ("video", 400_000, film::video((640, 360), (512, 12_800), 1_000, 50)),
        ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 1_875, "en"), 4_800)),
    ])
}

#[test]
fn a_view_that_starts_late_lists_no_gap_and_shares_its_urls_with_the_whole() {
    let film = late_audio();
    let whole = View::whole(&film);
    let part = View::new(Period::within(&film, places(3, 7)).unwrap());
    let mut ids: Vec<_> = film.renditions.iter().map(|rendition| rendition.id.clone()).collect();
    ids.push(film.renditions[0].key_frames().unwrap().id);
    for id in ids {
        let (whole, part) = (playlist(&whole, &id), playlist(&part, &id));
        assert!(!part.contains("#EXT-X-GAP"), "{part}");
        let listed = urls(&part);
        assert!(listed.len() >= 4 && listed.iter().all(|url| whole.contains(url)), "{part}");
        // All renditions are aligned: they begin with the period and have its duration, to within a
        // frame.
        let lasts: f64 = seconds(&part).iter().sum();
        assert!((lasts - 8.0).abs() < 0.03, "{lasts} s: {part}");
        assert!(part.contains("#EXT-X-MEDIA-SEQUENCE:3\n"), "{part}");
    }
}

#[test]
fn missing_segments_at_the_start_of_a_view_are_gaps() {
    let film = film::in_short_segments(vec![
        ("video", 400_000, film::video((640, 360), (512, 12_800), 1_000, 50)),
        ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 1_000, "en"), 48_000 * 10)),
    ]);
    let part = View::new(Period::within(&film, places(3, 8)).unwrap());
    let text = playlist(&part, &film.renditions[1].id);
    assert_eq!(text.matches("#EXT-X-GAP").count(), 2, "{text}");
    let lasts: f64 = seconds(&text).iter().sum();
    assert!((lasts - 10.0).abs() < 0.03, "{lasts} s: {text}");
}

/// The second period starts with its first frame of audio, 1.3 ms before the picture.
#[test]
fn between_two_periods_is_a_discontinuity_with_an_init_segment() {
    let (one, other) = (late_audio(), late_audio());
    let first = Period::within(&one, places(0, 2)).unwrap();
    let second = Period::within(&other, places(5, 6)).unwrap();
    let text = playlist(&View::new(first).with_period(second), &one.renditions[0].id);
    let expected = r#"#EXTINF:2.000000,
Fragments(video=25600,format=m3u8-cmaf)
#EXT-X-DISCONTINUITY
#EXT-X-MAP:URI="Fragments(video=i,format=m3u8-cmaf)"
#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:04.004Z
#EXTINF:2.001333,
Fragments(video=128000,format=m3u8-cmaf)
#EXT-X-ENDLIST
"#;
    assert!(text.ends_with(expected), "{text}");
}
