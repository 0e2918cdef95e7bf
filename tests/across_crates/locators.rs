//! Locators: what is found under their ids, when, and with which keys.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use dynpack::storage::Memory;
use dynpack::{
    Conditions, ContentKey, CpixKeys, Dynpack, Encryption, Error, Format, KeyError, KeyId, KeyProvider, KeySet, Locator,
    LocatorKey, LocatorKeys, Locators, LocatorsDocument, Request, Response, StreamingPolicy, TrackSelection,
};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::published::{builder, document, locator, locators, manifest_under, published, under};
use crate::support::{SAMPLE, ask, get, sample, sample_origin, sample_storage, text};

async fn fetch(dynpack: &Dynpack, url: &str) -> Result<Response, Error> {
    dynpack.get(url, &Conditions::default()).await
}

fn refusal(answer: Result<Response, Error>) -> (u16, &'static str) {
    let error = answer.unwrap_err();
    (error.status(), error.code())
}

/// Why a document is refused, after a change.
fn problem(change: impl FnOnce(&mut Value)) -> String {
    let mut document = document();
    change(&mut document);
    match serde_json::from_value::<LocatorsDocument>(document) {
        Ok(document) => Locators::new(document).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn only_locators_answer_by_their_ids() {
    let dynpack = published();
    let folder = fetch(&dynpack, "/sample/sample.ism/manifest(format=m3u8-cmaf)").await;
    assert_eq!(folder.unwrap_err().to_string(), "there is no locator `sample`");
    assert_eq!(refusal(fetch(&dynpack, "/nothing/sample.ism/manifest").await), (404, "MPE_RESOURCE_NOT_FOUND"));
    // Where the asset lies does not show.
    let other = manifest_under("all", Format::DashCsf, Some(Encryption::Cenc)).replace("sample.ism", "other.ism");
    assert_eq!(fetch(&dynpack, &other).await.unwrap_err().to_string(), "there is no asset `locator-all/other.ism`");
    // The same media under two ids.
    let [one, other] =
        ["Predefined_ClearStreamingOnly", "clear-and-all"].map(|policy| manifest_under(policy, Format::HlsCmaf, None));
    assert_eq!(text(&dynpack, &one).await, text(&dynpack, &other).await);
}

#[tokio::test]
async fn locators_answer_between_their_times() {
    let mut document = document();
    for (at, (start, end)) in [
        ("2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z"),
        ("2998-01-01T00:00:00Z", "2999-01-01T00:00:00Z"),
        ("2020-01-01T00:00:00+02:00", "2999-01-01T00:00:00.0000000Z"),
    ]
    .into_iter()
    .enumerate()
    {
        document["streamingLocators"][at + 1]["startTime"] = start.into();
        document["streamingLocators"][at + 1]["endTime"] = end.into();
        document["streamingLocators"][at + 1]["streamingPolicyName"] = "Predefined_ClearStreamingOnly".into();
    }
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    let ask = |policy| fetch_owned(&dynpack, manifest_under(policy, Format::DashCmaf, None));
    assert_eq!(refusal(ask("Predefined_ClearStreamingOnly").await), (404, "MPE_UNAUTHORIZED"));
    assert_eq!(refusal(ask("Predefined_DownloadAndClearStreaming").await), (404, "MPE_UNAUTHORIZED"));
    assert_eq!(ask("Predefined_ClearKey").await.unwrap().status, 200);
}

async fn fetch_owned(dynpack: &Dynpack, url: String) -> Result<Response, Error> {
    fetch(dynpack, &url).await
}

#[test]
fn a_locator_is_open_from_its_start_until_before_its_end() {
    let mut document = document();
    document["streamingLocators"][0]["startTime"] = "2026-01-01T00:00:00Z".into();
    document["streamingLocators"][0]["endTime"] = "2026-01-01T00:00:10Z".into();
    let locators = locators(document);
    let id = locator("Predefined_DownloadOnly");
    let start = std::time::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    let is_open = |seconds: i32| {
        let offset = Duration::from_secs(seconds.unsigned_abs().into());
        locators.open(&id, if seconds < 0 { start - offset } else { start + offset }).is_ok()
    };
    assert_eq!([-1, 0, 9, 10].map(is_open), [false, true, true, false]);
}

/// No cache may keep an answer beyond the end of its locator.
#[tokio::test]
async fn answers_are_not_kept_beyond_the_end() {
    let mut document = document();
    let soon = std::time::SystemTime::now() + Duration::from_secs(100);
    let seconds = soon.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let days = seconds / 86_400;
    let (year, month, day) = civil(days);
    let rest = seconds % 86_400;
    let end = format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60);
    document["streamingLocators"][2]["endTime"] = end.into();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    for url in [
        manifest_under("Predefined_DownloadAndClearStreaming", Format::HlsCmaf, None),
        format!("/{}/video_180p.mp4", locator("Predefined_DownloadAndClearStreaming")),
    ] {
        let age = fetch(&dynpack, &url).await.unwrap().max_age.as_secs();
        assert!((90..=100).contains(&age), "{url}: {age}");
    }
}

/// The date of a day since 1970 (Howard Hinnant, *chrono-Compatible Low-Level Date Algorithms*).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[tokio::test]
async fn files_are_given_as_they_are_where_a_policy_allows_it() {
    let storage = sample_storage();
    storage.insert("sample/en.vtt", "WEBVTT\n");
    storage.insert("sample/film.ismv", "x");
    storage.insert("secret.mp4", "x");
    let dynpack = Dynpack::builder(storage).locators(locators(document())).build();
    let open = locator("Predefined_DownloadOnly");
    for file in SAMPLE {
        assert_eq!(get_file(&dynpack, &format!("/{open}/{file}")).await, sample(file));
    }
    let response = fetch(&dynpack, &format!("/{open}/video_180p.mp4")).await.unwrap();
    assert_eq!((response.status, response.content_type), (200, "video/mp4"));
    let tag = response.etag;
    assert_eq!(fetch(&dynpack, &format!("/{open}/en.vtt")).await.unwrap().content_type, "text/vtt");

    let with = |name: &'static str, value: String| Conditions::from_headers(|asked| (asked == name).then_some(value.as_str()));
    let range = with("range", "bytes=100-199".into());
    let part = dynpack.get(&format!("/{open}/video_180p.mp4"), &range).await.unwrap();
    let len = sample("video_180p.mp4").len();
    assert_eq!((part.status, part.content_range.clone()), (206, Some(format!("bytes 100-199/{len}"))));
    assert_eq!(part.body.collect().await.unwrap(), sample("video_180p.mp4").slice(100..200));
    let known = dynpack.get(&format!("/{open}/video_180p.mp4"), &with("if-none-match", tag)).await.unwrap();
    assert_eq!((known.status, known.body.len()), (304, 0));
    let beyond = dynpack.get(&format!("/{open}/video_180p.mp4"), &with("range", format!("bytes={len}-"))).await.unwrap();
    assert_eq!(beyond.status, 416);

    let blocked = (403, "MPE_OUTPUT_FORMAT_BLOCKED");
    for policy in ["Predefined_ClearStreamingOnly", "Predefined_ClearKey", "all"] {
        assert_eq!(refusal(fetch(&dynpack, &format!("/{}/video_180p.mp4", locator(policy))).await), blocked, "{policy}");
    }
    for file in ["film.ismv", "x.ismc", "x.isma", "x.mpi", "x.xml", "x"] {
        assert_eq!(refusal(fetch(&dynpack, &format!("/{open}/{file}")).await), blocked, "{file}");
    }
    assert_eq!(refusal(fetch(&dynpack, &format!("/{open}/none.mp4")).await), (404, "MPE_RESOURCE_NOT_FOUND"));
    for (url, status) in [("%2E%2E/secret.mp4", 404), ("..%2Fsecret.mp4", 400), ("sample.ism", 400), ("a/b.mp4", 404)] {
        assert_eq!(fetch(&dynpack, &format!("/{open}/{url}")).await.unwrap_err().status(), status, "{url}");
    }
    assert_eq!(refusal(fetch(&sample_origin(), "/sample/video_180p.mp4").await).0, 404);
}

/// A lone file beside the folders is an asset, and downloaded as one: under the asset's name, if there is no folder of that name.
#[tokio::test]
async fn a_lone_file_is_given_as_it_is() {
    let film = sample("video_180p.mp4");
    let publish = |asset: &str, files: &[&str]| {
        let storage = Memory::new();
        for file in files {
            storage.insert(*file, film.clone());
        }
        let mut document = document();
        let locator = &mut document["streamingLocators"][2];
        locator["assetName"] = asset.into();
        (Dynpack::builder(storage).locators(locators(document)).build(), locator_of_downloads())
    };
    for (asset, file) in [("lonefilm", "lonefilm.mp4"), ("films/lonefilm", "films/lonefilm.mp4")] {
        let (dynpack, id) = publish(asset, &[file, "other.mp4", "films/other.mp4", "lonefilm.m4a", "lonefilm.vtt"]);
        let streamed = fetch(&dynpack, &format!("/{id}/lonefilm.ism/manifest(format=m3u8-cmaf)")).await;
        assert_eq!(streamed.unwrap().status, 200);
        assert_eq!(get_file(&dynpack, &format!("/{id}/lonefilm.mp4")).await, film);
        // Neither what lies beside it, nor what is not the asset.
        for file in ["other.mp4", "lonefilm.m4a", "lonefilm.vtt", "lonefilm2.mp4"] {
            assert_eq!(refusal(fetch(&dynpack, &format!("/{id}/{file}")).await), (404, "MPE_RESOURCE_NOT_FOUND"), "{file}");
        }
        let error = fetch(&dynpack, &format!("/{id}/films%2Flonefilm.mp4")).await.unwrap_err();
        assert!([400, 404].contains(&error.status()), "{error}");
    }
    // Where there is a folder, the asset is what lies in it.
    let (dynpack, id) = publish("lonefilm", &["lonefilm.mp4", "lonefilm/other.mp4"]);
    assert_eq!(refusal(fetch(&dynpack, &format!("/{id}/lonefilm.mp4")).await), (404, "MPE_RESOURCE_NOT_FOUND"));
    assert_eq!(get_file(&dynpack, &format!("/{id}/other.mp4")).await, film);
}

fn locator_of_downloads() -> String {
    locator("Predefined_DownloadAndClearStreaming")
}

async fn get_file(dynpack: &Dynpack, url: &str) -> bytes::Bytes {
    fetch(dynpack, url).await.unwrap().body.collect().await.unwrap()
}

#[test]
fn documents_which_contradict_themselves_are_refused() {
    let problems = [
        (
            problem(|d| {
                d["streamingLocators"][1]["streamingLocatorId"] = d["streamingLocators"][0]["streamingLocatorId"].clone()
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: there are two of that id",
        ),
        (
            problem(|d| d["streamingLocators"][0]["streamingPolicyName"] = "none".into()),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: there is no policy `none`",
        ),
        (
            problem(|d| d["streamingLocators"][0]["filters"] = json!(["short"])),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: it has filters, which are not supported yet",
        ),
        (
            problem(|d| d["streamingLocators"][0]["streamingLocatorId"] = "a/b".into()),
            "the locator `a/b` cannot be used: its streamingLocatorId has a slash",
        ),
        (
            problem(|d| d["streamingLocators"][0]["streamingLocatorId"] = "..".into()),
            "the locator `..` cannot be used: its streamingLocatorId is no folder",
        ),
        (
            problem(|d| d["streamingLocators"][0]["assetName"] = "../x".into()),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: its assetName is no folder",
        ),
        (
            problem(|d| {
                d["streamingLocators"][0]["startTime"] = "2026-01-02T00:00:00Z".into();
                d["streamingLocators"][0]["endTime"] = "2026-01-01T00:00:00Z".into();
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: it ends before it starts",
        ),
        (problem(|d| d["streamingLocators"][0]["startTime"] = "yesterday".into()), "failed to parse"),
        (
            problem(|d| {
                d["streamingLocators"][0]["contentKeys"] =
                    json!([{"id": "12345670-1234-4234-8234-123456789abc"}, {"id": "12345671-1234-4234-8234-123456789abc"}])
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: two of its keys have no label",
        ),
        (
            problem(|d| {
                let id = d["streamingLocators"][9]["contentKeys"][0]["id"].clone();
                d["streamingLocators"][9]["contentKeys"][1]["id"] = id;
            }),
            "two of its keys have the id 12345670-1234-4234-8234-123456789abc, with different values or vectors",
        ),
        (
            problem(|d| {
                let mut other = d["streamingLocators"][6]["contentKeys"][0].clone();
                other["label"] = "other".into();
                other["iv"] = "000102030405060708090a0b0c0d0e0f".into();
                d["streamingLocators"][6]["contentKeys"].as_array_mut().unwrap().push(other);
            }),
            "two of its keys have the id 12345670-1234-4234-8234-123456789abc, with different values or vectors",
        ),
        (problem(|d| d["streamingLocators"][0]["contentKeys"][0]["value"] = "0123".into()), "not a key: "),
        (problem(|d| d["streamingLocators"][0]["contentKeys"][0]["id"] = "0123".into()), "not a key id: "),
        (problem(|d| d["streamingLocators"][0]["contentKey"] = json!([])), "unknown field `contentKey`"),
        (
            problem(|d| d["streamingPolicies"]["Predefined_ClearKey"] = json!({})),
            "the policy `Predefined_ClearKey` cannot be used: its name is that of a predefined policy",
        ),
        (
            problem(|d| d["streamingPolicies"]["all"]["envelopeEncryption"]["enabledProtocols"]["download"] = true.into()),
            "the policy `all` cannot be used: envelopeEncryption enables download, but stored files are not encrypted",
        ),
        (
            problem(|d| d["streamingPolicies"]["all"]["commonEncryptionCenc"]["drm"]["fairPlay"] = json!({})),
            "the policy `all` cannot be used: commonEncryptionCenc names FairPlay, which takes nothing but cbcs",
        ),
        (
            problem(|d| d["streamingPolicies"]["all"]["commonEncryptionCbcs"] = json!({"enabledProtocols": {"hls": true}})),
            "the policy `all` cannot be used: commonEncryptionCbcs names no system that could play it",
        ),
        (
            problem(|d| drop(d["keyDelivery"].as_object_mut().unwrap().remove("keyUrlTemplate"))),
            "envelopeEncryption does not say where players get keys, nor does keyDelivery",
        ),
        (
            problem(|d| drop(d["keyDelivery"].as_object_mut().unwrap().remove("clearKeyUrlTemplate"))),
            "does not say where players get keys of ClearKey, nor does keyDelivery",
        ),
        (problem(|d| d["keyDelivery"]["keyUrlTemplate"] = "https://k/{Kid}".into()), "has a token that is not known"),
        (
            problem(|d| {
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] =
                    json!([{"trackSelections": [{"property": "Size", "operation": "Equal", "value": "1"}]}])
            }),
            "unknown property `Size`; known are Type, Name, Language, FourCC, Bitrate",
        ),
        (
            problem(|d| {
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] =
                    json!([{"trackSelections": [{"property": "Bitrate", "operation": "Less", "value": "1"}]}])
            }),
            "unknown operation `Less`; known are Equal, NotEqual",
        ),
        (
            problem(|d| {
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] =
                    json!([{"trackSelections": [{"property": "Bitrate", "operation": "Equal", "value": "1-x"}]}])
            }),
            "`1-x` cannot be the Bitrate of a track",
        ),
    ];
    for (problem, expected) in problems {
        assert!(problem.contains(expected), "{problem}\n{expected}");
    }
}

/// One value under one id may serve several labels and protections.
#[test]
fn a_key_may_be_listed_twice() {
    let mut document = document();
    let mut other = document["streamingLocators"][6]["contentKeys"][0].clone();
    other["label"] = "other".into();
    document["streamingLocators"][6]["contentKeys"].as_array_mut().unwrap().push(other);
    assert_eq!(locators(document).iter().find(|locator| locator.id == "locator-all").unwrap().content_keys.len(), 2);
}

/// A secret that cannot be read is not repeated in the error, whatever it is written as.
#[test]
fn errors_do_not_repeat_keys() {
    let text = "f0e1d2c3b4a5968778695a4b3c2d1e0";
    let key = |secret: Value| problem(|d| d["streamingLocators"][0]["contentKeys"][0]["value"] = secret);
    assert!(!key(text.into()).contains(text));
    for (secret, shown) in [(json!(10_111_213_141_516_u64), "1011"), (json!(-10_111_213_i64), "1011"), (json!(1.011e30), "1.011")]
    {
        let problems = [
            key(secret.clone()),
            problem(|d| d["streamingLocators"][0]["contentKeys"][0] = secret.clone()),
            problem(|d| d["streamingLocators"][0]["contentKeys"] = secret.clone()),
        ];
        let expected = ["not a key: it is not in quotes", "a key without its id", "contentKeys is no list of keys"];
        assert_eq!(problems, expected, "{shown}");
    }
    for problem in [
        problem(|d| d["streamingLocators"][0]["contentKeys"][0] = text.into()),
        problem(|d| d["streamingLocators"][0]["contentKeys"] = text.into()),
        key(json!([text])),
        key(json!({ "value": text })),
    ] {
        assert!(!problem.contains(text), "{problem}");
    }
    let read = |text: &str| serde_json::from_str::<LocatorsDocument>(text).map(|_| ()).unwrap_err().to_string();
    let number = "10111213141516171819202122232425";
    let document = |value: &str| {
        let key = format!(r#"{{"id": "12345670-1234-4234-8234-123456789abc", "value": {value}}}"#);
        format!(
            r#"{{"streamingLocators": [{{"streamingLocatorId": "a", "assetName": "a", "streamingPolicyName": "a", "contentKeys": [{key}]}}]}}"#
        )
    };
    assert!(!read(&document(number)).contains("1011"), "{}", read(&document(number)));
    let none: LocatorsDocument = serde_json::from_str(&document("null")).unwrap();
    assert_eq!(none.streaming_locators[0].content_keys[0].value, None);
    let locators = locators(crate::support::published::document());
    for key in crate::support::published::KEYS {
        assert!(!format!("{locators:?}").to_lowercase().contains(key));
    }
}

#[tokio::test]
async fn keys_that_do_not_fit_are_told() {
    let cases = [
        (json!([]), "the keys cannot be used: there are no keys for it"),
        (
            json!([{"id": "12345670-1234-4234-8234-123456789abc"}]),
            "there is no value for the key 12345670-1234-4234-8234-123456789abc",
        ),
        (
            json!([{"id": "12345670-1234-4234-8234-123456789abc", "type": "EnvelopeEncryption", "value": "f0e1d2c3b4a5968778695a4b3c2d1e0f"}]),
            "the keys cannot be used: there are no keys for it",
        ),
        (
            json!([{"id": "12345670-1234-4234-8234-123456789abc", "label": "a"}, {"id": "12345671-1234-4234-8234-123456789abc", "label": "b"}]),
            "the keys cannot be used: there are 2 keys, and the policy names none for all tracks",
        ),
    ];
    for (keys, expected) in cases {
        let mut document = document();
        document["streamingLocators"][6]["contentKeys"] = keys;
        let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
        let error = fetch(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc))).await.unwrap_err();
        assert_eq!((error.status(), error.to_string().as_str()), (500, expected));
    }
    let mut document = document();
    document["streamingLocators"][9]["contentKeys"][1]["label"] = "uhd".into();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators(document)).build();
    let error = fetch(&dynpack, &manifest_under("key-per-track", Format::DashCmaf, Some(Encryption::Cenc))).await.unwrap_err();
    assert_eq!(error.to_string(), "the keys cannot be used: there is no key with the label `hd`");
}

/// Counts how often it is asked, and fails if told to.
struct Counting {
    asked: Arc<AtomicUsize>,
    fails: bool,
}

#[async_trait]
impl KeyProvider for Counting {
    async fn keys(&self, locator: &Locator, encryption: Encryption) -> Result<Arc<KeySet>, KeyError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(20)).await;
        if self.fails {
            return Err(KeyError::Unavailable { problem: "no answer".into() });
        }
        LocatorKeys.keys(locator, encryption).await
    }
}

