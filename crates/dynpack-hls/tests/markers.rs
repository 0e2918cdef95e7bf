//! Markers: ranges of dates in media playlists.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_hls::{Options, Part, media_playlist};
use dynpack_media::{
    Marker, Period, Presentation, RenditionId, SegmentNumber, Splice, SpliceKind, Stream, Ticks,
    Time, Timescale, View,
};
use dynpack_testkit::urls::Azure;
use dynpack_testkit::{self as film, AAC_48_STEREO};

/// Forty seconds in segments of two seconds.
fn film() -> Presentation {
    film::in_short_segments(vec![
        ("video", 400_000, film::video((640, 360), (512, 12_800), 1_000, 50)),
        ("audio", 128_000, film::audio(AAC_48_STEREO, 1_875, "en")),
    ])
}

fn millis(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn markers() -> Vec<Marker> {
    let mut markers: Vec<_> = [("late", 30_000), ("first", 0), ("ad", 6_000), ("point", 9_250)]
        .map(|(id, start)| Marker::new(id, millis(start)))
        .into();
    markers[2].duration = Some(millis(4_500));
    markers[2].class = Some("com.example.ad".into());
    markers[2].attributes = vec![("X-COM-EXAMPLE-ID".into(), "a,b".into())];
    markers[2].splice = Some(Splice { kind: SpliceKind::Out, section: vec![0xfc, 0x30].into() });
    markers
}

fn playlist(view: &View<'_>, id: &RenditionId) -> String {
    let renditions: Vec<_> =
        view.periods().map(|period| period.presentation().rendition(id).unwrap()).collect();
    let parts = view.periods().zip(&renditions).map(|(period, rendition)| {
        Part::new(Stream::new(rendition), period.start(), period.places().start)
            .with_program_start(period.program_start())
            .with_markers(&period.presentation().markers)
    });
    media_playlist(&parts.collect::<Vec<_>>(), &Azure, &Options::CMAF)
}

fn part(film: &Presentation, first: u32, end: u32) -> Period<'_> {
    Period::within(film, SegmentNumber(first)..SegmentNumber(end)).unwrap()
}

/// The lines about dates.
fn dates(playlist: &str) -> Vec<&str> {
    let tags = ["#EXT-X-PROGRAM-DATE-TIME", "#EXT-X-DATERANGE"];
    playlist.lines().filter(|line| tags.iter().any(|tag| line.starts_with(tag))).collect()
}

const AD: &str = "#EXT-X-DATERANGE:ID=\"ad\",CLASS=\"com.example.ad\",\
                  START-DATE=\"1970-01-01T00:00:06.000Z\",DURATION=4.500000,SCTE35-OUT=0xFC30,\
                  X-COM-EXAMPLE-ID=\"a,b\"";
const POINT: &str = "#EXT-X-DATERANGE:ID=\"point\",START-DATE=\"1970-01-01T00:00:09.250Z\"";

#[test]
fn markers_are_ranges_of_dates() {
    let film = film().with_markers(markers());
    let whole = View::whole(&film);
    let expected = [
        "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z",
        "#EXT-X-DATERANGE:ID=\"first\",START-DATE=\"1970-01-01T00:00:00.000Z\"",
        AD,
        POINT,
        "#EXT-X-DATERANGE:ID=\"late\",START-DATE=\"1970-01-01T00:00:30.000Z\"",
    ];
    for rendition in &film.renditions {
        let text = playlist(&whole, &rendition.id);
        assert_eq!(dates(&text), expected, "{text}");
        let read = m3u8_rs::parse_media_playlist_res(text.as_bytes()).unwrap();
        let ranges: Vec<_> = read.segments.iter().filter_map(|one| one.daterange.clone()).collect();
        assert!(!ranges.is_empty() && read.segments[0].program_date_time.is_some());
        let last = ranges.last().unwrap();
        assert_eq!((last.id.as_str(), last.start_date.timestamp()), ("late", 30));
    }
    // All playlists of a film have dates, and those of key frames nothing else.
    let id = film.renditions[0].key_frames().unwrap().id;
    assert_eq!(dates(&playlist(&whole, &id)), expected[..1]);
}

/// In a part of the film, dates count from the start of the film.
#[test]
fn a_part_lists_the_markers_of_which_it_shows_some() {
    let film = film().with_markers(markers());
    for (first, end, expected) in [
        (3, 7, &["06.000", AD, POINT][..]),
        (4, 5, &["08.000", AD, POINT]),
        (5, 6, &["10.000", AD]),
        (6, 9, &["12.000"]),
    ] {
        let text = playlist(&View::new(part(&film, first, end)), &film.renditions[0].id);
        let (date, others) = expected.split_first().unwrap();
        let near = |line: &str| {
            // A frame of audio may come before the pictures.
            let text = line.rsplit_once(':').unwrap().1.trim_end_matches('Z');
            (text.parse::<f64>().unwrap() - date.parse::<f64>().unwrap()).abs() < 0.03
        };
        let listed = dates(&text);
        assert!(near(listed[0]), "{text}");
        assert_eq!(&listed[1..], others, "{text}");
    }
}

/// Of several parts, dates go on.
#[test]
fn dates_go_on_from_part_to_part() {
    let film = film().with_markers(markers());
    let (one, other) = (part(&film, 0, 2), part(&film, 3, 6));
    let text = playlist(&View::new(one).with_period(other), &film.renditions[0].id);
    let listed = dates(&text);
    assert_eq!(listed.len(), 5, "{text}");
    assert!(listed[1].contains("\"first\"") && listed[2].starts_with("#EXT-X-PROGRAM"), "{text}");
    // Two segments of two seconds are before, and three that are left out.
    let start = |line: &str| -> f64 { line.split("T00:00:").nth(1).unwrap()[..6].parse().unwrap() };
    let [second, ad, point] = [listed[2], listed[3], listed[4]].map(start);
    assert!((second - 4.0).abs() < 0.03 && (point - ad - 3.25).abs() < 0.002, "{text}");
    assert!((ad - second).abs() < 0.03, "{text}");
}

/// A marker over several parts is one range. Of one that starts before the first, the rest is left.
#[test]
fn a_marker_over_several_parts_is_listed_once() {
    let lasting = |start: i64| {
        let mut marker = Marker::new("long", millis(start));
        marker.duration = Some(millis(9_500));
        vec![marker]
    };
    let first = film().with_markers(lasting(-1_500));
    let second = film().with_markers(lasting(-7_500));
    let (one, other) = (part(&first, 0, 3), part(&second, 0, 3));
    let text = playlist(&View::new(one).with_period(other), &first.renditions[0].id);
    let listed = dates(&text);
    assert_eq!(listed.len(), 3, "{text}");
    let expected = "#EXT-X-DATERANGE:ID=\"long\",START-DATE=\"1970-01-01T00:00:00.000Z\",\
                    DURATION=8.000000";
    assert_eq!(listed[1], expected);
}

#[test]
fn films_without_markers_have_no_dates() {
    let film = film();
    let text = playlist(&View::whole(&film), &film.renditions[0].id);
    assert_eq!(dates(&text), Vec::<&str>::new());
}
