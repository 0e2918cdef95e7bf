//! Locators with filters: what they answer, and that nobody steps around the filters.

use dynpack::{AssetPath, Conditions, Dynpack, Encryption, Format, Place, Request, Resource};
use dynpack_media::Ticks;
use serde_json::{Value, json};

use crate::filters::{filters, is_hls, storage_with, tracks};
use crate::random_films::is_muxed;
use crate::resources::listed;
use crate::support::published::{document, locators, policy};
use crate::support::{ask, fetch, formats, get, refusal, text};

const WHOLE: &str = "locator-clear-and-all";
const NARROW: &str = "narrow";

/// The locator of the sample under all protections with these filters, beside one without.
fn published(names: &Value) -> Dynpack {
    let mut document = document();
    let all = document["streamingLocators"].as_array_mut().unwrap();
    let whole = all.iter().find(|one| one["streamingLocatorId"] == WHOLE).unwrap();
    let mut narrow = whole.clone();
    narrow["streamingLocatorId"] = NARROW.into();
    narrow["filters"] = names.clone();
    all.push(narrow);
    Dynpack::builder(storage_with(&filters())).locators(locators(document)).build()
}

/// The same URL under the locator with filters.
fn narrowed(url: &str) -> String {
    url.replacen(WHOLE, NARROW, 1)
}

/// Every format with every protection.
fn ways() -> Vec<(Format, Option<Encryption>)> {
    policy("clear-and-all").admitted().collect()
}

fn manifest_at(locator: &str, (format, encryption): (Format, Option<Encryption>)) -> String {
    let named = encryption.map(|name| format!(",encryption={name}")).unwrap_or_default();
    format!("/{locator}/sample.ism/manifest(format={format}{named})")
}

/// Where audio comes with the video, URLs name its track alone, and segments have its first
/// bitrate. Without that, nothing else may be found by the same URL.
#[tokio::test]
async fn audio_that_comes_with_video_has_its_first_bitrate() {
    let storage = storage_with(&json!([
        {"name": "better", "tracks": [tracks(&[("Bitrate", "NotEqual", "32000")])]},
        {"name": "worse", "tracks": [tracks(&[("Bitrate", "NotEqual", "64000")])]},
    ]));
    let audio = |file: &str, bitrate: u32| {
        format!(
            r#"<audio src="{file}" systemBitrate="{bitrate}">
                <param name="trackName" value="sound"/></audio>"#
        )
    };
    let (low, high) = (audio("audio_eng.mp4", 32_000), audio("audio_deu.mp4", 64_000));
    let video = r#"<video src="video_180p.mp4"/>"#;
    let smil = format!("<smil><body><switch>{video}{low}{high}</switch></body></smil>");
    storage.insert("sample/sample.ism", smil);
    let mut document = document();
    let all = document["streamingLocators"].as_array_mut().unwrap();
    let mut narrow = all.iter().find(|one| one["streamingLocatorId"] == WHOLE).unwrap().clone();
    narrow["streamingLocatorId"] = NARROW.into();
    narrow["filters"] = json!(["better"]);
    all.push(narrow);
    let dynpack = Dynpack::builder(storage).locators(locators(document)).build();
    for format in formats() {
        let way = (format, None);
        let worse = manifest_at(WHOLE, way).replace(')', ",filter=worse)");
        assert_eq!(ask(&dynpack, &worse).await.unwrap().status, 200, "{format}");
        for url in
            [manifest_at(NARROW, way), manifest_at(WHOLE, way).replace(')', ",filter=better)")]
        {
            match ask(&dynpack, &url).await {
                Ok(answer) => assert!(answer.status == 200 && !is_muxed(format), "{format}"),
                Err(error) => {
                    assert!(is_muxed(format), "{format}: {error}");
                    assert_eq!(error.code(), "MPE_MEDIA_ENCODING_NOT_SUPPORTED");
                }
            }
        }
    }
}

