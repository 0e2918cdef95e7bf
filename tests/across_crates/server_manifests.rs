//! Server manifests name the tracks of an asset, or leave them unnamed.

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Error, Presentation};

use crate::support::{ask, sample, sample_storage, text};

fn listing(tracks: &str) -> String {
    format!(
        r#"<?xml version="1.0"?><smil xmlns="http://www.w3.org/2001/SMIL20/Language">
            <head><meta name="formats" content="mp4"/></head>
            <body><switch>{tracks}</switch></body></smil>"#
    )
}

/// The sample asset, and a copy of its German audio, with a server manifest that lists `tracks`.
async fn listed(tracks: &str) -> Result<Presentation, Error> {
    let storage = sample_storage();
    storage.insert("sample/audio_deu_copy.mp4", sample("audio_deu.mp4"));
    storage.insert("sample/x.ism", listing(tracks));
    let dynpack = Dynpack::builder(storage).build();
    Ok(dynpack.asset(&AssetPath::new("sample", "x.ism")?).await?.presentation.clone())
}

/// Names and bitrates, in the order of manifests.
fn keys(presentation: &Presentation) -> Vec<(&str, u32)> {
    presentation
        .renditions
        .iter()
        .map(|rendition| (&*rendition.id.name, rendition.id.bitrate))
        .collect()
}

fn names(presentation: &Presentation) -> Vec<&str> {
    keys(presentation).into_iter().map(|(name, _)| name).collect()
}

async fn refusal(storage: Memory) -> (u16, String) {
    let dynpack = Dynpack::builder(storage).build();
    let error = ask(&dynpack, "/sample/x.ism/manifest(format=m3u8-cmaf)").await.unwrap_err();
    (error.status(), error.to_string())
}

