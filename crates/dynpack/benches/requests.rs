//! The cost of whole requests, from a URL to a response whose body is ready to be read, clear and
//! under protection.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Locators};
use dynpack_testkit::sample_asset;

const LOCATORS: &str = r#"{
  "keyDelivery": {
    "playReadyUrlTemplate": "https://licences.example/playready",
    "widevineUrlTemplate": "https://licences.example/widevine",
    "fairPlayUrlTemplate": "skd://licences.example/{ContentKeyId}",
    "keyUrlTemplate": "https://keys.example/{ContentKeyId}"
  },
  "streamingLocators": [
    { "streamingLocatorId": "clear", "assetName": "sample",
      "streamingPolicyName": "Predefined_ClearStreamingOnly" },
    {
      "streamingLocatorId": "whole", "assetName": "sample",
      "streamingPolicyName": "Predefined_ClearKey",
      "contentKeys": [{ "id": "11111111-1111-4111-8111-111111111111",
        "type": "EnvelopeEncryption", "value": "AAECAwQFBgcICQoLDA0ODw==" }]
    },
    {
      "streamingLocatorId": "drm", "assetName": "sample",
      "streamingPolicyName": "Predefined_MultiDrmStreaming",
      "contentKeys": [
        { "id": "22222222-2222-4222-8222-222222222222", "type": "CommonEncryptionCenc",
          "value": "AAECAwQFBgcICQoLDA0ODw==" },
        { "id": "33333333-3333-4333-8333-333333333333", "type": "CommonEncryptionCbcs",
          "value": "EBESExQVFhcYGRobHB0eHw==" }
      ]
    }
  ]
}"#;

const REQUESTS: [(&str, &str); 10] = [
    ("MPD", "/clear/sample.ism/manifest(format=mpd-time-cmaf)"),
    ("MPD, cenc", "/drm/sample.ism/manifest(format=mpd-time-cmaf,encryption=cenc)"),
    ("HLS", "/clear/sample.ism/manifest(format=m3u8-cmaf)"),
    ("HLS, cbcs", "/drm/sample.ism/manifest(format=m3u8-cmaf,encryption=cbcs-aapl)"),
    ("fMP4", "/clear/sample.ism/QualityLevels(423476)/Fragments(video=0,format=mpd-time-cmaf)"),
    (
        "fMP4, cenc",
        "/drm/sample.ism/QualityLevels(423476)/Fragments(video=0,format=mpd-time-cmaf,\
         encryption=cenc)",
    ),
    (
        "fMP4, cbcs",
        "/drm/sample.ism/QualityLevels(423476)/Fragments(video=0,format=m3u8-cmaf,\
         encryption=cbcs-aapl)",
    ),
    ("TS", "/clear/sample.ism/QualityLevels(423476)/Fragments(video=0,format=m3u8-aapl)"),
    (
        "TS, AES-128",
        "/whole/sample.ism/QualityLevels(423476)/Fragments(video=0,format=m3u8-aapl,\
         encryption=cbc)",
    ),
    (
        "TS, SAMPLE-AES",
        "/drm/sample.ism/QualityLevels(423476)/Fragments(video=0,format=m3u8-aapl,\
         encryption=cbcs-aapl)",
    ),
];

fn requests(criterion: &mut Criterion) {
    let storage = Memory::new();
    for name in sample_asset::MEDIA {
        storage.insert(format!("sample/{name}"), sample_asset::file(name));
    }
    let locators = Locators::new(serde_json::from_str(LOCATORS).expect("JSON")).expect("locators");
    let dynpack = Dynpack::builder(storage).locators(locators).build();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let get = |url: &str| {
        let answer = runtime.block_on(dynpack.get(url, &Conditions::default()));
        answer.unwrap_or_else(|error| panic!("{url}: {error}"))
    };
    let mut group = criterion.benchmark_group("requests");
    for (name, url) in REQUESTS {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(get(url))));
    }
}

criterion_group!(benches, requests);
criterion_main!(benches);