#[tokio::test]
async fn keys_are_asked_for_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let dynpack = builder().keys(Counting { asked: Arc::clone(&asked), fails: false }).build();
    let url = manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc));
    join_all((0..20).map(|_| get(&dynpack, &url))).await;
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    let _ = get(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::CbcsAapl))).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    // Nothing clear asks for keys.
    let _ = get(&dynpack, &manifest_under("clear-and-all", Format::DashCmaf, None)).await;
    assert_eq!(asked.load(Ordering::Relaxed), 2);

    let dynpack = builder().keys(Counting { asked: Arc::clone(&asked), fails: false }).keys_max_age(Duration::ZERO).build();
    for _ in 0..2 {
        let _ = get(&dynpack, &url).await;
    }
    assert_eq!(asked.load(Ordering::Relaxed), 4);

    let dynpack = builder().keys(Counting { asked, fails: true }).build();
    let error = ask(&dynpack, &url).await.unwrap_err();
    assert_eq!((error.status(), error.to_string().as_str()), (503, "the keys cannot be had now: no answer"));
}

/// The id of the key of CPIX documents, and its value.
const CPIX_KEY: &str = "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64";
const CPIX_VALUE: &str = "8OHSw7SlloaHaWpbPC0eDw==";

/// A CPIX document of one key, with those attributes, systems and usage rules.
fn cpix(attributes: &str, systems: &str, rules: &[&str]) -> String {
    let rules: String =
        rules.iter().map(|rule| format!("<ContentKeyUsageRule kid=\"{CPIX_KEY}\">{rule}</ContentKeyUsageRule>")).collect();
    format!(
        "<CPIX xmlns=\"urn:dashif:org:cpix\" xmlns:pskc=\"urn:ietf:params:xml:ns:keyprov:pskc\"><ContentKeyList>\
         <ContentKey kid=\"{CPIX_KEY}\" {attributes}><Data><pskc:Secret><pskc:PlainValue>{CPIX_VALUE}</pskc:PlainValue></pskc:Secret></Data>\
         </ContentKey></ContentKeyList><DRMSystemList>{systems}</DRMSystemList>\
         <ContentKeyUsageRuleList>{rules}</ContentKeyUsageRuleList></CPIX>"
    )
}

