//! The sample asset, published under one locator for each policy.

use dynpack::{Builder, Dynpack, Encryption, Format, Locators, Request, StreamingPolicy};
use serde_json::{Value, json};

use super::sample_storage;
use dynpack::storage::Memory;

/// The policies. `all` enables every protection for every system, in all protocols.
pub(crate) const POLICIES: [&str; 11] = [
    "Predefined_DownloadOnly",
    "Predefined_ClearStreamingOnly",
    "Predefined_DownloadAndClearStreaming",
    "Predefined_ClearKey",
    "Predefined_MultiDrmCencStreaming",
    "Predefined_MultiDrmStreaming",
    "all",
    "clear-and-all",
    "clear-audio",
    "key-per-track",
    "widevine-only",
];

/// The keys of all locators, which must never be visible.
pub(crate) const KEYS: [&str; 3] = [
    "f0e1d2c3b4a5968778695a4b3c2d1e0f",
    "a1b2c3d4e5f60718293a4b5c6d7e8f90",
    "5a6b7c8d9eaf0102030405060708090a",
];

/// The folder in URLs for the locator with that policy.
pub(crate) fn locator(policy: &str) -> String {
    format!("locator-{policy}")
}

/// A request for the manifest of the sample asset under a policy.
pub(crate) fn manifest_under(
    policy: &str,
    format: Format,
    encryption: Option<Encryption>,
) -> String {
    let encryption =
        encryption.map(|encryption| format!(",encryption={encryption}")).unwrap_or_default();
    format!("/{}/sample.ism/manifest(format={format}{encryption})", locator(policy))
}

/// The same resource of the sample asset under another policy and protection.
pub(crate) fn under(policy: &str, encryption: Option<Encryption>, url: &str) -> String {
    let path = url.split_once("/sample.ism/").unwrap().1;
    let request = Request::parse(&format!("/{}/sample.ism/{path}", locator(policy))).unwrap();
    request.with_encryption(encryption).to_string()
}

/// A document with a locator for each policy.
pub(crate) fn document() -> Value {
    let [key, hd, audio] = KEYS;
    let id = |number: u8| format!("1234567{number}-1234-4234-8234-123456789abc");
    let common = |protocols: &Value, clear: &Value| {
        json!({
            "enabledProtocols": protocols,
            "clearTracks": clear,
            "drm": { "playReady": { "playReadyCustomAttributes": "<A>1</A>" }, "widevine": {} },
            "clearKeyEncryptionConfiguration": {}
        })
    };
    let everywhere = json!({ "dash": true, "hls": true, "smoothStreaming": true, "hds": true });
    let policy = |clear: Value| {
        let mut cbcs = common(&everywhere, &clear);
        cbcs["drm"]["fairPlay"] = json!({});
        json!({
            "envelopeEncryption": { "enabledProtocols": everywhere, "clearTracks": clear },
            "commonEncryptionCenc": common(&everywhere, &clear),
            "commonEncryptionCbcs": cbcs
        })
    };
    let of = |property: &str, value: &str| {
        let selection = json!({ "property": property, "operation": "Equal", "value": value });
        json!([{ "trackSelections": [selection] }])
    };
    let of_type = |kind: &str| of("Type", kind);
    let mut with_clear = policy(json!([]));
    with_clear["noEncryption"] = json!({ "enabledProtocols": everywhere });
    let mut key_per_track = policy(json!([]));
    for section in ["envelopeEncryption", "commonEncryptionCenc", "commonEncryptionCbcs"] {
        let mappings = json!([
            { "label": "audio", "tracks": of_type("audio") },
            { "label": "hd", "tracks": of("Bitrate", "400000-9999999") }
        ]);
        key_per_track[section]["contentKeys"] = json!({ "keyToTrackMappings": mappings });
    }
    let mut widevine_only = policy(json!([]));
    for section in ["commonEncryptionCenc", "commonEncryptionCbcs"] {
        widevine_only[section] =
            json!({ "enabledProtocols": everywhere, "drm": { "widevine": {} } });
    }
    let locators = POLICIES.map(|name| {
        let mut keys = vec![json!({ "id": id(0), "value": key })];
        if name == "key-per-track" {
            keys.push(json!({ "id": id(1), "label": "hd", "value": hd }));
            keys.push(json!({ "id": id(2), "label": "audio", "value": audio }));
        }
        json!({
            "streamingLocatorId": locator(name),
            "assetName": "sample",
            "streamingPolicyName": name,
            "contentKeys": keys
        })
    });
    json!({
        "keyDelivery": {
            "keyUrlTemplate": "https://keys.example/{ContentKeyId}",
            "clearKeyUrlTemplate": "https://clear.example/{ContentKeyId}",
            "playReadyUrlTemplate": "https://playready.example/",
            "widevineUrlTemplate": "https://widevine.example/?kid={ContentKeyId}"
        },
        "streamingPolicies": {
            "all": policy(json!([])),
            "clear-and-all": with_clear,
            "clear-audio": policy(of_type("audio")),
            "key-per-track": key_per_track,
            "widevine-only": widevine_only
        },
        "streamingLocators": locators
    })
}

pub(crate) fn locators(document: Value) -> Locators {
    Locators::new(serde_json::from_value(document).unwrap()).unwrap()
}

pub(crate) fn published() -> Dynpack {
    builder().build()
}

pub(crate) fn builder() -> Builder<Memory> {
    Dynpack::builder(sample_storage()).locators(locators(document()))
}

/// Another film instead of the sample asset, under the same locators.
pub(crate) fn published_over(storage: Memory) -> Dynpack {
    Dynpack::builder(storage).locators(locators(document())).build()
}

/// The policy with that name.
pub(crate) fn policy(name: &str) -> StreamingPolicy {
    let all = locators(document());
    let locator = all.iter().find(|locator| locator.streaming_policy_name == name).unwrap();
    all.policy(locator).unwrap().clone()
}
