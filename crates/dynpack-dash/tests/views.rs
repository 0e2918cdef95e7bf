//! Manifests of a part of a film, and of several films in a row.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_dash::{Options, mpd};
use dynpack_media::{
    Chapter, Language, Marker, Period, Presentation, SegmentNumber, Splice, SpliceKind, Ticks,
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

fn part(film: &Presentation, first: u32, end: u32) -> Period<'_> {
    Period::within(film, SegmentNumber(first)..SegmentNumber(end)).unwrap()
}

#[test]
fn a_view_that_starts_late_shares_its_urls_with_the_whole() {
    let film = film();
    let text = mpd(&View::new(part(&film, 3, 7)), &Azure, &Options::CMAF);
    let read = dash_mpd_core::parse(&text).unwrap();
    assert!((read.mediaPresentationDuration.unwrap().as_secs_f64() - 8.0).abs() < 0.03, "{text}");
    let mut templates = 0;
    for set in &read.periods[0].adaptations {
        let own = set.representations.iter().filter_map(|one| one.SegmentTemplate.as_ref());
        for template in set.SegmentTemplate.iter().chain(own) {
            templates += 1;
            let first = &template.SegmentTimeline.as_ref().unwrap().segments[0];
            let offset = template.presentationTimeOffset.unwrap();
            let hz = template.timescale.unwrap();
            // The first segment starts with the period, to within a frame of audio.
            assert!(first.t.unwrap().abs_diff(offset) <= hz / 40, "{text}");
            // Of video, exactly: dash.js stops where it starts later.
            assert!(hz != 12_800 || offset == first.t.unwrap(), "{text}");
            let seconds = first.t.unwrap() as f64 / hz as f64;
            assert!((seconds - 6.0).abs() < 0.03, "{seconds}: {text}");
        }
    }
    assert_eq!(templates, 3, "video, audio and key frames: {text}");
}

#[test]
fn periods_follow_each_other() {
    let (one, other) = (film(), film());
    let view = View::new(part(&one, 0, 2)).with_period(part(&other, 5, 9));
    let text = mpd(&view, &Azure, &Options::CMAF);
    let read = dash_mpd_core::parse(&text).unwrap();
    let starts = read.periods.iter().map(|period| period.start.unwrap().as_secs_f64());
    let starts: Vec<_> = starts.collect();
    assert!(starts.len() == 2 && starts[0] == 0.0 && (starts[1] - 4.0).abs() < 0.03, "{text}");
    let whole = read.mediaPresentationDuration.unwrap().as_secs_f64();
    assert!((whole - 12.0).abs() < 0.05, "{text}");
    // Video and audio go on; key frames are for trick play alone.
    let connected = r#"period-connectivity:2015" value="0""#;
    assert_eq!(text.matches(connected).count(), 2, "{text}");
}

/// Markers are events on the clock of the period, which starts with its pictures.
#[test]
fn markers_are_events_of_their_periods() {
    let marker = |(id, start, lasts): (&str, i64, Option<i64>)| {
        let time = |millis| Time::new(Ticks(millis), Timescale::MILLIS);
        let mut marker = Marker::new(id, time(start));
        marker.duration = lasts.map(time);
        marker
    };
    let mut markers: Vec<_> = [
        ("long", 1_000, Some(6_000)),
        ("gone", 1_000, Some(5_000)),
        ("point", 8_000, None),
        ("out", 9_000, Some(30_000)),
        ("late", 14_000, None),
    ]
    .map(marker)
    .into();
    markers[0].class = Some("urn:example:credits".into());
    markers[2].class = Some("goal".into());
    markers[2].attributes = vec![("X-WHO".into(), "7 \"& <b>\\".into())];
    markers[3].splice =
        Some(Splice { kind: SpliceKind::Out, section: vec![0xfc, 0x30, 0x16].into() });
    let film = film().with_markers(markers);
    let text = mpd(&View::new(part(&film, 3, 7)), &Azure, &Options::CMAF);
    let events: Vec<_> = text
        .lines()
        .skip_while(|line| !line.contains("<EventStream"))
        .take_while(|line| !line.contains("<AdaptationSet"))
        .map(str::trim)
        .collect();
    let expected = [
        r#"<EventStream schemeIdUri="urn:dynpack:markers:2026" value="goal" timescale="1000">"#,
        r#"<Event presentationTime="2000" duration="0" id="1">{"ID":"point","X-WHO":"7 \"&amp; &lt;b&gt;\\"}</Event>"#,
        "</EventStream>",
        r#"<EventStream schemeIdUri="urn:example:credits" timescale="1000">"#,
        r#"<Event presentationTime="0" duration="1000" id="1">{"ID":"long"}</Event>"#,
        "</EventStream>",
        r#"<EventStream schemeIdUri="urn:scte:scte35:2014:xml+bin" timescale="1000">"#,
        r#"<Event presentationTime="3000" duration="5000" id="1">"#,
        r#"<scte35:Signal xmlns:scte35="http://www.scte.org/schemas/35/2016">"#,
        "<scte35:Binary>/DAW</scte35:Binary>",
        "</scte35:Signal>",
        "</Event>",
        "</EventStream>",
    ];
    assert_eq!(events, expected, "{text}");
    let read = dash_mpd_core::parse(&text).unwrap();
    assert_eq!(read.periods[0].event_streams.len(), 3);
    assert_eq!(read.periods[0].event_streams[2].event[0].presentationTime, Some(3_000));
}

/// The part starts with a frame of audio, five milliseconds before its pictures.
#[test]
fn chapters_are_events_of_their_periods() {
    let chapter = |(start, title, language): (i64, &str, &str)| Chapter {
        start: Time::new(Ticks(start), Timescale::MILLIS),
        title: title.into(),
        language: Language::parse(language),
    };
    let chapters = [(0, "One", "en"), (7_500, "Two & three", "en"), (0, "Eins", "de")];
    let film = film().with_chapters(chapters.map(chapter).into());
    let text = mpd(&View::new(part(&film, 3, 7)), &Azure, &Options::CMAF);
    let events: Vec<_> = text
        .lines()
        .skip_while(|line| !line.contains("<EventStream"))
        .take_while(|line| !line.contains("<AdaptationSet"))
        .map(str::trim)
        .collect();
    let scheme = dynpack_dash::CHAPTERS;
    assert_eq!(
        events,
        [
            &format!(r#"<EventStream schemeIdUri="{scheme}" value="de" timescale="1000">"#),
            r#"<Event presentationTime="0" duration="8005" id="1">Eins</Event>"#,
            "</EventStream>",
            &format!(r#"<EventStream schemeIdUri="{scheme}" value="en" timescale="1000">"#),
            r#"<Event presentationTime="0" duration="1505" id="1">One</Event>"#,
            r#"<Event presentationTime="1505" duration="6500" id="2">Two &amp; three</Event>"#,
            "</EventStream>",
        ]
    );
    let read = dash_mpd_core::parse(&text).unwrap();
    let titles = |at: usize| -> Vec<_> {
        let events = read.periods[0].event_streams[at].event.iter();
        events.map(|event| event.content.clone().unwrap_or_default()).collect()
    };
    assert_eq!([titles(0).len(), titles(1).len()], [1, 2]);
    assert!(!mpd(&View::whole(&self::film()), &Azure, &Options::CMAF).contains("EventStream"));
}
