//! Filters: what manifests list under them, and the errors.

use std::collections::BTreeSet;
use std::time::Duration;

use dynpack::storage::Memory;
use dynpack::{AccountFilters, Dynpack, Filters, Format, Request, Rules};
use serde_json::{Value, json};

use crate::random_films::is_muxed;
use crate::resources::listed;
use crate::support::{
    ask, fetch, formats, get, manifest, playlists, promises_at, refusal, sample_storage, text,
    url_in_whole,
};

const ASSET: &str = "/sample/sample.ism";

/// A selection of tracks: each condition is a property, an operation and a value.
pub(crate) fn tracks(conditions: &[(&str, &str, &str)]) -> Value {
    let conditions: Vec<_> = conditions
        .iter()
        .map(|(property, operation, value)| {
            json!({"property": property, "operation": operation, "value": value})
        })
        .collect();
    json!({ "trackSelections": conditions })
}

/// The part of the film from a second until before another.
fn seconds(start: u32, end: u32) -> Value {
    json!({"timescale": 1, "startTimestamp": start, "endTimestamp": end})
}

/// Filters for the sample: three videos of 180, 360 and 720 lines, in segments from 0, 6, 12 and 18
/// seconds, and audio in German and English.
pub(crate) fn filters() -> Value {
    let video = |value| tracks(&[("Type", "Equal", "Video"), ("Height", "Equal", value)]);
    let audio = |language| tracks(&[("Type", "Equal", "audio"), ("Language", "Equal", language)]);
    json!([
        {"name": "mobile", "tracks": [video("0-400"), audio("en")]},
        {"name": "english", "tracks": [tracks(&[("Type", "Equal", "video")]), audio("en")]},
        {"name": "german", "tracks": [tracks(&[("Type", "Equal", "video")]), audio("de")]},
        {"name": "silent", "tracks": [tracks(&[("Type", "NotEqual", "audio")])]},
        {"name": "sound", "tracks": [tracks(&[("Type", "Equal", "audio")])]},
        {"name": "middle", "presentationTimeRange": seconds(7, 13)},
        {"name": "opening", "presentationTimeRange": seconds(0, 6)},
        {"name": "late", "presentationTimeRange": seconds(20, 30)},
        {"name": "best", "firstQuality": {"bitrate": 423_476}},
        {"name": "other-best", "firstQuality": {"bitrate": 1}},
        {"name": "all"},
        {"name": "bad", "tracks": 1},
        {"name": "bad-range", "presentationTimeRange": {"timescale": 0}},
        {"name": "live", "presentationTimeRange": {"presentationWindowDuration": 1}},
        {"name": "backoff", "presentationTimeRange": {"liveBackoffDuration": 1}},
        {"name": "first", "firstQuality": {}},
        {"name": "odd", "window": 1},
    ])
}

/// The sample with those filters in its folder.
pub(crate) fn storage_with(filters: &Value) -> Memory {
    let storage = sample_storage();
    storage.insert("sample/filters.json", filters.to_string());
    storage
}

fn origin() -> Dynpack {
    Dynpack::builder(storage_with(&filters())).build()
}

fn filtered(format: Format, filter: &str) -> String {
    format!("{ASSET}/manifest(format={format},filter={filter})")
}

/// `filters_only_remove`: in every format, a filtered manifest lists some of the media of the
/// whole.
#[tokio::test]
async fn filters_only_remove() {
    let dynpack = origin();
    let media = |urls: BTreeSet<String>| -> BTreeSet<String> {
        urls.into_iter().filter(|url| url.contains("Fragments(")).collect()
    };
    let list = async |url: String| media(listed(&dynpack, &Request::parse(&url).unwrap()).await);
    for format in formats() {
        let whole = list(manifest(ASSET, format)).await;
        assert_eq!(list(filtered(format, "all")).await, whole, "{format}");
        assert_eq!(list(filtered(format, "best")).await, whole, "{format}");
        for filter in ["german", "german;middle", "opening;german", "sound;german"] {
            let left = list(filtered(format, filter)).await;
            // The German audio comes with the video there, whatever else there is.
            let is_less = left.len() < whole.len() || filter == "german" && is_muxed(format);
            assert!(!left.is_empty() && is_less, "{format} {filter}");
            // Where audio comes with the video, sound alone is a stream of its own.
            if filter != "sound;german" || !is_muxed(format) {
                assert!(left.is_subset(&whole), "{format} {filter}: {left:?}");
            }
            for url in left {
                assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
            }
        }
        // Segments that carry the audio which is left, or none.
        for filter in ["english;middle", "silent"] {
            for url in list(filtered(format, filter)).await {
                assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
                assert!(!url.contains("audio_de"), "{url}");
            }
        }
    }
}

