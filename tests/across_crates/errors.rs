//! Bad requests and bad files get a clear answer.

use dynpack::storage::Memory;
use dynpack::{Dynpack, Error};

use crate::support::{ask, hls, sample, sample_origin, sample_storage, text};

async fn refusal(dynpack: &Dynpack, path: &str) -> (u16, &'static str, String) {
    let error: Error = ask(dynpack, path).await.expect_err(path);
    (error.status(), error.code(), error.to_string())
}

#[tokio::test]
async fn urls_that_ask_for_what_is_not_there() {
    let dynpack = sample_origin();
    let promises = hls(&dynpack, "/sample/sample.ism").await;
    let segment = promises[2].segments[1].0.clone();
    let (level, _) = segment.split_once("/Fragments").unwrap();
    for (path, status, code, words) in [
        (
            "/nothing/nothing.ism/manifest(format=m3u8-cmaf)",
            404,
            "MPE_RESOURCE_NOT_FOUND",
            "there is no asset `nothing/nothing.ism`",
        ),
        ("/sample/other.ism/manifest(format=m3u8-cmaf)", 404, "MPE_RESOURCE_NOT_FOUND", "there is no asset `sample/other.ism`"),
        ("/sample/sample.mp4", 404, "MPE_BAD_URL_SYNTAX", "names no asset"),
        ("/sample/sample.ism/manifest(format=mp4)", 400, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "unknown format `mp4`"),
        ("/sample/sample.ism/manifest(format=f4m-f4f", 400, "MPE_BAD_URL_SYNTAX", "`)` is missing"),
        ("/sample/sample.ism/manifest(format=m3u8-aapl-v8)", 415, "MPE_OUTPUT_FORMAT_NOT_SUPPORTED", "m3u8-aapl-v8 is known"),
        ("/sample/sample.ism/manifest(format=m3u8-cmaf,filter=a)", 404, "MPE_EGRESS_FILTER_NOT_FOUND", "no filter `a`"),
        (
            "/sample/sample.ism/manifest(format=m3u8-cmaf,encryption=cbc)",
            403,
            "MPE_ENC_ENCRYPTION_NOT_SET_IN_DELIVERY_POLICY",
            "not published with cbc",
        ),
        (
            "/sample/sample.ism/QualityLevels(1)/Manifest(video,format=m3u8-cmaf)",
            404,
            "MPE_MANIFEST_MEDIA_ENTRY_NOT_FOUND",
            "track `video` has no bitrate 1; it has ",
        ),
        (
            "/sample/sample.ism/QualityLevels(1)/Manifest(audio_fr,format=m3u8-cmaf)",
            404,
            "MPE_EGRESS_TRACK_NOT_FOUND",
            "no track `audio_fr`; it has video, audio_de, audio_en",
        ),
        (
            &format!("{level}/Fragments(video=76801,format=m3u8-cmaf)"),
            404,
            "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            "starts at 76801; the nearest start at 76800 and 153600",
        ),
        (
            &format!("{level}/Manifest(video,format=mpd-time-cmaf)"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "mpd-time-cmaf has no media playlists",
        ),
        (&format!("/{}/a.ism/manifest", "a".repeat(5000)), 414, "MPE_BAD_URL_SYNTAX", "4096 are the limit"),
        ("/sample/../sample/sample.ism/manifest", 400, "MPE_BAD_URL_SYNTAX", "not a name of its own"),
    ] {
        let (got_status, got_code, got_words) = refusal(&dynpack, path).await;
        assert_eq!((got_status, got_code), (status, code), "{path}: {got_words}");
        assert!(got_words.contains(words), "{path}: {got_words}");
    }
}

/// An asset of one file of those bytes.
fn asset_of(bytes: Vec<u8>) -> Dynpack {
    let storage = Memory::new();
    storage.insert("a/film.mp4", bytes);
    Dynpack::builder(storage).build()
}

#[tokio::test]
async fn files_that_cannot_be_served() {
    let film = sample("video_180p.mp4").to_vec();
    let truncated = film[..film.len() / 2].to_vec();
    let mut lying = film.clone();
    let stsz = film.windows(4).position(|word| word == b"stsz").unwrap();
    lying[stsz + 12..stsz + 16].copy_from_slice(&u32::MAX.to_be_bytes());
    let mut no_codec = film.clone();
    let avc1 = film.windows(4).position(|word| word == b"avc1").unwrap();
    // The first hit may be a brand of `ftyp`; the sample entry comes behind `stsd`.
    let stsd = film.windows(4).position(|word| word == b"stsd").unwrap();
    let entry = if avc1 > stsd { avc1 } else { stsd + film[stsd..].windows(4).position(|word| word == b"avc1").unwrap() };
    no_codec[entry..entry + 4].copy_from_slice(b"zzzz");
    for (bytes, words) in [
        (Vec::new(), "`a/film.mp4`"),
        (b"not a film at all".to_vec(), "`a/film.mp4`"),
        (truncated, "`a/film.mp4`"),
        (lying, "stsz"),
        (no_codec, "zzzz"),
    ] {
        let (status, code, text) = refusal(&asset_of(bytes), "/a/a.ism/manifest(format=m3u8-cmaf)").await;
        assert_eq!((status, code), (415, "MPE_INPUT_FORMAT_NOT_SUPPORTED"), "{text}");
        assert!(text.contains(words) && text.contains("a/a.ism"), "{text}");
    }
}

#[tokio::test]
async fn server_manifests_that_promise_too_much() {
    let listing = |tracks: &str| {
        format!(
            r#"<?xml version="1.0"?><smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head><meta name="formats" content="mp4"/></head><body><switch>{tracks}</switch></body></smil>"#
        )
    };
    for (tracks, words) in [
        (r#"<video src="missing.mp4"/>"#, "lists `sample/missing.mp4`, which does not exist"),
        (r#"<video src="../secret.mp4"/>"#, "server manifest cannot be read"),
        (r#"<audio src="video_180p.mp4"/>"#, "`video_180p.mp4` has no audio track"),
        (r#"<video src="video_180p.mp4"><param name="trackID" value="7"/></video>"#, "with the track ID 7"),
        ("", "server manifest cannot be read"),
    ] {
        let storage = sample_storage();
        storage.insert("sample/x.ism", listing(tracks));
        let (status, _, text) = refusal(&Dynpack::builder(storage).build(), "/sample/x.ism/manifest(format=m3u8-cmaf)").await;
        assert!(status == 415 && text.contains(words), "{tracks}: {status} {text}");
    }
}

#[tokio::test]
async fn a_server_manifest_names_its_tracks() {
    let storage = sample_storage();
    storage.insert(
        "sample/x.ism",
        r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head/><body><switch>
            <audio src="audio_eng.mp4" systemBitrate="66000" systemLanguage="eng" title="English"><param name="trackName" value="aac_eng_2"/></audio>
            <video src="video_720p.mp4" systemBitrate="400000"/><video src="video_180p.mp4" systemBitrate="60000"/>
        </switch></body></smil>"#,
    );
    let dynpack = Dynpack::builder(storage).build();
    let playlist = text(&dynpack, "/sample/x.ism/manifest(format=m3u8-cmaf)").await;
    assert!(
        playlist.contains("QualityLevels(60000)/Manifest(video,") && playlist.contains("QualityLevels(400000)/Manifest(video,")
    );
    assert!(playlist.contains("QualityLevels(66000)/Manifest(aac_eng_2,") && playlist.contains("NAME=\"English\""), "{playlist}");
    // The folder's own name is no asset any more only if it has a server manifest of that name.
    assert!(ask(&dynpack, "/sample/sample.ism/manifest(format=m3u8-cmaf)").await.is_ok());
}

#[tokio::test]
async fn a_lone_file_is_an_asset() {
    let storage = Memory::new();
    storage.insert("film.mp4", sample("video_180p.mp4"));
    let dynpack = Dynpack::builder(storage).build();
    assert!(text(&dynpack, "/film/film.ism/manifest(format=mpd-time-cmaf)").await.contains("<MPD"));
    let assets: Vec<_> = dynpack.assets().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(assets, ["film/film.ism"]);
}