/// A text as one document has the cues of the segments that are left, and a tag of its own.
#[tokio::test]
async fn a_whole_text_has_what_the_filters_of_a_locator_leave() {
    let mut narrow = document();
    let all = narrow["streamingLocators"].as_array_mut().unwrap();
    let mut one = all.iter().find(|one| one["streamingLocatorId"] == WHOLE).unwrap().clone();
    one["streamingLocatorId"] = NARROW.into();
    one["filters"] = json!(["middle"]);
    all.push(one);
    let storage = storage_with(&filters());
    // Segments start at 0, 6, 12 and 18 seconds, and the second and the third are left.
    let cues =
        [(1, 2, "before"), (5, 7, "in"), (13, 19, "out"), (17, 18, "last"), (18, 19, "after")];
    let cue = |(start, end, text)| format!("00:{start:02}.000 --> 00:{end:02}.000\n{text}\n\n");
    storage.insert("sample/film.en.vtt", format!("WEBVTT\n\n{}", cues.map(cue).concat()));
    let dynpack = Dynpack::builder(storage).locators(locators(narrow)).build();
    let asset = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = dynpack.asset(&asset).await.unwrap();
    let bitrate = asset.presentation.named("text").next().unwrap().id.bitrate;
    let url = |locator: &str| {
        let media = "Fragments(text=all,format=mpd-time-cmaf,text=vtt).vtt";
        format!("/{locator}/sample.ism/QualityLevels({bitrate})/{media}")
    };
    let (whole, left) = (text(&dynpack, &url(WHOLE)).await, text(&dynpack, &url(NARROW)).await);
    let words = |text: &str| {
        cues.map(|(.., word)| word)
            .into_iter()
            .filter(|word| text.contains(word))
            .collect::<Vec<_>>()
    };
    assert_eq!(words(&whole), ["before", "in", "out", "last", "after"]);
    assert_eq!(words(&left), ["in", "out", "last"]);
    assert!(left.contains("00:00:05.000 --> 00:00:07.000\n"), "times stay: {left}");
    let tag = ask(&dynpack, &url(WHOLE)).await.unwrap().etag;
    assert_ne!(ask(&dynpack, &url(NARROW)).await.unwrap().etag, tag);
    let mut known = Conditions::default();
    known.if_none_match = Some(tag);
    let request = Request::parse(&url(NARROW)).unwrap();
    assert_eq!(dynpack.respond(&request, &known).await.unwrap().status, 200);
    // What manifests list is what there is.
    let mpd = manifest_at(NARROW, (Format::DashCmaf, None)).replace(')', ",text=vtt)");
    assert!(text(&dynpack, &mpd).await.contains("Fragments(text=all,"));
}

/// Under a locator with filters, nothing that they leave out is answered: in every format, under
/// every protection, by every URL that the whole has, in other spellings and with other filters.
#[tokio::test]
async fn nobody_steps_around_the_filters_of_a_locator() {
    let dynpack = published(&json!(["mobile", "middle"]));
    let (mut refused, mut answered) = (0, 0);
    for way in ways() {
        let whole = listed(&dynpack, &Request::parse(&manifest_at(WHOLE, way)).unwrap()).await;
        let left = listed(&dynpack, &Request::parse(&manifest_at(NARROW, way)).unwrap()).await;
        for url in &whole {
            let request = Request::parse(url).unwrap();
            let Resource::Media(..) = request.resource else { continue };
            // Whoever has it of another locator has its tag, and the whole is in all caches.
            let tag = ask(&dynpack, url).await.unwrap().etag;
            let mut known = Conditions::default();
            known.if_none_match = Some(tag.clone());
            let own = Request::parse(&narrowed(url)).unwrap();
            if left.contains(&own.to_string()) {
                assert_eq!(get(&dynpack, url).await, get(&dynpack, &narrowed(url)).await);
                assert_eq!(ask(&dynpack, &narrowed(url)).await.unwrap().etag, tag);
                let response = dynpack.respond(&own, &known).await.unwrap();
                assert_eq!(response.status, 304);
                answered += 1;
                continue;
            }
            for url in spellings(&own) {
                for conditions in [&Conditions::default(), &known] {
                    let answer = dynpack.get(&url, conditions).await;
                    assert_eq!(refusal(answer).0, 404, "{url}");
                    refused += 1;
                }
            }
        }
        for url in left {
            assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
            assert!(!url.contains("audio_de") && !url.contains("423476"), "{url}");
        }
    }
    assert!(refused > 1_000 && answered > 100, "{refused} {answered}");
}

/// Other ways to write a URL of media, and to ask for more than it.
fn spellings(request: &Request) -> Vec<String> {
    let url = request.to_string();
    let (head, tail) = url.rsplit_once(')').unwrap();
    vec![
        url.clone(),
        format!("{url}?filter=all"),
        format!("{head},filter=all){tail}"),
        format!("{head},filter=german;all){tail}"),
        format!("{head},rules=type=video;;type=audio){tail}"),
        url.replace("Fragments", "fragments").replace("QualityLevels", "qualitylevels"),
        url.replace('(', "%28").replace(')', "%29").replace('=', "%3D").replace(',', "%2C"),
        url.replace("format=", "FORMAT="),
        counted_from(request),
    ]
}