/// The sample under the usual policies, with a document of keys for the locator of one of them.
fn published_with(policy: &str, document: &str) -> Dynpack {
    let documents = Memory::new();
    documents.insert(format!("{}.xml", locator(policy)), document.to_owned());
    builder().keys(CpixKeys::new(documents)).build()
}

/// Resources of video and of audio of the sample, of each kind.
const RESOURCES: [(Format, &str); 9] = [
    (Format::HlsCmaf, "manifest(format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Manifest(video,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Fragments(video=i,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(157695)/Fragments(video=0,format=m3u8-cmaf)"),
    (Format::HlsCmaf, "QualityLevels(71182)/Fragments(audio_de=i,format=m3u8-cmaf)"),
    (Format::HlsV4, "QualityLevels(423476)/Fragments(video=0,format=m3u8-aapl)"),
    (Format::HlsV3, "QualityLevels(423476)/Fragments(video=0,audiotrack=audio_de,format=m3u8-aapl-v3)"),
    (Format::Smooth, "QualityLevels(423476)/Fragments(video=0)"),
    (Format::DashCmaf, "manifest(format=mpd-time-cmaf)"),
];

/// A document decides which key is for which track, and never that one stays clear: only a policy does.
#[tokio::test]
async fn a_track_without_a_key_is_refused() {
    let none = |name: &str, bitrate: u32| {
        format!("the CPIX document does not tell one key: none of its rules gives one to {name:?} at {bitrate} bit/s")
    };
    for (document, problem) in [
        (cpix("", "", &["<LabelFilter label=\"SD\"/>"]), none("video", 62_780)),
        (cpix("", "", &["<VideoFilter/>"]), none("audio_de", 71_182)),
        (cpix("", "", &["<VideoFilter maxPixels=\"500000\"/>", "<AudioFilter/>"]), none("video", 423_476)),
        (
            cpix("", "", &["<VideoFilter/><Whatever/>", "<AudioFilter/>", "<VideoFilter/>"]),
            "the CPIX document needs what is not supported: a filter which is not of CPIX 2.3".into(),
        ),
    ] {
        let dynpack = published_with("all", &document);
        for (format, resource) in RESOURCES {
            for way in format.encryptions() {
                let url = under("all", Some(*way), &format!("/sample/sample.ism/{resource}"));
                let error = ask(&dynpack, &url).await.map(|_| url.clone()).unwrap_err();
                assert_eq!((error.status(), error.code()), (500, "MPE_STORAGE_INTERNAL_ERROR"), "{url}");
                assert_eq!(error.to_string(), format!("the keys cannot be used: {problem}"), "{url}");
            }
        }
    }
}

