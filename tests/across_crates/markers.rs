//! Markers of an asset: where they cut, what manifests say of them, and changes of their list.

use std::collections::BTreeMap;
use std::time::Duration;

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Format, Protocol};
use dynpack_testkit::promise::{self, Promise};
use serde_json::{Value, json};

use crate::programs;
use crate::reads::counting_in;
use crate::support::{
    ask, formats, key_frame_playlists, manifest, playlists, promises, sample_storage, text,
};

const ASSET: &str = "/sample/sample.ism";
const LIST: &str = "sample/markers.json";
/// A server manifest of the sample.
const FILM: &str = r#"<smil><body><switch>
    <video src="video_180p.mp4"/><audio src="audio_eng.mp4"/>
</switch></body></smil>"#;
/// Its clips start at 0, 6 and 13.2 seconds. Key frames are at 6.8, 8.8, 10.8 and 12.8 in the
/// second one.
const PROGRAM: &str = "/program/program.ism";
const PROGRAM_LIST: &str = "program/markers.json";

/// The sample has key frames each two seconds, and segments from 0, 6, 12 and 18 seconds.
fn markers() -> Value {
    json!({ "markers": [
        { "id": "break", "start": 10_000, "duration": 4_000, "class": "urn:example:break",
          "cut": true, "attributes": { "X-EXAMPLE": "one" } },
        { "id": "goal", "start": 15_250, "class": "goal" },
    ] })
}

fn with(markers: &Value) -> Memory {
    let storage = sample_storage();
    storage.insert(LIST, markers.to_string());
    storage
}

fn origin(storage: &Memory) -> Dynpack {
    Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build()
}

/// When the segments of each rendition start, in whole seconds.
async fn starts(dynpack: &Dynpack, format: Format) -> Vec<Vec<f64>> {
    let seconds = |promise: &Promise| {
        let starts = promise.segments.iter().map(|(_, start, _)| start.round());
        starts.collect()
    };
    promises(dynpack, ASSET, format).await.iter().map(seconds).collect()
}

async fn warnings(dynpack: &Dynpack) -> Vec<String> {
    ask(dynpack, &manifest(ASSET, Format::HlsCmaf)).await.unwrap().warnings.to_vec()
}

#[tokio::test]
async fn segments_start_at_markers_in_every_format() {
    let (marked, plain) = (origin(&with(&markers())), origin(&sample_storage()));
    for format in formats() {
        let starts = starts(&marked, format).await;
        assert!(
            starts.iter().all(|starts| *starts == [0.0, 6.0, 10.0, 16.0]),
            "{format}: {starts:?}"
        );
        let lasts = async |dynpack| {
            let all = promises(dynpack, ASSET, format).await;
            let of = |one: &Promise| one.segments.iter().map(|(.., lasts)| lasts).sum::<f64>();
            all.iter().map(of).collect::<Vec<_>>()
        };
        let both = lasts(&marked).await.into_iter().zip(lasts(&plain).await);
        for (marked, plain) in both {
            assert!((marked - plain).abs() < 1e-3, "{format}: {marked} s and {plain} s");
        }
    }
    assert_eq!(warnings(&marked).await, Vec::<String>::new());
}

