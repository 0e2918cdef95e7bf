//! The laws of the architecture, for all formats.

use std::collections::BTreeSet;

use bytes::Bytes;
use dynpack::{Conditions, Format, Protocol, Request};
use dynpack_testkit::read::{flash, mp4};

use crate::support::{
    SAMPLE, ask, elementary, formats, get, key_frames, manifest, promises, sample, sample_origin,
    text,
};

const ASSET: &str = "/sample/sample.ism";

#[tokio::test]
async fn every_promised_segment_exists() {
    let dynpack = sample_origin();
    for format in formats() {
        let promises = promises(&dynpack, ASSET, format).await;
        // Three of video, and two of audio unless it is muxed into the video.
        let expected = if is_muxed(format) { 3 } else { 5 };
        assert_eq!(promises.len(), expected, "{format}");
        for promise in promises {
            if let Some(init) = &promise.init {
                assert_eq!(get(&dynpack, init).await.get(4..8), Some(&b"ftyp"[..]), "{init}");
            }
            assert_eq!(promise.segments.len(), 4, "{format}");
            for (url, ..) in promise.segments {
                assert!(is_media(format, &get(&dynpack, &url).await), "{url}");
            }
        }
    }
}

/// Ten groups of two seconds in three videos. Each begins with a key frame, which is smaller than
/// its segment.
#[tokio::test]
async fn every_promised_key_frame_exists() {
    let dynpack = sample_origin();
    for format in [Format::HlsV4, Format::HlsCmaf, Format::DashCmaf, Format::DashCsf] {
        let promises = key_frames(&dynpack, ASSET, format).await;
        assert_eq!(promises.len(), 3, "{format}");
        for promise in promises {
            assert_eq!(promise.segments.len(), 10, "{format}");
            if let Some(init) = &promise.init {
                assert_eq!(get(&dynpack, init).await.get(4..8), Some(&b"ftyp"[..]), "{init}");
            }
            for (at, (url, start, duration)) in (0_u32..).zip(&promise.segments) {
                assert!(
                    (start - f64::from(at) * 2.0).abs() < 0.001 && (duration - 2.0).abs() < 0.001,
                    "{url} {start} {duration}"
                );
                let frame = get(&dynpack, url).await;
                assert!(
                    is_media(format, &frame) && frame.len() < 40_000,
                    "{url}: {} bytes",
                    frame.len()
                );
            }
        }
    }
    for format in formats() {
        assert_eq!(
            key_frames(&dynpack, ASSET, format).await.is_empty(),
            is_muxed(format) || format.protocol() == Protocol::Smooth
        );
    }
}

fn is_muxed(format: Format) -> bool {
    matches!(format, Format::Hds | Format::HlsV3)
}

fn is_transport_stream(format: Format) -> bool {
    matches!(format, Format::HlsV3 | Format::HlsV4)
}

fn is_media(format: Format, segment: &Bytes) -> bool {
    if is_transport_stream(format) {
        return segment.len().is_multiple_of(188)
            && segment.chunks(188).all(|packet| packet[0] == 0x47);
    }
    segment.windows(4).any(|word| word == b"mdat")
}

/// All formats have the same cuts, in any order. They are equal to the tick if the format names
/// them on the track's clock, and otherwise to the rounding of the format's clock.
#[tokio::test]
async fn all_formats_have_the_same_cuts() {
    let dynpack = sample_origin();
    let expected = promises(&dynpack, ASSET, Format::DashCmaf).await;
    let name =
        |url: &str| url.split_once("Fragments(").unwrap().1.split(',').next().unwrap().to_owned();
    for format in formats() {
        for promise in promises(&dynpack, ASSET, format).await {
            let expected =
                expected.iter().find(|expected| expected.track() == promise.track()).unwrap();
            assert_eq!(promise.segments.len(), expected.segments.len(), "{format}");
            for ((url, start, duration), expected) in
                promise.segments.iter().zip(&expected.segments)
            {
                assert!(
                    (start - expected.1).abs() < 0.001 && (duration - expected.2).abs() < 0.001,
                    "{url} {expected:?}"
                );
                if matches!(format.protocol(), Protocol::Hls | Protocol::Dash) {
                    assert_eq!(name(url), name(&expected.0));
                }
            }
        }
    }
}

/// The media of all segments together is that of a file, sample by sample in order. `interop`
/// checks this with other readers, and this test compares the bytes.
#[tokio::test]
async fn segments_cover_the_track() {
    let dynpack = sample_origin();
    let files = SAMPLE.map(sample);
    let is_of_one_file = |carried: &[u8]| {
        files.iter().filter(|file| file.windows(carried.len()).any(|run| run == carried)).count()
            == 1
    };
    for format in formats() {
        for promise in promises(&dynpack, ASSET, format).await {
            let mut segments = Vec::new();
            for (url, ..) in &promise.segments {
                segments.push(get(&dynpack, url).await);
            }
            let carried: Vec<Vec<u8>> = if format == Format::Hds {
                [false, true]
                    .map(|is_video| {
                        segments.iter().flat_map(|segment| samples(segment, is_video)).collect()
                    })
                    .to_vec()
            } else if is_transport_stream(format) {
                [0x100, 0x101].map(|pid| elementary(&segments.concat(), pid)).to_vec()
            } else {
                vec![segments.iter().flat_map(media).collect()]
            };
            for carried in carried.iter().filter(|carried| !carried.is_empty()) {
                assert!(
                    is_of_one_file(carried),
                    "{format} {}: {} bytes",
                    promise.track(),
                    carried.len()
                );
            }
        }
    }
}

/// The samples of a fragment of MP4.
fn media(segment: &Bytes) -> Vec<u8> {
    mp4::segment(segment).samples.into_iter().flat_map(|sample| sample.data).collect()
}

/// The samples of one kind in an F4F fragment.
fn samples(fragment: &Bytes, is_video: bool) -> Vec<u8> {
    flash::samples(fragment)
        .filter(|tag| tag.is_video == is_video)
        .flat_map(|tag| tag.data.to_vec())
        .collect()
}

#[tokio::test]
async fn same_input_same_bytes() {
    // Two independent nodes that get requests in different orders.
    let (one, other) = (sample_origin(), sample_origin());
    for format in formats() {
        let mut promises = promises(&one, ASSET, format).await;
        promises.extend(key_frames(&one, ASSET, format).await);
        let urls: Vec<_> = promises
            .iter()
            .flat_map(|promise| promise.segments.iter().map(|(url, ..)| url))
            .collect();
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
        let key_frames = key_frames(&dynpack, ASSET, format).await;
        for promise in promises(&dynpack, ASSET, format).await.into_iter().chain(key_frames) {
            for (url, ..) in promise.segments {
                tags.insert(ask(&dynpack, &url).await.unwrap().etag);
                urls.insert(url);
            }
        }
    }
    assert_eq!(tags.len(), urls.len());
}