/// A type of track that a rule is meant for takes nothing out of it.
#[tokio::test]
async fn a_rule_without_filters_is_for_all_tracks() {
    let document = cpix("", "", &[""]).replace("UsageRule kid", "UsageRule intendedTrackType=\"VIDEO\" kid");
    let (clear, dynpack) = (sample_origin(), published_with("all", &document));
    for track in ["QualityLevels(71182)/Fragments(audio_de=0", "QualityLevels(62780)/Fragments(video=0"] {
        let url = format!("/sample/sample.ism/{track},format=m3u8-cmaf)");
        assert_ne!(get(&dynpack, &under("all", Some(Encryption::Cenc), &url)).await, get(&clear, &url).await, "{url}");
    }
}

#[tokio::test]
async fn a_key_is_used_for_what_its_document_means_it() {
    for (scheme, fitting) in [
        ("cenc", vec![Encryption::Cenc, Encryption::Piff]),
        ("SAMPLE-AES-CTR", vec![Encryption::Cenc, Encryption::Piff]),
        ("cbcs", vec![Encryption::CbcsAapl]),
        ("SAMPLE-AES", vec![Encryption::CbcsAapl]),
        ("AES-128", vec![Encryption::Cbc]),
        ("cbc1", vec![]),
    ] {
        let dynpack = published_with("all", &cpix(&format!("commonEncryptionScheme=\"{scheme}\""), "", &[]));
        for (format, way) in [Format::HlsCmaf, Format::Smooth]
            .into_iter()
            .flat_map(|format| format.encryptions().iter().map(move |way| (format, *way)))
        {
            let answer = ask(&dynpack, &manifest_under("all", format, Some(way))).await;
            if fitting.contains(&way) {
                assert_eq!(answer.unwrap().status, 200, "{scheme} {way}");
                continue;
            }
            let error = answer.unwrap_err();
            let problem = format!("the CPIX document means the key {CPIX_KEY} for `{scheme}`, not for `{way}`");
            assert_eq!((error.status(), error.to_string()), (500, format!("the keys cannot be used: {problem}")));
        }
    }
}

