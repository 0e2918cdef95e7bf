//! Documents of locators and policies: what can be read, and its meaning.

use dynpack::{
    ContentKeys, Dynpack, EnabledProtocols, KeyToTracks, Locators, LocatorsDocument, MediaKind,
    Protocol, Request,
};
use dynpack::{StreamingPolicy, TrackCondition, TrackSelection};
use dynpack_codec::DynamicRange;
use dynpack_media::Role;
use serde_json::{Value, json};

use crate::support::published::{document, locators};
use crate::support::{sample_origin, sample_storage, text};

/// The error of a changed document.
fn problem(change: impl FnOnce(&mut Value)) -> String {
    let mut document = document();
    change(&mut document);
    match serde_json::from_value::<LocatorsDocument>(document) {
        Ok(document) => Locators::new(document).unwrap_err().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn documents_that_contradict_themselves_are_refused() {
    let problems = [
        (
            problem(|d| {
                d["streamingLocators"][1]["streamingLocatorId"] =
                    d["streamingLocators"][0]["streamingLocatorId"].clone()
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: there are two of that \
                id",
        ),
        (
            problem(|d| d["streamingLocators"][0]["streamingPolicyName"] = "none".into()),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: there is no policy \
                `none`",
        ),
        (
            problem(|d| d["streamingLocators"][0]["filters"] = json!(vec!["a"; 11])),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: it has 11 filters, \
                where 10 are the limit",
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
            "the locator `locator-Predefined_DownloadOnly` cannot be used: its assetName is no \
                folder",
        ),
        (
            problem(|d| {
                d["streamingLocators"][0]["startTime"] = "2026-01-02T00:00:00Z".into();
                d["streamingLocators"][0]["endTime"] = "2026-01-01T00:00:00Z".into();
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: it ends before it \
                starts",
        ),
        (
            problem(|d| d["streamingLocators"][0]["startTime"] = "yesterday".into()),
            "failed to parse",
        ),
        (
            problem(|d| {
                d["streamingLocators"][0]["contentKeys"] = json!([
                    {"id": "12345670-1234-4234-8234-123456789abc"},
                    {"id": "12345671-1234-4234-8234-123456789abc"}
                ]);
            }),
            "the locator `locator-Predefined_DownloadOnly` cannot be used: two of its keys have no \
                label",
        ),
        (
            problem(|d| {
                let id = d["streamingLocators"][9]["contentKeys"][0]["id"].clone();
                d["streamingLocators"][9]["contentKeys"][1]["id"] = id;
            }),
            "two of its keys have the id 12345670-1234-4234-8234-123456789abc, with different \
                values or vectors",
        ),
        (
            problem(|d| {
                let mut other = d["streamingLocators"][6]["contentKeys"][0].clone();
                other["label"] = "other".into();
                other["iv"] = "000102030405060708090a0b0c0d0e0f".into();
                d["streamingLocators"][6]["contentKeys"].as_array_mut().unwrap().push(other);
            }),
            "two of its keys have the id 12345670-1234-4234-8234-123456789abc, with different \
                values or vectors",
        ),
        (
            problem(|d| d["streamingLocators"][0]["contentKeys"][0]["value"] = "0123".into()),
            "not a key: ",
        ),
        (
            problem(|d| d["streamingLocators"][0]["contentKeys"][0]["id"] = "0123".into()),
            "not a key id: ",
        ),
        (
            problem(|d| d["streamingLocators"][0]["contentKey"] = json!([])),
            "unknown field `contentKey`",
        ),
        (
            problem(|d| d["streamingPolicies"]["Predefined_ClearKey"] = json!({})),
            "the policy `Predefined_ClearKey` cannot be used: its name is that of a predefined \
                policy",
        ),
        (
            problem(|d| {
                let envelope = &mut d["streamingPolicies"]["all"]["envelopeEncryption"];
                envelope["enabledProtocols"]["download"] = true.into()
            }),
            "the policy `all` cannot be used: envelopeEncryption enables download, but stored \
                files are not encrypted",
        ),
        (
            problem(|d| {
                d["streamingPolicies"]["all"]["commonEncryptionCenc"]["drm"]["fairPlay"] = json!({})
            }),
            "the policy `all` cannot be used: commonEncryptionCenc names FairPlay, which takes \
                nothing but cbcs",
        ),
        (
            problem(|d| {
                d["streamingPolicies"]["all"]["commonEncryptionCbcs"] =
                    json!({"enabledProtocols": {"hls": true}})
            }),
            "the policy `all` cannot be used: commonEncryptionCbcs names no system that could play \
                it",
        ),
        (
            problem(|d| drop(d["keyDelivery"].as_object_mut().unwrap().remove("keyUrlTemplate"))),
            "envelopeEncryption does not say where players get keys, nor does keyDelivery",
        ),
        (
            problem(|d| {
                drop(d["keyDelivery"].as_object_mut().unwrap().remove("clearKeyUrlTemplate"))
            }),
            "does not say where players get keys of ClearKey, nor does keyDelivery",
        ),
        (
            problem(|d| d["keyDelivery"]["keyUrlTemplate"] = "https://k/{Kid}".into()),
            "has a token that is not known",
        ),
        (
            problem(|d| {
                let selections = json!([{"property": "Size", "operation": "Equal", "value": "1"}]);
                let tracks = json!([{"trackSelections": selections}]);
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] = tracks;
            }),
            "unknown property `Size`; known are Type, Name, Language, FourCC, Bitrate, Height, \
                FrameRate, DynamicRange, Channels, Role",
        ),
        (
            problem(|d| {
                let selections =
                    json!([{"property": "Bitrate", "operation": "Less", "value": "1"}]);
                let tracks = json!([{"trackSelections": selections}]);
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] = tracks;
            }),
            "unknown operation `Less`; known are Equal, NotEqual",
        ),
        (
            problem(|d| {
                let selections =
                    json!([{"property": "Bitrate", "operation": "Equal", "value": "1-x"}]);
                let tracks = json!([{"trackSelections": selections}]);
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] = tracks;
            }),
            "`1-x` cannot be the Bitrate of a track",
        ),
        (
            problem(|d| {
                let selections =
                    json!([{"property": "Bitrate", "operation": "NotEqual", "value": "2-1"}]);
                let tracks = json!([{"trackSelections": selections}]);
                d["streamingPolicies"]["all"]["envelopeEncryption"]["clearTracks"] = tracks;
            }),
            "`2-1` cannot be the Bitrate of a track",
        ),
        (
            problem(|d| {
                let drm = &mut d["streamingPolicies"]["all"]["commonEncryptionCenc"]["drm"];
                drm["playReady"]["playReadyCustomAttributes"] = json!("<A>");
            }),
            "commonEncryptionCenc cannot be signalled to players: the PlayReady header cannot be \
                made: its custom attributes are not XML: \
             an element is not closed",
        ),
    ];
    for (problem, expected) in problems {
        assert!(problem.contains(expected), "{problem}\n{expected}");
    }
}

/// It would be unclear which of them is used: one may protect, and the other not.
#[test]
fn two_policies_with_the_same_name_are_refused() {
    let clear = r#"{"noEncryption": {"enabledProtocols": {"hls": true}}}"#;
    let document = |name| format!(r#"{{"streamingPolicies": {{"one": {{}}, "{name}": {clear}}}}}"#);
    let read = |name| serde_json::from_str::<LocatorsDocument>(&document(name));
    assert_eq!(read("other").unwrap().streaming_policies.len(), 2);
    let problem = read("one").unwrap_err().to_string();
    assert!(problem.starts_with("there are two policies `one`"), "{problem}");
}

/// One key with one id may be used for several labels and protections.
#[test]
fn a_key_may_be_listed_twice() {
    let mut document = document();
    let mut other = document["streamingLocators"][6]["contentKeys"][0].clone();
    other["label"] = "other".into();
    document["streamingLocators"][6]["contentKeys"].as_array_mut().unwrap().push(other);
    assert_eq!(
        locators(document)
            .iter()
            .find(|locator| locator.id == "locator-all")
            .unwrap()
            .content_keys
            .len(),
        2
    );
}

/// The error does not repeat a secret that cannot be read, in any notation.
#[test]
fn errors_do_not_repeat_keys() {
    let text = "f0e1d2c3b4a5968778695a4b3c2d1e0";
    let key =
        |secret: Value| problem(|d| d["streamingLocators"][0]["contentKeys"][0]["value"] = secret);
    assert!(!key(text.into()).contains(text));
    for (secret, shown) in [
        (json!(10_111_213_141_516_u64), "1011"),
        (json!(-10_111_213_i64), "1011"),
        (json!(1.011e30), "1.011"),
    ] {
        let problems = [
            key(secret.clone()),
            problem(|d| d["streamingLocators"][0]["contentKeys"][0] = secret.clone()),
            problem(|d| d["streamingLocators"][0]["contentKeys"] = secret.clone()),
        ];
        let expected = [
            "not a key: it is not in quotes",
            "a key without its id",
            "contentKeys is no list of keys",
        ];
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
    let read = |text: &str| {
        serde_json::from_str::<LocatorsDocument>(text).map(|_| ()).unwrap_err().to_string()
    };
    let number = "10111213141516171819202122232425";
    let document = |value: &str| {
        let key = format!(r#"{{"id": "12345670-1234-4234-8234-123456789abc", "value": {value}}}"#);
        format!(
            r#"{{"streamingLocators": [{{"streamingLocatorId": "a", "assetName": "a",
                "streamingPolicyName": "a", "contentKeys": [{key}]}}]}}"#
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

#[test]
fn predefined_policies_are_those_of_azure() {
    let enabled = |name: &str| {
        let policy = StreamingPolicy::predefined(name).unwrap();
        let mut formats: Vec<_> = policy
            .admitted()
            .map(|(format, encryption)| {
                encryption.map_or_else(
                    || format.to_string(),
                    |encryption| format!("{format}+{encryption}"),
                )
            })
            .collect();
        formats.sort();
        (policy.allows_download(), formats.join(" "))
    };
    let clear = "fmp4 fmp4-v20 m3u8-aapl m3u8-aapl-v3 m3u8-cmaf mpd-time-cmaf mpd-time-csf";
    let cenc =
        "fmp4+cenc fmp4+piff fmp4-v20+cenc fmp4-v20+piff mpd-time-cmaf+cenc mpd-time-csf+cenc";
    let all = "fmp4+cenc fmp4+piff fmp4-v20+cenc fmp4-v20+piff m3u8-aapl+cbcs-aapl \
        m3u8-cmaf+cbcs-aapl mpd-time-cmaf+cenc mpd-time-csf+cenc";
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

/// The example of the documentation is valid, and written policies are equal to those that were
/// read.
#[tokio::test]
async fn the_example_can_be_read() {
    let path =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/locators.example.json");
    let document: LocatorsDocument = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    for policy in document.streaming_policies.values() {
        let written = serde_json::to_value(policy).unwrap();
        assert_eq!(serde_json::from_value::<StreamingPolicy>(written).unwrap(), *policy);
    }
    let locators = Locators::new(document).unwrap();
    assert_eq!(locators.iter().count(), 5);
    // Its keys for each quality are used in the sample asset.
    let id = locators
        .iter()
        .find(|locator| locator.streaming_policy_name == "key-per-quality")
        .unwrap()
        .id
        .clone();
    let dynpack = Dynpack::builder(sample_storage()).locators(locators).build();
    let mpd =
        text(&dynpack, &format!("/{id}/sample.ism/manifest(format=mpd-time-cmaf,encryption=cenc)"))
            .await;
    let keys: std::collections::BTreeSet<_> =
        mpd.split("default_KID=\"").skip(1).map(|rest| &rest[..36]).collect();
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
            .map(|(property, operation, value)| {
                json!({"property": property, "operation": operation, "value": value})
            })
            .collect();
        let selection: TrackSelection =
            serde_json::from_value(json!({ "trackSelections": conditions })).unwrap();
        let written = serde_json::to_value(&selection).unwrap();
        assert_eq!(serde_json::from_value::<TrackSelection>(written).unwrap(), selection);
        let renditions =
            asset.presentation.renditions.iter().filter(|rendition| selection.selects(rendition));
        renditions.map(|rendition| rendition.id.bitrate).collect::<Vec<_>>()
    };
    let (video, german, english) = ([62_780, 157_695, 423_476], 71_182, 69_345);
    assert_eq!(selected(&[]), [&video[..], &[german, english]].concat());
    assert_eq!(selected(&[("type", "equal", "VIDEO")]), video);
    assert_eq!(selected(&[("Name", "Equal", "audio_en")]), [english]);
    assert_eq!(selected(&[("Name", "Equal", "Audio_EN")]), [english]);
    assert_eq!(selected(&[("Language", "Equal", "de")]), [german]);
    assert_eq!(selected(&[("Language", "Equal", "deu")]), [german]);
    assert_eq!(selected(&[("FourCC", "Equal", "AVC1")]), video);
    assert_eq!(selected(&[("FourCC", "NotEqual", "avc1")]), [german, english]);
    assert_eq!(
        selected(&[("Bitrate", "Equal", "62780-157695")]),
        [62_780, 157_695, german, english]
    );
    assert_eq!(selected(&[("Bitrate", "Equal", "423476")]), [423_476]);
    assert_eq!(selected(&[("Bitrate", "Equal", "157696-9223372036854775807")]), [423_476]);
    assert_eq!(selected(&[("Height", "Equal", "360 - 1080")]), [157_695, 423_476]);
    assert_eq!(selected(&[("Height", "NotEqual", "0-400")]), [423_476, german, english]);
    assert_eq!(selected(&[("FrameRate", "Equal", "0-29.97")]), video);
    assert!(selected(&[("FrameRate", "Equal", "25.001-60")]).is_empty());
    assert_eq!(selected(&[("DynamicRange", "Equal", "sdr")]), video);
    assert_eq!(selected(&[("Channels", "Equal", "1-2")]), [german, english]);
    assert_eq!(selected(&[("Role", "Equal", "Main")]), [&video[..], &[german]].concat());
    assert!(selected(&[("Type", "Equal", "text")]).is_empty());
    assert_eq!(selected(&[("Type", "Equal", "audio"), ("Language", "NotEqual", "en")]), [german]);
}

/// Everything in JSON can also be expressed in Rust.
#[test]
fn conditions_made_in_rust_are_those_of_json() {
    for (condition, property, operation, value) in [
        (TrackCondition::kind(MediaKind::Audio), "Type", "Equal", "audio"),
        (TrackCondition::name("audio_en"), "Name", "Equal", "audio_en"),
        (TrackCondition::language("deu"), "Language", "Equal", "de"),
        (TrackCondition::four_cc("avc1"), "FourCC", "Equal", "avc1"),
        (TrackCondition::bitrate(1..=3_000_000), "Bitrate", "Equal", "1-3000000"),
        (TrackCondition::language("en").negated(), "Language", "NotEqual", "en"),
        (TrackCondition::height(0..=1080), "Height", "Equal", "0-1080"),
        (TrackCondition::frame_rate(0..=29_970), "FrameRate", "Equal", "0-29.97"),
        (TrackCondition::dynamic_range(DynamicRange::Pq), "DynamicRange", "Equal", "PQ"),
        (TrackCondition::channels(6..=16), "Channels", "Equal", "6-16"),
        (TrackCondition::role(Role::Commentary), "Role", "Equal", "commentary"),
    ] {
        let written = json!({"property": property, "operation": operation, "value": value});
        assert_eq!(serde_json::to_value(&condition).unwrap(), written);
        assert_eq!(serde_json::from_value::<TrackCondition>(written).unwrap(), condition);
    }
    let keys =
        ContentKeys::new("sd", vec![KeyToTracks::new("hd", vec![TrackSelection::default()])]);
    let written = json!({
        "defaultKey": {"label": "sd"},
        "keyToTrackMappings": [{"label": "hd", "tracks": [{"trackSelections": []}]}],
    });
    assert_eq!(serde_json::from_value::<ContentKeys>(written).unwrap(), keys);
    let all = [Protocol::Smooth, Protocol::Hls, Protocol::Dash, Protocol::Hds];
    for protocol in all {
        let enabled = EnabledProtocols::of(&[protocol]);
        assert!(
            all.iter().all(|&other| enabled.has(other) == (other == protocol)) && !enabled.download
        );
    }
}