/// Segments from 6 until 18 seconds are those that 7 to 13 touches, in every format.
#[tokio::test]
async fn a_range_keeps_whole_segments_in_every_format() {
    let dynpack = origin();
    for format in formats() {
        let url = filtered(format, "middle");
        let mut renditions = promises_at(&dynpack, &url, format).await;
        let whole = promises_at(&dynpack, &manifest(ASSET, format), format).await;
        assert_eq!(renditions.len(), whole.len(), "{format}");
        for (left, whole) in renditions.iter_mut().zip(&whole) {
            let urls = |segments: &[(String, f64, f64)]| {
                segments.iter().map(|(url, ..)| url.clone()).collect::<Vec<_>>()
            };
            for (url, of_whole) in urls(&left.segments).iter().zip(urls(&whole.segments[1..3])) {
                assert_eq!(url_in_whole(url), of_whole, "{format}");
                assert_eq!(get(&dynpack, url).await, get(&dynpack, &of_whole).await, "{format}");
            }
            assert_eq!(left.segments.len(), 2, "{format}");
            let lasts: f64 = left.segments.iter().map(|(_, _, duration)| duration).sum();
            assert!((lasts - 12.0).abs() < 0.03, "{format}: {lasts}");
        }
        let text = text(&dynpack, &url).await;
        match format {
            Format::DashCmaf | Format::DashCsf => {
                // Audio is cut at the nearest frame, before the picture.
                assert!(text.contains(r#"presentationTimeOffset=""#), "{text}");
                assert!(text.contains(r#"mediaPresentationDuration="PT12.0"#), "{text}");
            }
            Format::Smooth | Format::SmoothV20 => {
                assert!(text.contains(r#" Duration="120106667""#), "{text}");
                assert!(text.contains("Fragments(video={start time},from=60000000)"), "{text}");
                assert_eq!(text.matches(r#" t="0" d="#).count(), 3, "{text}");
            }
            Format::Hds => assert!(text.contains("<duration>12."), "{text}"),
            _ => {
                for playlist in playlists(&dynpack, &url).await {
                    let text = crate::support::text(&dynpack, &playlist).await;
                    assert!(text.contains("#EXT-X-MEDIA-SEQUENCE:1\n"), "{text}");
                    // The same for all: players align playlists by their dates.
                    let date = "#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:05.995Z\n#EXTINF";
                    assert_eq!(text.matches(date).count(), 1, "{text}");
                    assert!(playlist.contains("filter=middle"), "{playlist}");
                }
            }
        }
    }
    // What starts with the film has no date: its times are those of the whole.
    for playlist in playlists(&dynpack, &filtered(Format::HlsCmaf, "opening")).await {
        let text = text(&dynpack, &playlist).await;
        assert!(!text.contains("PROGRAM-DATE-TIME") && text.contains("SEQUENCE:0\n"), "{text}");
        assert_eq!(text.matches("#EXTINF").count(), 1, "{text}");
    }
}

#[tokio::test]
async fn the_first_quality_is_listed_first() {
    let dynpack = origin();
    for format in [Format::HlsCmaf, Format::HlsV4, Format::HlsV3] {
        let bitrates = async |filter: &str| {
            let text = text(&dynpack, &filtered(format, filter)).await;
            let variants = text.lines().filter(|line| line.starts_with("QualityLevels("));
            let bitrate = |line: &str| line[14..].split(')').next().unwrap().to_owned();
            variants.map(bitrate).collect::<Vec<_>>()
        };
        assert_eq!(bitrates("best").await, ["423476", "62780", "157695"], "{format}");
        let usual = ["62780", "157695", "423476"];
        assert_eq!(bitrates("other-best").await, usual, "one that no variant has is ignored");
        assert_eq!(bitrates("best;mobile").await, ["62780", "157695"], "nor one that is left out");
    }
}

#[tokio::test]
async fn errors_have_the_codes_of_azure() {
    let dynpack = origin();
    for (filter, status, code) in [
        ("none", 404, "MPE_EGRESS_FILTER_NOT_FOUND"),
        ("All", 404, "MPE_EGRESS_FILTER_NOT_FOUND"),
        ("mobile;none", 404, "MPE_EGRESS_FILTER_NOT_FOUND"),
        ("german;english;sound", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("silent;sound", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("opening;middle", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("late", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("odd", 415, "MPE_FILTER_INVALID"),
        ("bad", 415, "MPE_FILTER_TRACK_ATTRIBUTE_INVALID"),
        ("bad-range", 415, "MPE_FILTER_RANGE_ATTRIBUTE_INVALID"),
        ("live", 415, "MPE_FILTER_PRESENTATION_WINDOW_INVALID"),
        ("backoff", 415, "MPE_FILTER_LIVE_BACKOFF_INVALID"),
        ("first", 415, "MPE_FILTER_FIRST_QUALITY_ATTRIBUTE_INVALID"),
        (
            "best;other-best",
            415,
            "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED",
        ),
    ] {
        for format in formats() {
            let answer = ask(&dynpack, &filtered(format, filter)).await;
            assert_eq!(refusal(answer), (status, code), "{format} {filter}");
        }
    }
    let four = filtered(Format::HlsCmaf, "all;best;mobile;sound");
    assert_eq!(
        refusal(fetch(&dynpack, &four).await),
        (415, "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT")
    );
    // Media only asks whether the filters exist.
    let segment = |filter| {
        format!("{ASSET}/QualityLevels(423476)/Fragments(video=0,format=m3u8-cmaf,filter={filter})")
    };
    assert_eq!(refusal(ask(&dynpack, &segment("none")).await).0, 404);
    let plain = segment("mobile").replace(",filter=mobile", "");
    let (one, other) = (ask(&dynpack, &segment("mobile")).await, ask(&dynpack, &plain).await);
    assert_eq!(one.unwrap().etag, other.unwrap().etag);
}

/// Rules in a URL leave what the filter with the same rules leaves, in every format. Playlists
/// carry them on, and media has the URLs of the whole.
#[tokio::test]
async fn rules_are_filters_without_a_name() {
    let dynpack = origin();
    for (filter, rules) in [
        ("mobile", "type=video;height=0-400;;type=audio;language=en"),
        ("german;middle", "time=7-13;;type=video;;type=audio;language=de"),
        ("silent", "type!=audio"),
        ("best", "firstquality=423476"),
    ] {
        for format in formats() {
            let named = filtered(format, filter);
            let ruled = format!("{ASSET}/manifest(format={format},rules={rules})");
            let both = format!("{ASSET}/manifest(format={format},filter=all,rules={rules})");
            let alike = |text: String| {
                text.replace(&format!("filter=all,rules={rules}"), &format!("filter={filter}"))
                    .replace(&format!("rules={rules}"), &format!("filter={filter}"))
            };
            let expected = text(&dynpack, &named).await;
            assert_eq!(alike(text(&dynpack, &ruled).await), expected, "{ruled}");
            assert_eq!(alike(text(&dynpack, &both).await), expected, "{both}");
            if is_hls(format) {
                let named = playlists(&dynpack, &named).await;
                let ruled = playlists(&dynpack, &ruled).await;
                assert_eq!(ruled.len(), named.len());
                for (ruled, named) in ruled.into_iter().zip(named) {
                    assert!(ruled.contains(&format!(",rules={rules})")), "{ruled}");
                    assert_eq!(text(&dynpack, &ruled).await, text(&dynpack, &named).await);
                }
            }
        }
    }
}

#[tokio::test]
async fn errors_of_rules_have_the_codes_of_filters() {
    let dynpack = origin();
    for (parameters, status, code) in [
        ("rules=type", 415, "MPE_FILTER_INVALID"),
        ("rules=type=image", 415, "MPE_FILTER_TRACK_ATTRIBUTE_INVALID"),
        ("rules=time=7-7", 415, "MPE_FILTER_RANGE_ATTRIBUTE_INVALID"),
        ("rules=firstquality=0", 415, "MPE_FILTER_FIRST_QUALITY_ATTRIBUTE_INVALID"),
        ("rules=time=20-", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("rules=type=audio,filter=silent", 415, "MPE_FILTER_REMOVED_ALL_STREAMS"),
        ("rules=type=audio,filter=none", 404, "MPE_EGRESS_FILTER_NOT_FOUND"),
        (
            "rules=firstquality=1,filter=best",
            415,
            "MPE_FILTER_COMPOSITION_MULTIPLE_FIRST_QUALITY_OPERATOR_NOT_ALLOWED",
        ),
        (
            "rules=type=audio,filter=all;best;mobile",
            415,
            "MPE_FILTER_COMPOSITION_FILTER_COUNT_OVER_LIMIT",
        ),
        ("rules=", 400, "MPE_BAD_URL_SYNTAX"),
    ] {
        for format in formats() {
            let url = format!("{ASSET}/manifest(format={format},{parameters})");
            assert_eq!(refusal(fetch(&dynpack, &url).await), (status, code), "{url}");
        }
    }
    // Media does not change with rules.
    let segment = format!("{ASSET}/QualityLevels(423476)/Fragments(video=0,format=m3u8-cmaf");
    let ruled = ask(&dynpack, &format!("{segment},rules=type=audio)")).await.unwrap();
    assert_eq!(ruled.etag, ask(&dynpack, &format!("{segment})")).await.unwrap().etag);
}

/// A list that cannot be read is an error for every name, and for nothing else.
#[tokio::test]
async fn a_broken_list_breaks_filters_alone() {
    let storage = sample_storage();
    storage.insert("sample/filters.json", "{");
    let account = AccountFilters::new(Filters::parse(br#"[{"name": "mobile"}]"#));
    let dynpack = Dynpack::builder(storage).filters(account).build();
    let refused = refusal(ask(&dynpack, &filtered(Format::HlsCmaf, "mobile")).await);
    assert_eq!(refused, (415, "MPE_FILTER_INVALID"));
    let whole = ask(&dynpack, &manifest(ASSET, Format::HlsCmaf)).await.unwrap();
    assert!(whole.warnings.iter().any(|warning| warning.contains("no filter can be read")));
}

/// The filter of the asset counts, whatever the account has by that name.
#[tokio::test]
async fn filters_of_the_asset_win() {
    let of_asset = json!([{"name": "one", "tracks": [tracks(&[("Type", "Equal", "video")])]}]);
    let of_account = json!([
        {"name": "one", "tracks": [tracks(&[("Type", "Equal", "audio")])]},
        {"name": "two", "tracks": [tracks(&[("Language", "Equal", "en")])]}
    ]);
    let account = AccountFilters::new(Filters::parse(of_account.to_string().as_bytes()));
    let dynpack = Dynpack::builder(storage_with(&of_asset)).filters(account.clone()).build();
    let tracks = async |filter: &str| {
        let url = filtered(Format::DashCmaf, filter);
        let promises = promises_at(&dynpack, &url, Format::DashCmaf).await;
        promises.iter().map(|one| one.track().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(tracks("one").await, ["video"; 3]);
    assert_eq!(tracks("two").await, ["audio_en"]);
    account.replace(Filters::default());
    assert_eq!(tracks("one").await, ["video"; 3]);
    let refused = refusal(ask(&dynpack, &filtered(Format::DashCmaf, "two")).await);
    assert_eq!(refused, (404, "MPE_EGRESS_FILTER_NOT_FOUND"));
}

/// What changes with a filter has another tag, and media has none.
#[tokio::test]
async fn tags_change_with_filters() {
    let storage = storage_with(&json!([{"name": "a", "presentationTimeRange": seconds(0, 6)}]));
    let dynpack = Dynpack::builder(storage.clone()).revalidate_after(Duration::ZERO).build();
    let playlist = playlists(&dynpack, &filtered(Format::HlsCmaf, "a")).await.remove(0);
    let segment = promises_at(&dynpack, &filtered(Format::HlsCmaf, "a"), Format::HlsCmaf).await[0]
        .segments[0]
        .0
        .clone();
    let urls = [filtered(Format::DashCmaf, "a"), playlist, segment, manifest(ASSET, Format::Hds)];
    let tags = async || {
        let mut tags = Vec::new();
        for url in &urls {
            tags.push(ask(&dynpack, url).await.unwrap().etag);
        }
        tags
    };
    let before = tags().await;
    let changes = |after: &[String]| {
        before.iter().zip(after).map(|(one, other)| one != other).collect::<Vec<_>>()
    };
    let put = |filters: Value| storage.insert("sample/filters.json", filters.to_string());
    put(json!([{"name": "a", "presentationTimeRange": seconds(0, 12)}]));
    assert_eq!(changes(&tags().await), [true, true, false, false]);
    // The same rules in other words have the same outcome.
    put(json!({"name": "a", "properties": {"presentationTimeRange": seconds(0, 5)}}));
    assert_eq!(changes(&tags().await), [false; 4]);
    assert!(storage.remove("sample/filters.json"));
    assert_eq!(refusal(ask(&dynpack, &urls[0]).await), (404, "MPE_EGRESS_FILTER_NOT_FOUND"));
    put(json!([{"name": "a"}]));
    assert_eq!(changes(&tags().await), [true, true, false, false]);
}

/// Video without audio has other segments than video with the default audio, and says so.
#[tokio::test]
async fn segments_without_audio_say_so() {
    let dynpack = origin();
    for format in [Format::HlsV3, Format::Hds] {
        let url = filtered(format, "silent");
        let left = promises_at(&dynpack, &url, format).await;
        let first = &left[0].segments[0].0;
        assert!(first.contains(",audiotrack="), "{first}");
        let silent = get(&dynpack, first).await;
        let whole = get(&dynpack, &first.replace(",audiotrack=", "")).await;
        assert!(silent.len() < whole.len(), "{first}");
        assert_ne!(
            ask(&dynpack, first).await.unwrap().etag,
            ask(&dynpack, &first.replace(",audiotrack=", "")).await.unwrap().etag
        );
    }
    let manifest = format!("{ASSET}/manifest(format=m3u8-aapl-v3,audiotrack=)");
    assert_eq!(refusal(fetch(&dynpack, &manifest).await), (400, "MPE_BAD_URL_SYNTAX"));
}

pub(crate) fn is_hls(format: Format) -> bool {
    matches!(format, Format::HlsV3 | Format::HlsV4 | Format::HlsCmaf)
}

/// The filters in the documentation can be used.
#[test]
fn the_recipes_can_be_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/filters.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let recipes: Vec<&str> = blocks.filter(|block| block.contains("\"name\"")).collect();
    assert_eq!(recipes.len(), 9);
    for recipe in recipes {
        let filters = Filters::parse(recipe.as_bytes());
        assert_eq!((filters.names().count(), filters.problems().next()), (1, None), "{recipe}");
    }
}

/// The rules in the documentation can be used too.
#[test]
fn the_rules_of_the_documents_can_be_read() {
    for (document, expected) in [("filters", 6), ("tokens", 1), ("url-grammar", 1)] {
        let path = format!("{}/../docs/{document}.md", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let in_urls = text.split("rules=").skip(1).map(|rest| {
            let end = rest.find(|char: char| ",)`\n".contains(char)).unwrap();
            &rest[..end]
        });
        let in_claims =
            text.split("\"rules\": \"").skip(1).map(|rest| rest.split('"').next().unwrap());
        let all: Vec<_> = in_urls.chain(in_claims).filter(|rules| rules.contains('=')).collect();
        for rules in &all {
            let read = rules.parse::<Rules>();
            let is_mistake = *rules == "type=image";
            assert_eq!(read.is_err(), is_mistake, "{document}: {rules}: {read:?}");
        }
        assert_eq!(all.len(), expected, "{document}: {all:?}");
    }
}