/// A document of a key server decides by its own rules, and what it says for a system is passed on.
#[tokio::test]
async fn keys_come_from_cpix_documents() {
    let documents = Memory::new();
    let system = "<DRMSystem kid=\"ad13f9ea-2be6-98b8-75f5-04a8e3ccea64\" systemId=\"94ce86fb-07ff-4f43-adb8-93d2fa968ca2\">\
                  <URIExtXKey>c2tkOi8vZ2l2ZW4=</URIExtXKey></DRMSystem>";
    let iv = "explicitIV=\"AAECAwQFBgcICQoLDA0ODw==\"";
    documents.insert(format!("{}.cbcs-aapl.xml", locator("all")), cpix(iv, system, &["<VideoFilter/>", "<AudioFilter/>"]));
    documents.insert(format!("{}.cbcs-aapl.xml", locator("clear-audio")), cpix(iv, system, &["<VideoFilter/>"]));
    documents.insert(format!("{}.xml", locator("key-per-track")), "<CPIX/>");
    let dynpack = builder().keys(CpixKeys::new(documents)).build();

    let playlist = text(&dynpack, &manifest_under("all", Format::HlsCmaf, Some(Encryption::CbcsAapl))).await;
    assert!(playlist.contains("URI=\"skd://given\",KEYFORMAT=\"com.apple.streamingkeydelivery\""), "{playlist}");
    let ids: Vec<_> = playlist.match_indices("KEYID=0x").map(|(at, found)| &playlist[at + found.len()..][..32]).collect();
    assert!(!ids.is_empty() && ids.iter().all(|id| *id == "ad13f9ea2be698b875f504a8e3ccea64"), "{playlist}");
    // What the policy leaves clear needs no key; and the constant vector is the one that was given.
    let clear = sample_origin();
    let audio = "/sample/sample.ism/QualityLevels(71182)/Fragments(audio_de=i,format=m3u8-cmaf)";
    let video = "/sample/sample.ism/QualityLevels(62780)/Fragments(video=i,format=m3u8-cmaf)";
    assert_eq!(get(&dynpack, &under("clear-audio", Some(Encryption::CbcsAapl), audio)).await, get(&clear, audio).await);
    for (policy, track) in [("clear-audio", video), ("all", video), ("all", audio)] {
        let init = get(&dynpack, &under(policy, Some(Encryption::CbcsAapl), track)).await;
        assert!(init.windows(16).any(|window| window == (0..16).collect::<Vec<u8>>()), "{policy} {track}");
    }
    // Other protections have no document, and the keys of the locator.
    let mpd = text(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc))).await;
    assert!(mpd.contains("default_KID=\"12345670-1234-4234-8234-123456789abc\""), "{mpd}");
    // A document without keys is no reason to go on without protection.
    let error = ask(&dynpack, &manifest_under("key-per-track", Format::DashCmaf, Some(Encryption::Cenc))).await.unwrap_err();
    assert_eq!((error.status(), error.code()), (500, "MPE_STORAGE_INTERNAL_ERROR"));
}

