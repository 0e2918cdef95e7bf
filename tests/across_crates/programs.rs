//! Programs: clips that are played one after the other.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Format, Job, Place, Protocol, Request, Resource};
use dynpack_media::{Period, View};
use serde_json::json;

use crate::support::published::{document, locators, policy};
use crate::support::{
    SAMPLE, fetch, formats, get, manifest, refusal, sample, subtitled_storage, text,
};

/// A locator with all formats and protections.
const WHOLE: &str = "locator-clear-and-all";
const ASSET: &str = "/program/program.ism";
const ASSET_MANIFEST: &str = "/program/program.ism/manifest";

/// Six seconds from a key frame on, then from one picture to another, then the last three seconds.
pub(crate) const LIST: &str = r#"<smil><body><seq>
    <ref src="../sample/sample.ism" clipBegin="2s" clipEnd="8s"/>
    <ref src="../sample/sample.ism" clipBegin="5.2s" clipEnd="12.4s"/>
    <ref src="/sample/sample.ism" clipBegin="17s"/>
</seq></body></smil>"#;

fn storage(list: &str) -> Memory {
    let storage = subtitled_storage();
    storage.insert("program/program.ism", list.to_owned());
    storage
}

/// A list of clips of the sample.
fn list_of(clips: &[&str]) -> String {
    let clips = clips.iter().map(|span| format!(r#"<ref src="/sample/sample.ism" {span}/>"#));
    format!("<smil><body><seq>{}</seq></body></smil>", clips.collect::<String>())
}

fn origin() -> Dynpack {
    Dynpack::builder(storage(LIST)).build()
}

/// All that the manifest of a program lists.
async fn resources(dynpack: &Dynpack, format: Format) -> Vec<Request> {
    listed(dynpack, &manifest(ASSET, format)).await
}

/// All that a manifest of the program lists, which may be under a locator.
async fn listed(dynpack: &Dynpack, manifest: &str) -> Vec<Request> {
    let request = Request::parse(manifest).unwrap();
    let asset = Request::parse(ASSET_MANIFEST).unwrap().asset;
    let asset = dynpack.asset(&asset).await.unwrap();
    let format = request.format;
    let scenes = asset.scenes(&request).unwrap();
    let packager = format.packager().unwrap();
    let carried: Vec<_> = scenes
        .iter()
        .map(|scene| packager.carried(&scene.presentation, &request, None).unwrap())
        .collect();
    let mut periods = carried.iter().map(|carried| Period::whole(&carried.presentation));
    let mut view = View::new(periods.next().unwrap());
    for period in periods {
        view = view.with_period(period);
    }
    packager.resources(&Job::new(&view, &request)).unwrap().collect()
}

#[tokio::test]
async fn every_resource_of_a_program_exists() {
    let dynpack = origin();
    for format in formats() {
        let resources = resources(&dynpack, format).await;
        let urls: BTreeSet<_> = resources.iter().map(ToString::to_string).collect();
        assert_eq!(urls.len(), resources.len(), "{format}");
        let clips = urls.iter().filter(|url| url.contains("clip=3"));
        let has_clips = matches!(format.protocol(), Protocol::Hls | Protocol::Dash);
        assert_eq!(clips.count() > 2, has_clips, "{format}");
        for url in urls {
            assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
        }
    }
}

/// HLS changes to another clip at a discontinuity, with an init segment and the time of the
/// program.
#[tokio::test]
async fn playlists_go_through_all_clips() {
    let dynpack = origin();
    let playlists = resources(&dynpack, Format::HlsCmaf).await;
    let mut playlists = playlists
        .iter()
        .map(ToString::to_string)
        .filter(|url| url.contains("/Manifest(") && !url.contains("keyframes"));
    let mut count = 0;
    for url in playlists.by_ref() {
        let playlist = text(&dynpack, &url).await;
        assert_eq!(playlist.matches("#EXT-X-DISCONTINUITY\n").count(), 2, "{playlist}");
        let dates: Vec<_> = playlist
            .lines()
            .filter_map(|line| line.strip_prefix("#EXT-X-PROGRAM-DATE-TIME:1970-01-01T00:00:"))
            .collect();
        assert_eq!(dates, ["00.000Z", "06.000Z", "13.200Z"], "{playlist}");
        let lasts: f64 = playlist
            .lines()
            .filter_map(|line| line.strip_prefix("#EXTINF:")?.trim_end_matches(',').parse().ok())
            .fold(0.0, |sum, duration: f64| sum + duration);
        assert!((lasts - 16.2).abs() < 0.023, "{lasts}: {playlist}");
        count += 1;
    }
    assert!(count >= 5, "{count}");
}

/// One timeline without a gap, in Smooth Streaming and HDS.
#[tokio::test]
async fn formats_with_one_timeline_join_the_clips() {
    let dynpack = origin();
    let smooth = text(&dynpack, &manifest(ASSET, Format::Smooth)).await;
    let start = smooth.find("Type=\"video\"").unwrap();
    let chunks: Vec<&str> = smooth[start..].split("<c ").skip(1).take(4).collect();
    assert!(chunks[0].starts_with("t=\"0\" d=\"60000000\""), "{smooth}");
    assert!(smooth.contains("Duration=\"162000000\""), "{smooth}");
    let hds = text(&dynpack, &manifest(ASSET, Format::Hds)).await;
    assert!(hds.contains("<duration>16.2"), "{hds}");
}

#[tokio::test]
async fn media_of_a_program_names_its_clip() {
    let dynpack = origin();
    let resources = resources(&dynpack, Format::HlsCmaf).await;
    let named = resources.iter().map(ToString::to_string).find(|url| url.contains("clip=1"));
    let named = named.unwrap();
    assert!(fetch(&dynpack, &named).await.is_ok());
    for (url, expected) in [
        (named.replace(",clip=1", ""), (404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND")),
        (named.replace("clip=1", "clip=4"), (404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND")),
        (named.replace("clip=1", "clip=0"), (400, "MPE_BAD_URL_SYNTAX")),
        (named.replace("clip=1", "clip=01"), (400, "MPE_BAD_URL_SYNTAX")),
        (
            "/sample/sample.ism/QualityLevels(128041)/Fragments(audio=0,clip=1)".to_owned(),
            (404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND"),
        ),
        (
            "/program/program.ism/manifest(format=m3u8-cmaf,clip=1)".to_owned(),
            (400, "MPE_BAD_URL_SYNTAX"),
        ),
    ] {
        let answer = dynpack.get(&url, &Conditions::default()).await;
        assert_eq!(refusal(answer), expected, "{url}");
    }
}

/// The list is read as JSON too, with or without a byte order mark.
#[tokio::test]
async fn a_list_in_json_is_the_same_program() {
    let json = r#"{"sequences": [{"clips": [
        {"type": "source", "path": "/sample/sample.ism", "clipFrom": 2000, "clipTo": 8000},
        {"type": "source", "path": "/sample/sample.ism", "clipFrom": 5200, "clipTo": 12400},
        {"type": "source", "path": "/sample/sample.ism", "clipFrom": 17000}]}]}"#;
    for list in [json.to_owned(), format!("\u{feff} {json}")] {
        let (smil, json) = (origin(), Dynpack::builder(storage(&list)).build());
        for format in formats() {
            let url = manifest(ASSET, format);
            assert_eq!(get(&smil, &url).await, get(&json, &url).await, "{format}");
        }
    }
}

#[tokio::test]
async fn lists_that_cannot_be_played_are_refused_with_their_reason() {
    for (list, reason) in [
        ("<smil><body><seq/></body></smil>", "lists no clip"),
        (
            r#"<smil><body><seq><ref src="../nothing/nothing.ism"/></seq></body></smil>"#,
            "clip 1: its media does not exist",
        ),
        // The same film twice.
        (
            r#"<smil><body><seq><ref src="/a/a.ism"/><ref src="/a/a.ism"/></seq></body></smil>"#,
            "clip 1: its media does not exist",
        ),
        (
            r#"<smil><body><seq><ref src="../../etc/passwd.ism"/></seq></body></smil>"#,
            "not a path below the root",
        ),
        (
            r#"<smil><body><seq><ref src="program.ism"/></seq></body></smil>"#,
            "clip 1: it is a program itself",
        ),
        (
            r#"<smil><body><seq><ref src="/sample/sample.ism" clipBegin="1:2:3:4"/></seq></body></smil>"#,
            "clipBegin",
        ),
        (
            r#"<smil><body><seq><ref src="/sample/sample.ism" clipBegin="60s"/></seq></body></smil>"#,
            "clip 1: the clip is empty: from 60.000 to 20.000 s, in 20.000 s of media",
        ),
        (
            r#"<smil><body><seq><ref src="/a/../../a.mp4"/></seq></body></smil>"#,
            "clip 1: \"/a/../../a.mp4\" is not a path below the root",
        ),
        (
            r#"<smil><body><seq><ref src="/a/a.mp4"/></seq></body></smil>"#,
            "clip 1: it lists a file, which does not exist",
        ),
    ] {
        let dynpack = Dynpack::builder(storage(list)).build();
        let error = fetch(&dynpack, &manifest(ASSET, Format::HlsCmaf)).await.unwrap_err();
        assert_eq!(error.status(), 415, "{list}: {error}");
        assert!(error.to_string().contains(reason), "{list}: {error}");
    }
}

/// A filter leaves tracks and times of the whole program.
#[tokio::test]
async fn filters_apply_to_programs() {
    let storage = storage(LIST);
    let filters = r#"[
        {"name": "end", "presentationTimeRange": {"timescale": 1, "startTimestamp": 7}},
        {"name": "sound", "tracks": [{"trackSelections":
            [{"property": "Type", "operation": "Equal", "value": "Audio"}]}]}]"#;
    storage.insert("program/filters.json", filters);
    let dynpack = Dynpack::builder(storage).build();
    let of = |filter: &str| format!("{ASSET}/manifest(format=mpd-time-cmaf,filter={filter})");
    let whole = text(&dynpack, &format!("{ASSET}/manifest(format=mpd-time-cmaf)")).await;
    assert_eq!(whole.matches("<Period ").count(), 3);
    let end = text(&dynpack, &of("end")).await;
    assert_eq!(end.matches("<Period ").count(), 2, "{end}");
    assert!(!end.contains("clip=1)") && end.contains("clip=3)"), "{end}");
    let sound = text(&dynpack, &of("sound")).await;
    assert!(!sound.contains("video/mp4") && sound.contains("audio/mp4"), "{sound}");
    let smooth = text(&dynpack, &format!("{ASSET}/manifest(filter=end)")).await;
    assert!(smooth.contains("Fragments(video={start time},from=60000000)"), "{smooth}");
    let second = "QualityLevels(62780)/Fragments(video=0,from=60000000)";
    assert!(!get(&dynpack, &format!("{ASSET}/{second}")).await.is_empty());
}

/// A clip that was replaced is noticed by whoever asks for its media.
#[tokio::test]
async fn a_replaced_clip_is_never_mixed() {
    let storage = storage(LIST);
    let dynpack = Dynpack::builder(storage.clone())
        .revalidate_after(std::time::Duration::from_secs(3600))
        .build();
    let resources = resources(&dynpack, Format::HlsCmaf).await;
    let mut media = resources.iter().map(ToString::to_string);
    let media = media.find(|url| url.contains("=0,") && url.contains("clip=2")).unwrap();
    let before = fetch(&dynpack, &media).await.unwrap().etag;
    for name in SAMPLE.iter().filter(|name| name.ends_with(".mp4")) {
        let longer = [&sample(name)[..], b"\0\0\0\x08free"].concat();
        storage.insert(format!("sample/{name}"), longer);
    }
    let after = fetch(&dynpack, &media).await.unwrap().etag;
    assert_ne!(before, after);
}

/// Markers go with their clips. Those of one film that is shown twice have ids of their own.
#[tokio::test]
async fn markers_go_with_their_clips() {
    let storage = storage(LIST);
    let markers =
        r#"{"markers": [{"id": "break", "start": 6000}, {"id": "late", "start": 13000}]}"#;
    storage.insert("sample/markers.json", markers);
    let dynpack = Dynpack::builder(storage).build();
    let playlists = resources(&dynpack, Format::HlsCmaf).await;
    let urls = playlists.iter().map(ToString::to_string);
    let url = { urls }.find(|url| url.contains("/Manifest(video,")).unwrap();
    let playlist = text(&dynpack, &url).await;
    let ranges: Vec<_> =
        playlist.lines().filter(|line| line.starts_with("#EXT-X-DATERANGE")).collect();
    assert_eq!(ranges.len(), 2, "{playlist}");
    // At four seconds of the first clip, and at 0.8 of the second, which starts after six.
    assert!(ranges[0].contains("ID=\"break\"") && ranges[0].contains("00:04.000Z"), "{ranges:?}");
    assert!(ranges[1].contains("ID=\"break-2\"") && ranges[1].contains("00:06.800Z"), "{ranges:?}");
}

/// Markers of a film that is shown very often are named in linear time.
#[tokio::test]
async fn a_film_with_many_markers_may_be_shown_often() {
    let storage = storage(&list_of(&[r#"clipEnd="0.5s""#; 100]));
    let marker = |at: usize| format!(r#"{{"id": "break-{at}", "start": {}}}"#, at / 4);
    let markers: Vec<_> = (1..=1_000).map(marker).collect();
    storage.insert("sample/markers.json", format!(r#"{{"markers": [{}]}}"#, markers.join(",")));
    let dynpack = Dynpack::builder(storage).build();
    let asset = dynpack.asset(&Request::parse(ASSET_MANIFEST).unwrap().asset).await.unwrap();
    let scenes =
        asset.scenes(&Request::parse(&manifest(ASSET, Format::DashCmaf)).unwrap()).unwrap();
    let markers = scenes.iter().flat_map(|scene| scene.presentation.markers.iter());
    let ids: BTreeSet<_> = markers.map(|marker| &*marker.id).collect();
    assert_eq!(ids.len(), 100_000);
    assert!(ids.contains("break-1000") && ids.contains("break-1000-100"));
}

/// A clip takes the memory of the cues that it shows, not of those of its film.
#[tokio::test]
async fn a_clip_takes_the_memory_of_its_own_cues() {
    let storage = storage(&list_of(&[r#"clipBegin="2s" clipEnd="3s""#; 100]));
    let long = "A long line of a subtitle. ".repeat(2_000);
    let cues = (0..18).map(|at| format!("00:{at:02}.000 --> 00:{at:02}.500\n{long}\n\n"));
    storage.insert("sample/subtitles.en.vtt", format!("WEBVTT\n\n{}", cues.collect::<String>()));
    let dynpack = Dynpack::builder(storage).build();
    let asset = |url: &str| Request::parse(url).unwrap().asset;
    let film = dynpack.asset(&asset("/sample/sample.ism/manifest")).await.unwrap();
    let program = dynpack.asset(&asset(ASSET_MANIFEST)).await.unwrap();
    let (film, program) = (film.memory_size(), program.memory_size());
    assert!(program < film, "{program} of a program, {film} of the film");
}

/// A program is refused before it fills the memory.
#[tokio::test]
async fn a_program_that_takes_too_much_memory_is_refused() {
    let storage = storage(&list_of(&[r#"clipEnd="1s""#; 20_000]));
    // Each clip has the same image, which is charged to each of them.
    let image = STANDARD.encode([&b"\x89PNG\r\n\x1a\n"[..], &[0; 1 << 20]].concat());
    let document = format!(
        "<tt xmlns='http://www.w3.org/ns/ttml' tts:extent='1920px 1080px'><head>
           <metadata><smpte:image xml:id='i' imageType='PNG' encoding='Base64'>{image}</smpte:image>
           </metadata></head>
         <body><div begin='0s' end='1s' smpte:backgroundImage='#i'/></body></tt>"
    );
    storage.insert("sample/film.en.ttml", document);
    let error = fetch(&Dynpack::builder(storage).build(), ASSET_MANIFEST).await.unwrap_err();
    assert_eq!(error.status(), 415);
    assert!(error.to_string().contains("take more than 1073741824 bytes"), "{error}");
}

/// Under a locator with a filter, no clip that it leaves out is answered, in every format and under
/// every protection.
#[tokio::test]
async fn nobody_steps_around_the_filters_of_a_program() {
    let mut document = document();
    let all = document["streamingLocators"].as_array_mut().unwrap();
    let mut whole = all.iter().find(|one| one["streamingLocatorId"] == WHOLE).unwrap().clone();
    whole["assetName"] = "program".into();
    let mut narrow = whole.clone();
    narrow["streamingLocatorId"] = "narrow".into();
    narrow["filters"] = json!(["end"]);
    *all = vec![whole, narrow];
    let storage = storage(LIST);
    let end = r#"{"name": "end", "presentationTimeRange": {"timescale": 1, "startTimestamp": 7}}"#;
    storage.insert("program/filters.json", end);
    let dynpack = Dynpack::builder(storage).locators(locators(document)).build();
    let (mut refused, mut answered) = (0, 0);
    for (format, encryption) in policy("clear-and-all").admitted() {
        let named = encryption.map(|name| format!(",encryption={name}")).unwrap_or_default();
        let manifest = format!("/{WHOLE}/program.ism/manifest(format={format}{named})");
        let mut bodies = BTreeMap::new();
        for request in listed(&dynpack, &manifest).await {
            let Resource::Media(id, place) = &request.resource else { continue };
            let url = request.to_string();
            let body = get(&dynpack, &url).await;
            if encryption.is_some() && !id.name.starts_with("text") {
                // No two segments are encrypted to the same bytes.
                assert!(bodies.insert(body, url.clone()).is_none(), "{url}");
            }
            let clip = request.clip.map(|clip| clip.place());
            let is_left = match (clip, place) {
                (Some(clip), _) => clip > 0,
                (None, Place::Time(time)) => time.0 >= 60_000_000,
                (None, Place::Number(number)) => number.get() > 1,
                (None, _) => continue,
            };
            let answer = fetch(&dynpack, &url.replacen(WHOLE, "narrow", 1)).await;
            match is_left {
                true => answered += usize::from(answer.is_ok()),
                false => {
                    assert_eq!(refusal(answer).0, 404, "{url}");
                    refused += 1;
                }
            }
        }
    }
    assert!(refused > 100 && answered > 200, "{refused} {answered}");
}

/// The times of WebVTT in HLS are anew those of the clip after a discontinuity, like those of its
/// pictures. Of a cue that is shown when the clip starts or ends, the part within it is left.
#[tokio::test]
async fn subtitles_are_on_the_clock_of_their_clip() {
    let storage = storage(LIST);
    storage.insert(
        "sample/subtitles.en.vtt",
        "WEBVTT\n\n00:04.000 --> 00:06.000\nBefore\n\n00:07.200 --> 00:08.000\nWithin\n\n\
         00:12.000 --> 00:14.000\nAfter\n",
    );
    let dynpack = Dynpack::builder(storage).build();
    for (format, map) in [
        (Format::HlsV4, "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"),
        (Format::HlsCmaf, "X-TIMESTAMP-MAP=MPEGTS:0,LOCAL:00:00:00.000"),
    ] {
        let urls = resources(&dynpack, format).await;
        let urls = urls.iter().map(ToString::to_string);
        let is_english =
            |url: &String| url.contains("Fragments(text_en=") && url.contains("clip=2");
        let mut cues = Vec::new();
        for url in urls.filter(is_english) {
            let segment = text(&dynpack, &url).await;
            assert!(segment.contains(map), "{url}: {segment}");
            let lines = segment.lines().filter(|line| line.contains(" --> "));
            cues.extend(lines.map(|line| line.split(' ').take(3).collect::<Vec<_>>().join(" ")));
        }
        cues.dedup();
        // From 5.2 seconds of the film to 12.4.
        let expected = [
            "00:00:00.000 --> 00:00:00.800",
            "00:00:02.000 --> 00:00:02.800",
            "00:00:06.800 --> 00:00:07.200",
        ];
        assert_eq!(cues, expected, "{format}");
    }
}