/// As in the samples of Azure: two languages, both without a name.
#[tokio::test]
async fn nameless_audio_of_several_languages_gets_names() {
    let presentation = listed(
        r#"<video src="video_180p.mp4"/>
        <audio src="audio_deu.mp4" title="German" systemLanguage="deu"/>
        <audio src="audio_eng.mp4" title="English"/>"#,
    )
    .await
    .unwrap();
    assert_eq!(names(&presentation), ["video", "audio_de", "audio_en"]);
    let labels: Vec<_> = presentation
        .renditions
        .iter()
        .map(|rendition| rendition.label.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(labels, ["", "German", "English"]);
}

#[tokio::test]
async fn declared_names_are_used_and_no_other_track_gets_them() {
    let audio = |file: &str, more: &str, name: &str| {
        let name = if name.is_empty() {
            String::new()
        } else {
            format!(r#"<param name="trackName" value="{name}"/>"#)
        };
        format!(r#"<audio src="audio_{file}.mp4" {more}>{name}</audio>"#)
    };
    for (tracks, expected) in [
        (audio("deu", "", ""), vec!["audio"]),
        (audio("deu", "", "a") + &audio("eng", "", ""), vec!["a", "audio"]),
        (audio("deu", "", "audio") + &audio("eng", "", ""), vec!["audio", "audio_2"]),
        // The same content at two bitrates.
        (
            audio("deu", "systemBitrate='1'", "audio")
                + &audio("deu_copy", "systemBitrate='2'", ""),
            vec!["audio", "audio"],
        ),
        (
            audio("deu", "systemLanguage='fra'", "")
                + &audio("eng", "systemLanguage='fra'", "audio_fr"),
            vec!["audio", "audio_fr"],
        ),
        (
            audio("deu", "", "")
                + &audio("eng", "", "")
                + &audio("deu_copy", "systemLanguage='fra'", "audio_en"),
            vec!["audio_de", "audio_en_2", "audio_en"],
        ),
        // Two equal tracks are one.
        (audio("deu", "", "") + &audio("deu_copy", "", ""), vec!["audio"]),
    ] {
        assert_eq!(names(&listed(&tracks).await.unwrap()), expected, "{tracks}");
    }
}

#[tokio::test]
async fn declared_bitrates_have_precedence_over_measured_ones() {
    let measured =
        listed(r#"<video src="video_180p.mp4"/>"#).await.unwrap().renditions[0].id.bitrate;
    let tracks = format!(
        r#"<video src="video_180p.mp4"/><video src="video_360p.mp4" systemBitrate="{measured}"/>"#
    );
    let presentation = listed(&tracks).await.unwrap();
    assert_eq!(keys(&presentation), [("video", measured), ("video", measured + 1)]);
    let video = presentation.renditions[0].track.codec.video().unwrap();
    assert_eq!(video.dimensions(), (640, 360));
}

#[tokio::test]
async fn two_files_cannot_have_one_key() {
    let tracks = r#"<video src="video_180p.mp4" systemBitrate="9"/>
        <video src="video_360p.mp4" systemBitrate="9"/>"#;
    let error = listed(tracks).await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.status(), error.to_string().contains("two tracks `video` of bitrate 9 are listed")),
        (415, true),
        "{error}"
    );
}

/// A server manifest may list files of any name.
#[tokio::test]
async fn the_ending_of_a_listed_file_does_not_matter() {
    for name in ["film.ismv", "film.cmfv", "film.m4s", "film"] {
        let storage = sample_storage();
        storage.insert(format!("sample/{name}"), sample("video_180p.mp4"));
        storage.insert(
            "sample/x.ism",
            listing(&format!(r#"<video src="{name}" systemBitrate="60000"/>"#)),
        );
        let dynpack = Dynpack::builder(storage).build();
        assert!(
            text(&dynpack, "/sample/x.ism/manifest(format=m3u8-cmaf)")
                .await
                .contains("QualityLevels(60000)"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_folder_of_a_smooth_set_is_an_asset() {
    let storage = Memory::new();
    storage.insert("film/film_180.ismv", sample("video_180p.mp4"));
    storage.insert("film/film_en.isma", sample("audio_eng.mp4"));
    storage.insert("film/notes.m4s", "a segment, not a track");
    let dynpack = Dynpack::builder(storage).build();
    let asset = dynpack.asset(&AssetPath::new("film", "film.ism").unwrap()).await.unwrap();
    assert_eq!(names(&asset.presentation), ["video", "audio"]);
}

#[tokio::test]
async fn server_manifests_that_promise_too_much() {
    for (tracks, words) in [
        (r#"<video src="missing.mp4"/>"#, "lists `missing.mp4`, which does not exist"),
        (r#"<video src="../secret.mp4"/>"#, "server manifest cannot be read"),
        (r#"<audio src="video_180p.mp4"/>"#, "`video_180p.mp4` has no audio track"),
        (
            r#"<video src="video_180p.mp4"><param name="trackID" value="7"/></video>"#,
            "with the track ID 7",
        ),
        ("", "server manifest cannot be read"),
    ] {
        let storage = sample_storage();
        storage.insert("sample/x.ism", listing(tracks));
        let (status, text) = refusal(storage).await;
        assert!(status == 415 && text.contains(words), "{tracks}: {status} {text}");
    }
}

#[tokio::test]
async fn archives_of_many_files_are_refused() {
    let storage = sample_storage();
    let head = r#"<head><meta name="formats" content="vod-fmp4"/></head>"#;
    storage.insert(
        "sample/x.ism",
        format!(r#"<smil>{head}<body><switch><video src="archive"/></switch></body></smil>"#),
    );
    let (status, text) = refusal(storage).await;
    assert!(status == 415 && text.contains("`archive`, a folder of a live archive"), "{text}");
}

#[tokio::test]
async fn a_server_manifest_names_its_tracks() {
    let storage = sample_storage();
    storage.insert(
        "sample/x.ism",
        r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><head/><body><switch>
            <audio src="audio_eng.mp4" systemBitrate="66000" systemLanguage="eng" title="English">
            <param name="trackName" value="aac_eng_2"/></audio>
            <video src="video_720p.mp4" systemBitrate="400000"/>
            <video src="video_180p.mp4" systemBitrate="60000"/>
        </switch></body></smil>"#,
    );
    let dynpack = Dynpack::builder(storage).build();
    let playlist = text(&dynpack, "/sample/x.ism/manifest(format=m3u8-cmaf)").await;
    assert!(
        playlist.contains("QualityLevels(60000)/Manifest(video,")
            && playlist.contains("QualityLevels(400000)/Manifest(video,")
    );
    assert!(
        playlist.contains("QualityLevels(66000)/Manifest(aac_eng_2,")
            && playlist.contains("NAME=\"English\""),
        "{playlist}"
    );
    // The folder's own name is still an asset, since there is no server manifest with that name.
    assert!(ask(&dynpack, "/sample/sample.ism/manifest(format=m3u8-cmaf)").await.is_ok());
}