/// The answer of a SPEKE 2 server serves as it is: each track has its key, and systems are told what it says.
#[tokio::test]
async fn an_answer_of_speke_2_is_served() {
    let answer = include_str!("../../crates/dynpack-crypt/tests/data/speke.xml");
    let dynpack = published_with("all", answer);
    let tags = |text: &str, start: &str| -> Vec<String> {
        text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
    };
    let fair_play = |tag: &str, track: &str, iv: &str| {
        let format = "KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"";
        format!("{tag}:METHOD=SAMPLE-AES,URI=\"skd://fairplay.speke.example/{track}\"{iv},{format}")
    };
    for (format, is_transport_stream) in [(Format::HlsV4, true), (Format::HlsCmaf, false)] {
        let iv = |iv: &str| if is_transport_stream { format!(",IV=0x{iv}") } else { String::new() };
        let (sd, hd) = (iv("000102030405060708090a0b0c0d0e0f"), iv("101112131415161718191a1b1c1d1e1f"));
        let audio = iv("202122232425262728292a2b2c2d2e2f");
        let manifest = text(&dynpack, &manifest_under("all", format, Some(Encryption::CbcsAapl))).await;
        let session = tags(&manifest, "#EXT-X-SESSION-KEY");
        for (track, iv) in [("SD", &sd), ("HD", &hd), ("AUDIO", &audio)] {
            let expected = fair_play("#EXT-X-SESSION-KEY", track, iv);
            assert_eq!(session.iter().filter(|tag| **tag == expected).count(), 1, "{expected}\n{manifest}");
        }
        // The answer has none of PlayReady for multivariant playlists.
        assert!(!manifest.contains("com.microsoft.playready"), "{manifest}");
        assert_eq!(manifest.matches("edef8ba9").count(), if is_transport_stream { 0 } else { 3 }, "{manifest}");
        for (bitrate, name, track, iv) in
            [(62_780, "video", "SD", &sd), (423_476, "video", "HD", &hd), (71_182, "audio_de", "AUDIO", &audio)]
        {
            let url = format!("/sample/sample.ism/QualityLevels({bitrate})/Manifest({name},format={format})");
            let playlist = text(&dynpack, &under("all", Some(Encryption::CbcsAapl), &url)).await;
            assert!(tags(&playlist, "#EXT-X-KEY").contains(&fair_play("#EXT-X-KEY", track, iv)), "{playlist}");
            assert_eq!(playlist.contains("com.microsoft.playready"), !is_transport_stream, "{playlist}");
        }
    }
    let mpd = text(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::CbcsAapl))).await;
    let widevine = "AAAAO3Bzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABsIARIQrRP56ivmmLh19QSo48zqZCIFc3Bla2U=";
    assert!(mpd.contains(&format!("<cenc:pssh>{widevine}</cenc:pssh>")), "{mpd}");
    // In the place of what would be told otherwise: header and playlists are the server's.
    assert!(answer.contains("<cpix:ContentProtectionData>") && !mpd.contains("<pssh"), "{mpd}");
}

