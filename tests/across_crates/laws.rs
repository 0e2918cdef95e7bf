//! The laws of the architecture, over the formats that are built.

use std::collections::BTreeSet;

use bytes::Bytes;
use dynpack::{Conditions, Format, Protocol, Request};

use crate::support::{SAMPLE, ask, formats, get, manifest, promises, sample, sample_origin, tags, text};

const ASSET: &str = "/sample/sample.ism";

#[tokio::test]
async fn every_promised_segment_exists() {
    let dynpack = sample_origin();
    for format in formats() {
        let promises = promises(&dynpack, ASSET, format).await;
        // Three of video; two of audio, unless that comes with the video.
        let expected = if format == Format::Hds { 3 } else { 5 };
        assert_eq!(promises.len(), expected, "{format}");
        for promise in promises {
            if let Some(init) = &promise.init {
                assert_eq!(get(&dynpack, init).await.get(4..8), Some(&b"ftyp"[..]), "{init}");
            }
            assert_eq!(promise.segments.len(), 4, "{format}");
            for (url, ..) in promise.segments {
                let segment = get(&dynpack, &url).await;
                assert!(segment.windows(4).any(|word| word == b"mdat"), "{url}");
            }
        }
    }
}

/// In whatever order they list them, all formats have the same cuts: to the tick where they name them on the track's clock, and to the
/// rounding of their own clock elsewhere.
#[tokio::test]
async fn all_formats_cut_alike() {
    let dynpack = sample_origin();
    let expected = promises(&dynpack, ASSET, Format::DashCmaf).await;
    let name = |url: &str| url.split_once("Fragments(").unwrap().1.split(',').next().unwrap().to_owned();
    for format in formats() {
        for promise in promises(&dynpack, ASSET, format).await {
            let expected = expected.iter().find(|expected| expected.track() == promise.track()).unwrap();
            assert_eq!(promise.segments.len(), expected.segments.len(), "{format}");
            for ((url, start, duration), expected) in promise.segments.iter().zip(&expected.segments) {
                assert!((start - expected.1).abs() < 0.001 && (duration - expected.2).abs() < 0.001, "{url} {expected:?}");
                if matches!(format.protocol(), Protocol::Hls | Protocol::Dash) {
                    assert_eq!(name(url), name(&expected.0));
                }
            }
        }
    }
}

/// The media of all segments together is that of a file, sample by sample in order: by readers that are not ours, see `interop`, and
/// here by the bytes.
#[tokio::test]
async fn segments_tile_the_track() {
    let dynpack = sample_origin();
    let files = SAMPLE.map(sample);
    let is_of_one_file =
        |carried: &[u8]| files.iter().filter(|file| file.windows(carried.len()).any(|run| run == carried)).count() == 1;
    for format in formats() {
        for promise in promises(&dynpack, ASSET, format).await {
            let mut segments = Vec::new();
            for (url, ..) in &promise.segments {
                segments.push(get(&dynpack, url).await);
            }
            let carried = if format == Format::Hds {
                [8, 9].map(|kind| segments.iter().flat_map(|segment| samples(segment, kind)).collect::<Vec<u8>>()).to_vec()
            } else {
                vec![segments.iter().flat_map(media).copied().collect()]
            };
            for carried in carried {
                assert!(is_of_one_file(&carried), "{format} {}: {} bytes", promise.track(), carried.len());
            }
        }
    }
}

/// The body of the last box, which is the `mdat`.
fn media(segment: &Bytes) -> &[u8] {
    let at = segment.windows(4).position(|word| word == b"mdat").unwrap();
    &segment[at + 4..]
}

/// The samples of one kind in an F4F fragment.
fn samples(fragment: &Bytes, kind: u8) -> Vec<u8> {
    tags(fragment).into_iter().filter(|(tag, _)| *tag == kind).flat_map(|(_, sample)| sample.to_vec()).collect()
}

#[tokio::test]
async fn same_input_same_bytes() {
    // Two nodes which know nothing of each other, asked in different orders.
    let (one, other) = (sample_origin(), sample_origin());
    for format in formats() {
        let promises = promises(&one, ASSET, format).await;
        let urls: Vec<_> = promises.iter().flat_map(|promise| promise.segments.iter().map(|(url, ..)| url)).collect();
        for (forth, back) in urls.iter().zip(urls.iter().rev()) {
            let _ = get(&other, back).await;
            let request = Request::parse(forth).unwrap();
            let first = one.respond(&request, &Conditions::default()).await.unwrap();
            let second = other.respond(&request, &Conditions::default()).await.unwrap();
            assert_eq!(first.etag, second.etag);
            assert_eq!(first.body.collect().await.unwrap(), second.body.collect().await.unwrap());
        }
        let url = manifest(ASSET, format);
        assert_eq!(text(&one, &url).await, text(&other, &url).await);
    }
}

#[tokio::test]
async fn different_things_have_different_tags() {
    let dynpack = sample_origin();
    let (mut tags, mut urls) = (BTreeSet::new(), BTreeSet::new());
    for format in formats() {
        for promise in promises(&dynpack, ASSET, format).await {
            for (url, ..) in promise.segments {
                tags.insert(ask(&dynpack, &url).await.unwrap().etag);
                urls.insert(url);
            }
        }
    }
    assert_eq!(tags.len(), urls.len());
}