/// The URL with a time that counts from another one.
fn counted_from(request: &Request) -> String {
    let mut later = request.clone();
    let Resource::Media(_, Place::Time(time)) = &mut later.resource else {
        return request.to_string();
    };
    let from = Ticks(time.0 / 3);
    *time = *time - from;
    let url = later.to_string();
    let (head, tail) = url.rsplit_once(')').unwrap();
    format!("{head},from={from}){tail}")
}

/// Playlists and manifests neither, by whatever they name.
#[tokio::test]
async fn playlists_of_a_locator_with_filters_show_nothing_else() {
    let dynpack = published(&json!(["mobile", "middle"]));
    for way in ways() {
        let (manifest, head) = (manifest_at(NARROW, way), manifest_at(NARROW, way));
        let head = head.strip_suffix(')').unwrap();
        let whole = text(&dynpack, &manifest).await;
        for filter in ["all", "mobile", "middle;all"] {
            let url = format!("{head},filter={filter})");
            let names = |text: &str| text.replace(&format!(",filter={filter}"), "");
            assert_eq!(names(&text(&dynpack, &url).await), whole, "{url}");
        }
        for (parameter, status) in [
            ("filter=german", 415),
            ("filter=opening", 415),
            ("filter=none", 404),
            ("rules=time=0-6", 415),
            ("audiotrack=audio_de", 404),
        ] {
            let url = format!("{head},{parameter})");
            match ask(&dynpack, &url).await {
                Err(error) if parameter == "filter=german" => {
                    panic!("{url}: video is left: {error}")
                }
                Err(error) => assert_eq!(error.status(), status, "{url}"),
                Ok(_) if parameter == "filter=german" => {
                    let text = text(&dynpack, &url).await;
                    assert!(!text.contains("audio_"), "{url}: {text}");
                }
                // It has no meaning where audio is apart.
                Ok(_) => assert!(parameter.starts_with("audiotrack") && !is_muxed(way.0), "{url}"),
            }
        }
        let prefix = format!("/{NARROW}/sample.ism/QualityLevels");
        let own = manifest.rsplit_once('(').unwrap().1;
        for track in ["(71182)/Manifest(audio_de", "(423476)/Manifest(video"] {
            let url = format!("{prefix}{track},{own}");
            let refused = refusal(ask(&dynpack, &url).await).0;
            assert!(refused == 404 || refused == 400 && !is_hls(way.0), "{url}: {refused}");
        }
    }
}

/// Stored files hold what the filters leave out, so they are not given out.
#[tokio::test]
async fn a_locator_with_filters_gives_no_stored_files() {
    let mut document = document();
    let locator = document["streamingLocators"][2].clone();
    assert_eq!(locator["streamingPolicyName"], "Predefined_DownloadAndClearStreaming");
    let mut narrow = locator;
    narrow["streamingLocatorId"] = NARROW.into();
    narrow["filters"] = json!(["all"]);
    document["streamingLocators"].as_array_mut().unwrap().push(narrow);
    let storage = storage_with(&filters());
    let dynpack = Dynpack::builder(storage).locators(locators(document)).build();
    let of = |locator: &str| format!("/{locator}/video_180p.mp4");
    let whole = fetch(&dynpack, &of("locator-Predefined_DownloadAndClearStreaming")).await;
    assert_eq!(whole.unwrap().status, 200);
    assert_eq!(refusal(fetch(&dynpack, &of(NARROW)).await), (403, "MPE_OUTPUT_FORMAT_BLOCKED"));
}

/// A filter that a locator names must exist: without it, the locator would show more than it
/// should.
#[tokio::test]
async fn a_locator_with_an_unknown_filter_answers_nothing() {
    let dynpack = published(&json!(["mobile", "gone"]));
    for way in ways() {
        let refused = refusal(ask(&dynpack, &manifest_at(NARROW, way)).await);
        assert_eq!(refused, (404, "MPE_EGRESS_FILTER_NOT_FOUND"));
    }
    let segment = "QualityLevels(62780)/Fragments(video=i,format=m3u8-cmaf)";
    let url = format!("/{NARROW}/sample.ism/{segment}");
    assert_eq!(refusal(ask(&dynpack, &url).await), (404, "MPE_EGRESS_FILTER_NOT_FOUND"));
}