/// What a document says that playlists should tell must be how the segments are encrypted.
#[tokio::test]
async fn signalling_that_does_not_fit_is_refused() {
    use base64::Engine;
    let told = |tag: &str| {
        let data = base64::engine::general_purpose::STANDARD.encode(tag);
        let system = "systemId=\"94ce86fb-07ff-4f43-adb8-93d2fa968ca2\"";
        cpix("", &format!("<DRMSystem kid=\"{CPIX_KEY}\" {system}><HLSSignalingData>{data}</HLSSignalingData></DRMSystem>"), &[])
    };
    for (tag, problem) in [
        (
            "#EXT-X-KEY:METHOD=AES-128,URI=\"skd://1\",KEYFORMAT=\"com.apple.streamingkeydelivery\"",
            "the METHOD `AES-128`, where segments are under SAMPLE-AES",
        ),
        ("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/1\"", "no KEYFORMAT"),
        ("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"https://keys.example/1\",KEYFORMAT=\"identity\"", "a KEYFORMAT of no system"),
    ] {
        let dynpack = published_with("all", &told(tag));
        let error = ask(&dynpack, &manifest_under("all", Format::HlsV4, Some(Encryption::CbcsAapl))).await.unwrap_err();
        let system = "the HLSSignalingData of the CPIX document has for the system 94ce86fb-07ff-4f43-adb8-93d2fa968ca2";
        assert_eq!((error.status(), error.to_string()), (500, format!("the keys cannot be used: {system} {problem}")));
    }
    let pssh = "<PSSH>AAAAO3Bzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABsIARIQrRP56ivmmLh19QSo48zqZCIFc3Bla2U=</PSSH>";
    let other = format!("<DRMSystem kid=\"{CPIX_KEY}\" systemId=\"9a04f079-9840-4286-ab92-e65be0885f95\">{pssh}</DRMSystem>");
    let dynpack = published_with("all", &cpix("", &other, &[]));
    let error = ask(&dynpack, &manifest_under("all", Format::DashCmaf, Some(Encryption::Cenc))).await.unwrap_err();
    assert!(error.to_string().contains("has a pssh of the system edef8ba9-79d6-4ace-a3c8-27dcd51d21ed for 9a04f079"), "{error}");
}

#[test]
fn predefined_policies_are_those_of_azure() {
    let enabled = |name: &str| {
        let policy = StreamingPolicy::predefined(name).unwrap();
        let mut formats: Vec<_> = policy
            .admitted()
            .map(|(format, encryption)| {
                encryption.map_or_else(|| format.to_string(), |encryption| format!("{format}+{encryption}"))
            })
            .collect();
        formats.sort();
        (policy.allows_download(), formats.join(" "))
    };
    let clear = "fmp4 fmp4-v20 m3u8-aapl m3u8-aapl-v3 m3u8-cmaf mpd-time-cmaf mpd-time-csf";
    let cenc = "fmp4+cenc fmp4+piff fmp4-v20+cenc fmp4-v20+piff mpd-time-cmaf+cenc mpd-time-csf+cenc";
    let all = "fmp4+cenc fmp4+piff fmp4-v20+cenc fmp4-v20+piff m3u8-aapl+cbcs-aapl m3u8-cmaf+cbcs-aapl mpd-time-cmaf+cenc mpd-time-csf+cenc";
    for (name, download, formats) in [
        ("Predefined_DownloadOnly", true, ""),
        ("Predefined_ClearStreamingOnly", false, clear),
        ("Predefined_DownloadAndClearStreaming", true, clear),
        ("Predefined_ClearKey", false, "m3u8-aapl+cbc m3u8-aapl-v3+cbc m3u8-cmaf+cbc"),
        ("Predefined_MultiDrmCencStreaming", false, cenc),
        ("Predefined_MultiDrmStreaming", false, all),
    ] {
        assert_eq!(enabled(name), (download, formats.to_owned()), "{name}");
    }
    assert_eq!(StreamingPolicy::predefined("predefined_clearkey"), None);
}

/// The example of the documentation is one, and policies are written as they are read.
#[tokio::test]
async fn the_example_can_be_read() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/locators.example.json");
    let document: LocatorsDocument = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for policy in document.streaming_policies.values() {
        let written = serde_json::to_value(policy).unwrap();
        assert_eq!(serde_json::from_value::<StreamingPolicy>(written).unwrap(), *policy);
    }
    let locators = Locators::new(document).unwrap();
    assert_eq!(locators.iter().count(), 5);
    // Its key for each quality shows in the sample asset.
    let id = locators.iter().find(|locator| locator.streaming_policy_name == "key-per-quality").unwrap().id.clone();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators).build();
    let mpd = text(&dynpack, &format!("/{id}/sample.ism/manifest(format=mpd-time-cmaf,encryption=cenc)")).await;
    let keys: std::collections::BTreeSet<_> = mpd.split("default_KID=\"").skip(1).map(|rest| &rest[..36]).collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
}

