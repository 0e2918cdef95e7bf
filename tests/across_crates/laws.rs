//! The laws of the architecture, over the formats that are built.

use std::collections::BTreeSet;

use bytes::Bytes;
use dynpack::{AssetPath, Conditions, Request};

use crate::support::{dash, get, hls, sample, sample_origin, text};

const ASSET: &str = "/sample/sample.ism";

#[tokio::test]
async fn every_promised_segment_exists() {
    let dynpack = sample_origin();
    for promises in [hls(&dynpack, ASSET).await, dash(&dynpack, ASSET).await] {
        assert_eq!(promises.len(), 5, "three of video, two of audio");
        for promise in promises {
            assert_eq!(get(&dynpack, &promise.init).await.get(4..8), Some(&b"ftyp"[..]));
            assert_eq!(promise.segments.len(), 4);
            for (url, ..) in promise.segments {
                let segment = get(&dynpack, &url).await;
                assert!(segment.windows(4).any(|word| word == b"mdat"), "{url}");
            }
        }
    }
}

#[tokio::test]
async fn all_formats_cut_alike() {
    let dynpack = sample_origin();
    let (hls, dash) = (hls(&dynpack, ASSET).await, dash(&dynpack, ASSET).await);
    let times = |url: &str| url.split_once("Fragments(").unwrap().1.split(',').next().unwrap().to_owned();
    let names = |promises: &[crate::support::Promise]| -> BTreeSet<String> {
        promises.iter().flat_map(|promise| &promise.segments).map(|(url, ..)| times(url)).collect()
    };
    assert_eq!(names(&hls), names(&dash));
    for (one, other) in hls.iter().flat_map(|promise| &promise.segments).zip(dash.iter().flat_map(|promise| &promise.segments)) {
        assert!((one.2 - other.2).abs() < 0.1, "{one:?} {other:?}");
    }
}

/// The media of all segments together is that of the file, sample by sample in order: by a reader that is not ours, see `interop`, and
/// here by the bytes.
#[tokio::test]
async fn segments_tile_the_track() {
    let dynpack = sample_origin();
    let asset = dynpack.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    for (promise, name) in hls(&dynpack, ASSET).await.iter().zip(crate::support::SAMPLE) {
        let mut carried = Vec::new();
        for (url, ..) in &promise.segments {
            carried.extend_from_slice(media(&get(&dynpack, url).await));
        }
        let file = sample(name);
        assert!(file.windows(carried.len()).any(|window| window == carried), "{name}: {} bytes", carried.len());
    }
    assert_eq!(asset.sources.len(), 5);
}

/// The body of the last box, which is the `mdat`.
fn media(segment: &Bytes) -> &[u8] {
    let at = segment.windows(4).position(|word| word == b"mdat").unwrap();
    &segment[at + 4..]
}

#[tokio::test]
async fn same_input_same_bytes() {
    // Two nodes which know nothing of each other, asked in different orders.
    let (one, other) = (sample_origin(), sample_origin());
    let promises = dash(&one, ASSET).await;
    let urls: Vec<_> = promises.iter().flat_map(|promise| promise.segments.iter().map(|(url, ..)| url)).collect();
    for (forth, back) in urls.iter().zip(urls.iter().rev()) {
        let _ = get(&other, back).await;
        let request = Request::parse(forth).unwrap();
        let first = one.respond(&request, &Conditions::default()).await.unwrap();
        let second = other.respond(&request, &Conditions::default()).await.unwrap();
        assert_eq!(first.etag, second.etag);
        assert_eq!(first.body.collect().await.unwrap(), second.body.collect().await.unwrap());
    }
    for format in ["m3u8-cmaf", "mpd-time-cmaf"] {
        let url = format!("{ASSET}/manifest(format={format})");
        assert_eq!(text(&one, &url).await, text(&other, &url).await);
    }
}

#[tokio::test]
async fn different_things_have_different_tags() {
    let dynpack = sample_origin();
    let mut tags = BTreeSet::new();
    let mut count = 0;
    for promise in hls(&dynpack, ASSET).await.into_iter().chain(dash(&dynpack, ASSET).await) {
        for (url, ..) in promise.segments {
            tags.insert(crate::support::ask(&dynpack, &url).await.unwrap().etag);
            count += 1;
        }
    }
    assert_eq!(tags.len(), count);
}