#[tokio::test]
async fn manifests_signal_markers() {
    let dynpack = origin(&with(&markers()));
    for format in formats() {
        let url = manifest(ASSET, format);
        let manifest = text(&dynpack, &url).await;
        match format.protocol() {
            Protocol::Hls => {
                assert!(!manifest.contains("EXT-X-DATERANGE"), "{manifest}");
                for playlist in playlists(&dynpack, &url).await {
                    let text = text(&dynpack, &playlist).await;
                    let expected = "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00.000Z\n\
                        #EXT-X-DATERANGE:ID=\"break\",CLASS=\"urn:example:break\",\
                        START-DATE=\"1970-01-01T00:00:10.000Z\",DURATION=4.000000,\
                        X-EXAMPLE=\"one\"\n\
                        #EXT-X-DATERANGE:ID=\"goal\",CLASS=\"goal\",\
                        START-DATE=\"1970-01-01T00:00:15.250Z\"\n#EXTINF:";
                    assert!(text.contains(expected), "{text}");
                }
                for playlist in key_frame_playlists(&dynpack, &url).await {
                    let text = text(&dynpack, &playlist).await;
                    assert!(text.contains("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:00"));
                    assert!(!text.contains("EXT-X-DATERANGE"), "{text}");
                }
            }
            Protocol::Dash => {
                assert!(manifest.contains(r#"<EventStream schemeIdUri="urn:example:break" t"#));
                assert!(manifest.contains(r#"presentationTime="10000" duration="4000" id="1">"#));
                assert!(manifest.contains(r#":markers:2026" value="goal" timescale="1000">"#));
            }
            _ => assert!(!manifest.contains("break"), "{manifest}"),
        }
    }
}

/// A filter shows the markers of its part alone, at their times in the film.
#[tokio::test]
async fn filters_leave_the_markers_of_their_part() {
    let dynpack = origin(&with(&markers()));
    for (rules, shown) in [
        ("time=0-6", [false, false]),
        ("time=10-11", [true, true]),
        ("time=0-10", [true, false]),
        ("time=16-", [false, false]),
    ] {
        // The part that a filter leaves reaches to the end of its last segment.
        let url = format!("{ASSET}/manifest(format=m3u8-cmaf,rules={rules})");
        let playlist = playlists(&dynpack, &url).await.remove(0);
        let text = text(&dynpack, &playlist).await;
        let lists = ["ID=\"break\"", "ID=\"goal\""].map(|id| text.contains(id));
        // Sound reaches some milliseconds into the next segment.
        let expected = if rules == "time=0-10" { [lists[0], false] } else { shown };
        assert_eq!(lists, expected, "{rules}: {text}");
    }
}

#[tokio::test]
async fn what_cannot_be_cut_comes_with_a_warning() {
    let at = |millis: u32| json!({ "markers": [{ "id": "a", "start": millis, "cut": true }] });
    for (millis, expected, nearest) in [
        (9_200, vec![0.0, 6.0, 10.0, 16.0], Some("10.000")),
        (8_999, vec![0.0, 6.0, 8.0, 14.0], Some("8.000")),
        (10_001, vec![0.0, 6.0, 10.0, 16.0], None),
        (400, vec![0.0, 6.0, 12.0, 18.0], Some("0.000")),
        (60_000, vec![0.0, 6.0, 12.0, 18.0], Some("18.000")),
    ] {
        let dynpack = origin(&with(&at(millis)));
        for format in formats() {
            let starts = starts(&dynpack, format).await;
            assert!(starts.iter().all(|starts| *starts == expected), "{format}: {starts:?}");
        }
        let warnings = warnings(&dynpack).await;
        let expected = nearest.map(|nearest| {
            let wanted = f64::from(millis) / 1000.0;
            format!(
                "no segment can start at the marker `a` at {wanted:.3} s: the nearest starts at \
                 {nearest} s"
            )
        });
        assert_eq!(warnings, expected.into_iter().collect::<Vec<_>>());
    }
}

/// A list that cannot be read is left out, and the film is served without it.
#[tokio::test]
async fn a_broken_list_is_left_out() {
    let dynpack = origin(&with(&json!({ "markers": [{ "id": "a" }] })));
    let starts = starts(&dynpack, Format::DashCmaf).await;
    assert!(starts.iter().all(|starts| *starts == [0.0, 6.0, 12.0, 18.0]), "{starts:?}");
    let warnings = warnings(&dynpack).await;
    assert!(warnings[0].starts_with("`markers.json` is left out: missing field `start`"));
}

/// With a server manifest and without one, by all that comes before an index and after it.
#[tokio::test]
async fn a_change_of_the_list_is_noticed() {
    for has_manifest in [true, false] {
        let storage = sample_storage();
        if has_manifest {
            storage.insert("sample/sample.ism", FILM);
        }
        let dynpack = origin(&storage);
        let video = async || starts(&dynpack, Format::HlsCmaf).await.pop().unwrap();
        let tag = async || {
            let manifest = manifest(ASSET, Format::DashCmaf);
            ask(&dynpack, &manifest).await.unwrap().etag
        };
        let plain = tag().await;
        assert_eq!(video().await, [0.0, 6.0, 12.0, 18.0]);
        storage.insert(LIST, markers().to_string());
        let first = tag().await;
        assert_eq!(video().await, [0.0, 6.0, 10.0, 16.0]);
        // Times of markers may change without a change of cuts.
        storage.insert(LIST, markers().to_string().replace("15250", "15300"));
        let second = tag().await;
        assert_eq!(video().await, [0.0, 6.0, 10.0, 16.0]);
        storage.insert(LIST, markers().to_string().replace("10000", "14000"));
        assert_eq!(video().await, [0.0, 6.0, 12.0, 14.0]);
        storage.remove(LIST);
        assert_eq!(video().await, [0.0, 6.0, 12.0, 18.0]);
        assert_eq!(tag().await, plain);
        assert!(plain != first && first != second && second != plain);
    }
}

/// An index has the list of markers in it, and is used for the same list alone.
#[tokio::test]
async fn an_index_is_for_its_markers() {
    let storage = with(&markers());
    let asset = AssetPath::new("sample", "sample.ism").unwrap();
    let tags = async |storage: &Memory| {
        let dynpack = origin(storage);
        let mut tags = Vec::new();
        for format in formats() {
            tags.push(ask(&dynpack, &manifest(ASSET, format)).await.unwrap().etag);
            for promise in promises(&dynpack, ASSET, format).await {
                for (url, ..) in promise.segments {
                    tags.push(ask(&dynpack, &url).await.unwrap().etag);
                }
            }
        }
        tags
    };
    let expected = tags(&storage).await;
    let (path, index) = origin(&storage).index(&asset).await.unwrap();
    storage.insert(path.as_str(), index);
    assert_eq!(tags(&storage).await, expected);
    let (builder, counts) = counting_in(storage.clone());
    builder.build().asset(&asset).await.unwrap();
    assert_eq!(counts.take().0, 1, "the index alone is read");
    for list in [Some(markers().to_string().replace("10000", "8000")), None] {
        match &list {
            Some(list) => storage.insert(LIST, list.clone()),
            None => assert!(storage.remove(LIST)),
        }
        let indexed = tags(&storage).await;
        let index = storage.clone();
        assert!(index.remove(&path));
        assert_eq!(tags(&index).await, indexed);
        assert_ne!(indexed, expected);
        let (path, made) = origin(&storage).index(&asset).await.unwrap();
        storage.insert(path.as_str(), made);
    }
}

/// A program with that list of markers, of clips of a film with a marker at six seconds.
fn program(markers: &Value) -> Memory {
    let storage = with(&json!({ "markers": [{ "id": "break", "start": 6_000 }] }));
    storage.insert("program/program.ism", programs::LIST);
    storage.insert(PROGRAM_LIST, markers.to_string());
    storage
}

/// The playlist of the video of the program, with rules.
async fn video_playlist(dynpack: &Dynpack, rules: &str) -> String {
    let url = format!("{PROGRAM}/manifest(format=m3u8-cmaf{rules})");
    let playlists = playlists(dynpack, &url).await;
    let url = playlists.iter().find(|url| url.contains("Manifest(video,")).unwrap();
    text(dynpack, url).await
}

/// The ranges of dates in a playlist: ids, and what follows the minute of the start.
fn ranges(playlist: &str) -> Vec<(&str, &str)> {
    let ranges = playlist.lines().filter_map(|line| line.strip_prefix("#EXT-X-DATERANGE:ID=\""));
    let parts = ranges.map(|range| {
        let (id, rest) = range.split_once('"').unwrap();
        (id, rest.split_once("1970-01-01T00:00:").unwrap().1)
    });
    parts.collect()
}

/// The events of each period: when they start, how long they last, and their ids.
fn events(mpd: &str) -> Vec<Vec<(u32, u32, &str)>> {
    let number = |event: &str, name: &str| {
        let (_, value) = event.split_once(&format!("{name}=\"")).unwrap();
        value.split_once('"').unwrap().0.parse().unwrap()
    };
    let periods = mpd.split("<Period ").skip(1).map(|period| {
        let events = period.split("<Event ").skip(1).map(|event| {
            let id = event.split_once("{\"ID\":\"").unwrap().1.split_once('"').unwrap().0;
            (number(event, "presentationTime"), number(event, "duration"), id)
        });
        events.collect()
    });
    periods.collect()
}

/// Its markers are at their times in the program, and keep their ids. One that lasts over several
/// clips is one range of dates, and an event of each period that shows some of it (ISO/IEC
/// 23009-1, 5.10.2.1: none goes past its period).
#[tokio::test]
async fn a_program_has_markers_of_its_own() {
    let dynpack = origin(&program(&json!({ "markers": [
        { "id": "break", "start": 5_000, "duration": 9_000 },
        { "id": "goal", "start": 6_000 },
    ] })));
    let playlist = video_playlist(&dynpack, "").await;
    let all = [
        ("break-2", "04.000Z\""),
        ("break", "05.000Z\",DURATION=9.000000"),
        ("goal", "06.000Z\""),
        ("break-3", "06.800Z\""),
    ];
    assert_eq!(ranges(&playlist), all, "{playlist}");
    // In a part of the program, markers keep their dates.
    for (rules, start, expected) in [
        (
            ",rules=time=6-",
            "06.000Z",
            &[
                ("break", "05.000Z\",DURATION=9.000000"),
                ("goal", "06.000Z\""),
                ("break-3", "06.800Z\""),
            ][..],
        ),
        (",rules=time=14-", "13.200Z", &[("break", "05.000Z\",DURATION=9.000000")]),
    ] {
        let playlist = video_playlist(&dynpack, rules).await;
        assert_eq!(ranges(&playlist), expected, "{rules}: {playlist}");
        let date = format!("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:{start}\n");
        assert!(playlist.contains(&date), "{rules}: {playlist}");
    }
    let mpd = text(&dynpack, &manifest(PROGRAM, Format::DashCmaf)).await;
    let expected = [
        vec![(4_000, 0, "break-2"), (5_000, 1_000, "break")],
        vec![(0, 7_200, "break"), (0, 0, "goal"), (800, 0, "break-3")],
        vec![(0, 800, "break")],
    ];
    assert_eq!(events(&mpd), expected, "{mpd}");
    let warnings = ask(&dynpack, &manifest(PROGRAM, Format::HlsCmaf)).await.unwrap().warnings;
    assert!(warnings.is_empty(), "{warnings:?}");
}

/// When the segments of each rendition of the program start, in seconds.
async fn program_starts(dynpack: &Dynpack, format: Format) -> Vec<Vec<f64>> {
    let starts = |promise: &Promise, clip: f64| -> Vec<f64> {
        promise.segments.iter().map(|(_, start, _)| clip + start).collect()
    };
    if format.protocol() != Protocol::Dash {
        let promises = promises(dynpack, PROGRAM, format).await;
        return promises.iter().map(|promise| starts(promise, 0.0)).collect();
    }
    let url = manifest(PROGRAM, format);
    let mpd = text(dynpack, &url).await;
    let mut renditions: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for (period, clip) in mpd.split_inclusive("</Period>").zip([0.0, 6.0, 13.2]) {
        let period = &period[period.find("<Period ").unwrap()..];
        let promises = promise::dash::promises(&url, period);
        for promise in promises.iter().filter(|promise| !promise.is_key_frames()) {
            let quality = promise.segments[0].0.split("/Fragments(").next().unwrap();
            let name = format!("{quality} {}", promise.track());
            renditions.entry(name).or_default().extend(starts(promise, clip));
        }
    }
    renditions.into_values().collect()
}

/// A marker of a program cuts the clip in which it lies, as it would cut a film.
#[tokio::test]
async fn markers_of_a_program_cut_its_clips() {
    let at = |millis: u32| json!({ "markers": [{ "id": "a", "start": millis, "cut": true }] });
    for (millis, expected, nearest) in [
        (10_800, &[0.0, 6.0, 10.8, 13.2][..], None),
        (10_000, &[0.0, 6.0, 10.8, 13.2], Some("10.800")),
        (2_000, &[0.0, 2.0, 6.0, 13.2], None),
        // Clips start there.
        (6_000, &[0.0, 6.0, 13.2], None),
        (13_000, &[0.0, 6.0, 13.2], Some("13.200")),
        (60_000, &[0.0, 6.0, 13.2], Some("13.200")),
    ] {
        let dynpack = origin(&program(&at(millis)));
        for format in formats() {
            for starts in program_starts(&dynpack, format).await {
                let near = |(one, other): (&f64, &f64)| (one - other).abs() < 0.025;
                let are_alike = starts.len() == expected.len();
                let are_alike = are_alike && starts.iter().zip(expected).all(near);
                assert!(are_alike, "{format}, {millis}: {starts:?}");
            }
        }
        let warnings = ask(&dynpack, &manifest(PROGRAM, Format::HlsCmaf)).await.unwrap().warnings;
        let expected = nearest.map(|nearest| {
            let wanted = f64::from(millis) / 1000.0;
            format!(
                "no segment can start at the marker `a` at {wanted:.3} s: the nearest starts at \
                 {nearest} s"
            )
        });
        assert_eq!(warnings.to_vec(), expected.into_iter().collect::<Vec<_>>());
    }
}

/// The list of a program belongs to its version, and one that cannot be read is left out.
#[tokio::test]
async fn a_change_of_the_list_of_a_program_is_noticed() {
    let list = json!({ "markers": [{ "id": "a", "start": 3_000 }] }).to_string();
    let storage = program(&json!({ "markers": [] }));
    storage.remove(PROGRAM_LIST);
    let dynpack = origin(&storage);
    let url = manifest(PROGRAM, Format::DashCmaf);
    let tag = async || ask(&dynpack, &url).await.unwrap().etag;
    let plain = tag().await;
    storage.insert(PROGRAM_LIST, list.clone());
    let first = tag().await;
    assert_eq!(tag().await, first);
    storage.insert(PROGRAM_LIST, list.replace("3000", "3001"));
    let second = tag().await;
    assert!(text(&dynpack, &url).await.contains("\"3001\""));
    let long = " ".repeat(300_000);
    for (broken, reason) in [("{}", "missing field `markers`"), (&long, "it has 300000 bytes")] {
        storage.insert(PROGRAM_LIST, broken.to_owned());
        let warnings = ask(&dynpack, &url).await.unwrap().warnings;
        assert!(warnings[0].starts_with("`markers.json` is left out: "), "{warnings:?}");
        assert!(warnings[0].contains(reason), "{warnings:?}");
    }
    storage.remove(PROGRAM_LIST);
    assert_eq!(tag().await, plain);
    assert!(plain != first && first != second && second != plain);
}

/// The `.ism` of a film or a program may name another list of the folder, which may come later.
#[tokio::test]
async fn a_server_manifest_names_its_list() {
    let storage = program(&markers());
    let meta = r#"<head><meta name="Markers" content="breaks.json"/>"#;
    let film = |head: &str| FILM.replace("<body>", &format!("{head}</head><body>"));
    storage.insert("sample/sample.ism", film(meta));
    storage.insert(LIST, markers().to_string());
    storage.insert(
        "program/program.ism",
        programs::LIST.replace("<body>", &format!("{meta}</head><body>")),
    );
    let dynpack = origin(&storage);
    for (asset, folder) in [(ASSET, "sample"), (PROGRAM, "program")] {
        let url = manifest(asset, Format::DashCmaf);
        for _ in 0..2 {
            let warnings = ask(&dynpack, &url).await.unwrap().warnings;
            let missing = "`breaks.json` is left out: it does not exist";
            assert_eq!(warnings.first().map(String::as_str), Some(missing), "{asset}");
        }
        let list = json!({ "markers": [{ "id": "named", "start": 1_000 }] });
        storage.insert(format!("{folder}/breaks.json"), list.to_string());
        let mpd = text(&dynpack, &url).await;
        assert_eq!(mpd.matches("{\"ID\":").count(), 1, "{mpd}");
        assert!(mpd.contains("{\"ID\":\"named\"}"), "{mpd}");
        storage.insert(format!("{folder}/breaks.json"), "{}");
        let warnings = ask(&dynpack, &url).await.unwrap().warnings;
        assert!(warnings[0].starts_with("`breaks.json` is left out: missing"), "{warnings:?}");
    }
    // No list is outside of its folder.
    let outside = meta.replace("breaks", "../other/breaks");
    storage.insert("sample/sample.ism", film(&outside));
    let error = ask(&dynpack, &manifest(ASSET, Format::DashCmaf)).await.unwrap_err();
    assert!(error.to_string().contains("\"../other/breaks.json\" is a path"), "{error}");
}

/// A film whose markers are large cannot be shown any number of times.
#[tokio::test]
async fn the_markers_of_all_clips_together_are_limited() {
    let large = "x".repeat(250_000);
    let marker = json!({ "id": "a", "start": 2_000, "attributes": { "X-LARGE": large } });
    for (count, is_refused) in [(60, false), (70, true)] {
        let storage = with(&json!({ "markers": [marker] }));
        let clip = r#"<ref src="/sample/sample.ism" clipBegin="2s" clipEnd="4s"/>"#;
        let list = format!("<smil><body><seq>{}</seq></body></smil>", clip.repeat(count));
        storage.insert("program/program.ism", list);
        let answer = ask(&origin(&storage), &manifest(PROGRAM, Format::HlsCmaf)).await;
        match answer {
            Ok(_) => assert!(!is_refused, "{count}"),
            Err(error) => {
                let reason = "clip 68: the markers of the clips take more than 16777216 bytes";
                assert!(is_refused && error.to_string().contains(reason), "{count}: {error}");
            }
        }
    }
}