/// Conditions on each property, over the tracks of the sample.
#[tokio::test]
async fn tracks_are_selected_by_all_conditions() {
    let clear = sample_origin();
    let request: Request = "/sample/sample.ism/manifest".parse().unwrap();
    let asset = clear.asset(&request.asset).await.unwrap();
    let selected = |conditions: &[(&str, &str, &str)]| {
        let conditions: Vec<_> = conditions
            .iter()
            .map(|(property, operation, value)| json!({"property": property, "operation": operation, "value": value}))
            .collect();
        let selection: TrackSelection = serde_json::from_value(json!({ "trackSelections": conditions })).unwrap();
        let written = serde_json::to_value(&selection).unwrap();
        assert_eq!(serde_json::from_value::<TrackSelection>(written).unwrap(), selection);
        let renditions = asset.presentation.renditions.iter().filter(|rendition| selection.selects(rendition));
        renditions.map(|rendition| rendition.bitrate).collect::<Vec<_>>()
    };
    let (video, german, english) = ([62_780, 157_695, 423_476], 71_182, 69_345);
    assert_eq!(selected(&[]), [&video[..], &[german, english]].concat());
    assert_eq!(selected(&[("type", "equal", "VIDEO")]), video);
    assert_eq!(selected(&[("Name", "Equal", "audio_en")]), [english]);
    assert!(selected(&[("Name", "Equal", "Audio_en")]).is_empty());
    assert_eq!(selected(&[("Language", "Equal", "de")]), [german]);
    assert_eq!(selected(&[("Language", "Equal", "deu")]), [german]);
    assert_eq!(selected(&[("FourCC", "Equal", "AVC1")]), video);
    assert_eq!(selected(&[("FourCC", "NotEqual", "avc1")]), [german, english]);
    assert_eq!(selected(&[("Bitrate", "Equal", "62780-157695")]), [62_780, 157_695, german, english]);
    assert_eq!(selected(&[("Bitrate", "Equal", "423476")]), [423_476]);
    assert_eq!(selected(&[("Type", "Equal", "audio"), ("Language", "NotEqual", "en")]), [german]);
}

/// Under an id that stays, a new policy and a new key are answered from the next request on.
#[tokio::test]
async fn locators_are_published_in_place_of_others() {
    let of = |policy: &str, key: u8| {
        let id = KeyId([7; 16]);
        let keys = vec![LocatorKey::new(id, Some(ContentKey::new([key; 16])))];
        let mut document = LocatorsDocument::default();
        document.key_delivery.key_url_template = "https://keys.example/{ContentKeyId}".parse().ok();
        document.streaming_locators = vec![Locator::new("stays", "sample", policy).with_content_keys(keys)];
        Locators::new(document).unwrap()
    };
    let dynpack = Dynpack::builder(sample_storage()).build();
    let clear = "/stays/sample.ism/manifest(format=m3u8-aapl)";
    let under_key = "/stays/sample.ism/manifest(format=m3u8-aapl,encryption=cbc)";
    assert_eq!(refusal(fetch(&dynpack, clear).await).0, 404, "nothing is published by that name");
    dynpack.publish(of("Predefined_ClearStreamingOnly", 1));
    assert_eq!(fetch(&dynpack, clear).await.unwrap().status, 200);
    assert_eq!(refusal(fetch(&dynpack, under_key).await).0, 403);
    assert_eq!(refusal(fetch(&dynpack, "/sample/sample.ism/manifest(format=m3u8-aapl)").await).0, 404, "bare folders are not");
    let mut tags = Vec::new();
    for key in [1, 2, 1] {
        dynpack.publish(of("Predefined_ClearKey", key));
        tags.push(fetch(&dynpack, under_key).await.unwrap().etag);
    }
    assert!(tags[0] == tags[2] && tags[0] != tags[1], "{tags:?}");
}
