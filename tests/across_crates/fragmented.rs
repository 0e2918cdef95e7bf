//! Fragmented films can be packaged like progressive ones.

use dynpack::Dynpack;
use dynpack::storage::Memory;

use crate::support::{get, hls, sample_origin, text};

const ASSET: &str = "/sample/sample.ism";

/// The sample asset, stored as the CMAF track files into which it is packaged.
async fn as_cmaf(origin: &Dynpack) -> Memory {
    let storage = Memory::new();
    let mut listed = String::new();
    for (number, promise) in hls(origin, ASSET).await.iter().enumerate() {
        let init = promise.init.as_deref().unwrap();
        let mut file = get(origin, init).await.to_vec();
        for (url, ..) in &promise.segments {
            file.extend_from_slice(&get(origin, url).await);
        }
        let level = init.split("QualityLevels(").nth(1).unwrap();
        let (bitrate, rest) = level.split_once(")/Fragments(").unwrap();
        let (name, _) = rest.split_once('=').unwrap();
        let kind = if name == "video" { "video" } else { "audio" };
        listed.push_str(&format!(
            r#"<{kind} src="{number}.cmf" systemBitrate="{bitrate}"><param
                name="trackName" value="{name}"/></{kind}>"#
        ));
        storage.insert(format!("sample/{number}.cmf"), file);
    }
    let ism = format!(
        r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head/><body>
            <switch>{listed}</switch></body></smil>"#
    );
    storage.insert("sample/sample.ism", ism);
    storage
}

/// The output is used as input again and gives the same output: every manifest, and every byte of
/// every segment.
#[tokio::test]
async fn a_film_packaged_twice_is_the_same() {
    let origin = sample_origin();
    let again = Dynpack::builder(as_cmaf(&origin).await).build();
    let (first, second) = (hls(&origin, ASSET).await, hls(&again, ASSET).await);
    assert_eq!(first.len(), second.len());
    for promise in &first {
        let init = promise.init.as_deref().unwrap();
        assert_eq!(get(&origin, init).await, get(&again, init).await, "{init}");
        for (url, ..) in &promise.segments {
            assert!(get(&origin, url).await == get(&again, url).await, "{url}");
        }
    }
    for format in ["m3u8-cmaf", "mpd-time-cmaf", "mpd-time-csf", "fmp4", "f4m-f4f"] {
        let url = format!("{ASSET}/manifest(format={format})");
        assert_eq!(text(&origin, &url).await, text(&again, &url).await);
    }
}

/// A recording of fragments is whole up to where it broke off. Its ending may be in upper case.
#[tokio::test]
async fn a_recording_that_broke_off_is_served_until_there() {
    let origin = sample_origin();
    let promise = hls(&origin, ASSET).await.pop().unwrap();
    let mut file = get(&origin, promise.init.as_deref().unwrap()).await.to_vec();
    for (url, ..) in &promise.segments {
        file.extend_from_slice(&get(&origin, url).await);
    }
    let storage = Memory::new();
    storage.insert("film/whole.mp4", file.clone());
    storage.insert("WHOLE.MP4", file.clone());
    storage.insert("films/cut.Mp4", file[..file.len() - 3_000].to_vec());
    let dynpack = Dynpack::builder(storage).build();
    let [whole, cut] = ["/WHOLE/WHOLE.ism", "/films/cut/cut.ism"];
    let (whole, cut) = (hls(&dynpack, whole).await, hls(&dynpack, cut).await);
    let (whole, cut) = (&whole[0].segments, &cut[0].segments);
    let (last, others) = cut.split_last().unwrap();
    assert_eq!(cut.len(), promise.segments.len());
    for ((cut, ..), (whole, ..)) in others.iter().zip(whole) {
        assert_eq!(get(&dynpack, cut).await, get(&dynpack, whole).await, "{cut}");
    }
    let lost =
        get(&dynpack, &whole[others.len()].0).await.len() - get(&dynpack, &last.0).await.len();
    assert!((3_000..20_000).contains(&lost), "{lost}");
}
