//! Sets that are wrong, truncated or refer to files outside, and requests for times between
//! segments.

use dynpack::storage::Memory;
use dynpack::{AssetPath, CutPolicy, Dynpack, Format};

use crate::played::streams;
use crate::sets::{SAMPLE, as_smooth_set};
use crate::support::{
    ask, formats, manifest, promises, sample, sample_origin, sample_storage, text,
};
use dynpack_testkit::AVCC;
use dynpack_testkit::mp4::fragments::{Run, Sample, Time, Traf, file, init};
use dynpack_testkit::mp4::{MEDIA, Track, avc1, boxed, file as movie, visual};

/// Status, code and text of the response to `path`, which must be an error.
async fn refusal(dynpack: &Dynpack, path: &str) -> (u16, &'static str, String) {
    let error = ask(dynpack, path).await.expect_err(path);
    (error.status(), error.code(), error.to_string())
}

/// Checks that every format gives the same response: the asset cannot be served, with that name and
/// that reason.
async fn assert_unusable(storage: Memory, path: &str, words: &[&str]) {
    let dynpack = Dynpack::builder(storage).build();
    for format in formats() {
        let (status, code, problem) = refusal(&dynpack, &manifest(path, format)).await;
        assert_eq!((status, code), (415, "MPE_INPUT_FORMAT_NOT_SUPPORTED"), "{problem}");
        let asset = path.trim_start_matches('/');
        assert!(
            words.iter().chain([&asset]).all(|word| problem.contains(word)),
            "{words:?} are not all in: {problem}"
        );
    }
}

fn listing(tracks: &str) -> String {
    format!("<smil><head/><body><switch>{tracks}</switch></body></smil>")
}

#[tokio::test]
async fn server_manifests_that_cannot_be_read() {
    let good = listing(r#"<video src="video_180p.mp4"/>"#);
    let too_long = format!("{good}<!--{}-->", " ".repeat(2 << 20));
    for (ism, words) in [
        ("", ""),
        ("not XML at all", ""),
        (&good[..good.len() - 9], "at line 1"),
        (&good.replace("/></switch>", "></switch>"), "at line 1"),
        ("<html><body/></html>", "the root element is not <smil>"),
        (r#"<!DOCTYPE smil [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><smil/>"#, "not supported"),
        (r#"<!DOCTYPE smil SYSTEM "file:///etc/passwd"><smil/>"#, "not supported"),
        (&listing(r#"<video src="&xxe;"/>"#), "at line 1"),
        (&listing(r#"<video src="/etc/passwd"/>"#), "is an absolute path"),
        (&listing(r#"<video src="http://elsewhere/a.mp4"/>"#), "is a URL"),
        (&listing(r#"<video src="..\secret.mp4"/>"#), "is a path"),
        (&listing(r#"<video src="&#46;&#46;/secret.mp4"/>"#), "is a path"),
        (
            &listing(r#"<video src="video_180p.mp4"/><video src="video_180p.mp4"/>"#),
            "is listed twice",
        ),
        (
            &listing(
                r#"<video src="a" trackName="x" systemBitrate="5"/><video src="b" trackName="x"
                    systemBitrate="5"/>"#,
            ),
            "is used twice at 5 bit/s",
        ),
        (
            &listing(r#"<video src="a" trackName="x"/><audio src="b" trackName="x"/>"#),
            "used for two kinds of media",
        ),
        (
            &listing(r#"<video src="video_180p.mp4" systemBitrate="fast"/>"#),
            "systemBitrate is not a number",
        ),
        (&too_long, "are the limit"),
    ] {
        let storage = sample_storage();
        storage.insert("sample/secret.mp4", "out of reach");
        storage.insert("sample/x.ism", ism.to_owned());
        assert_unusable(storage, "/sample/x.ism", &["server manifest", words]).await;
    }
}

/// The sample as a Smooth set, changed by `change`, which gets the name and the content of each
/// file.
async fn changed(change: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>>) -> Memory {
    let origin = sample_origin();
    let (whole, storage) = (as_smooth_set(&origin).await, Memory::new());
    for name in dynpack::storage::Storage::list(&whole, "sample").await.unwrap().files {
        let path = format!("sample/{name}");
        let source = dynpack::storage::Storage::open(&whole, &path).await.unwrap();
        let all = dynpack_media::Extent::new(0, source.len());
        let bytes = source.read(&[all]).await.unwrap().concat();
        if let Some(bytes) = change(&name, bytes) {
            storage.insert(path, bytes);
        }
    }
    storage
}

async fn in_audio(change: fn(&mut Vec<u8>)) -> Memory {
    changed(|name, mut bytes| {
        if name.starts_with("audio_en") {
            change(&mut bytes);
        }
        Some(bytes)
    })
    .await
}

fn place(file: &[u8], kind: &[u8; 4]) -> usize {
    file.windows(4).rposition(|word| word == kind).unwrap()
}

#[tokio::test]
async fn smooth_sets_that_are_wrong_or_truncated() {
    let missing = changed(|name, bytes| (!name.starts_with("audio_en")).then_some(bytes)).await;
    assert_unusable(missing, SAMPLE, &["audio_en", "which does not exist"]).await;
    let empty = in_audio(Vec::clear).await;
    assert_unusable(empty, SAMPLE, &["audio_en", "the file is empty"]).await;
    let more_samples = in_audio(|file| {
        let count = place(file, b"trun") + 8;
        file[count..count + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    });
    assert_unusable(more_samples.await, SAMPLE, &["audio_en", "trun"]).await;
    let media_elsewhere = in_audio(|file| {
        let offset = place(file, b"trun") + 12;
        file[offset..offset + 4].copy_from_slice(&1_000_000_u32.to_be_bytes());
    });
    assert_unusable(media_elsewhere.await, SAMPLE, &["audio_en", "moof"]).await;
    let no_track = in_audio(|file| {
        let tkhd = place(file, b"tkhd");
        file[tkhd + 16..tkhd + 20].copy_from_slice(&9_u32.to_be_bytes());
    });
    assert_unusable(no_track.await, SAMPLE, &["audio_en"]).await;
}

/// Fragments that lost their end, and a clock that was set back, cost samples but not the set.
#[tokio::test]
async fn smooth_sets_that_lost_some_samples_are_served() {
    let cut_in_a_moof = in_audio(|file| file.truncate(place(file, b"trun") + 20)).await;
    let cut_in_media = in_audio(|file| file.truncate(file.len() - 1)).await;
    let back_in_time = in_audio(|file| {
        let time = file.windows(4).rposition(|word| word == [0x6d, 0x1d, 0x9b, 0x05]).unwrap() + 20;
        file[time..time + 8].fill(0);
    });
    for storage in [cut_in_a_moof, cut_in_media, back_in_time.await] {
        let dynpack = Dynpack::builder(storage).build();
        for format in formats() {
            for promise in promises(&dynpack, SAMPLE, format).await {
                assert!(!promise.segments.is_empty(), "{format}");
            }
        }
    }
}

/// Sound without its pictures would look like a film, and be wrong.
#[tokio::test]
async fn a_film_is_not_served_without_its_video() {
    let (good, sound) = (Track::video(MEDIA), Track::audio(MEDIA + 400));
    let damaged = Track { entries: vec![avc1(b"avc1", &AVCC[..5])], ..good.clone() };
    let changing = Track {
        entries: vec![avc1(b"avc1", AVCC), visual(b"avc1", (320, 180), &boxed(b"avcC", AVCC))],
        stsc: vec![(1, 2, 1), (2, 2, 2)],
        offsets: vec![MEDIA, MEDIA + 120],
        ..good.clone()
    };
    let unknown = Track { entries: vec![avc1(b"vvc1", &[])], ..good.clone() };
    for (video, words) in [
        (damaged, ["`film.mp4`: track 1: moov/trak[1]", "avcC"]),
        (changing, ["`film.mp4`: track 1: moov/trak[1]", "the coding changes within the track"]),
        (unknown.clone(), ["it has no other video than `film.mp4`: track 1: ", "vvc1"]),
    ] {
        let storage = Memory::new();
        storage.insert("film/film.mp4", movie(&[video, sound.clone()], 1_000));
        assert_unusable(storage, "/film/film.ism", &words).await;
    }
    let storage = Memory::new();
    storage.insert("film/pictures.mp4", movie(&[unknown], 1_000));
    storage.insert("film/sound.mp4", movie(&[sound], 1_000));
    let words = ["it has no other video than `pictures.mp4`: track 1: ", "vvc1"];
    assert_unusable(storage, "/film/film.ism", &words).await;
}

#[tokio::test]
async fn listed_tracks_with_unknown_codecs_are_left_out() {
    let good = Track::video(MEDIA);
    let unknown = Track { id: 3, entries: vec![avc1(b"vvc1", &[])], ..good.clone() };
    let storage = Memory::new();
    storage.insert("film/a.mp4", movie(&[good], 1_000));
    storage.insert("film/b.mp4", movie(&[unknown], 1_000));
    storage.insert("film/film.ism", listing(r#"<video src="a.mp4"/><video src="b.mp4"/>"#));
    let dynpack = Dynpack::builder(storage).build();
    for format in formats() {
        let response = ask(&dynpack, &manifest("/film/film.ism", format)).await.unwrap();
        let reason = "`b.mp4`: track 3 is left out: the codec vvc1 is not supported";
        assert_eq!(*response.warnings, [reason.to_owned()]);
    }
}

#[tokio::test]
async fn video_that_is_filled_is_told() {
    let storage = Memory::new();
    storage.insert("film/video.mp4", sample("video_360p.mp4"));
    storage.insert("film/sound.mp4", movie(&[Track::audio(MEDIA)], 1_000));
    let asset = AssetPath::new("film", "film.ism").unwrap();
    let told = async |policy| {
        let dynpack = Dynpack::builder(storage.clone()).cut_policy(policy).build();
        dynpack.asset(&asset).await.unwrap().warnings.iter().any(|warning| {
            warning.starts_with("`video` of ") && warning.ends_with("others are shown longer")
        })
    };
    // The sound ends long before the pictures: nothing is filled.
    assert!(!told(CutPolicy::SIX_SECONDS).await);
    storage.insert("film/video.mp4", movie(&[Track::video(MEDIA)], 1_000));
    storage.insert("film/sound.mp4", sample("audio_eng.mp4"));
    assert!(told(CutPolicy::SIX_SECONDS).await);
    assert!(!told(CutPolicy::SIX_SECONDS.unfilled()).await);
}

#[tokio::test]
async fn an_asset_of_unknown_codecs_is_refused_with_all_reasons() {
    let sound = |entry| Track { entries: vec![avc1(entry, &[])], ..Track::audio(MEDIA) };
    let storage = Memory::new();
    storage.insert("film/one.mp4", movie(&[sound(b"samr")], 1_000));
    storage.insert("film/two.mp4", movie(&[sound(b"mlpa")], 1_000));
    assert_unusable(storage, "/film/film.ism", &["`one.mp4`: track 2", "samr", "mlpa"]).await;
}

/// Manifests and playlists say what their viewers miss, and so does the asset.
#[tokio::test]
async fn what_is_left_out_is_told_with_its_reason() {
    let (good, sound) = (Track::video(MEDIA), Track::audio(MEDIA + 400));
    let unknown = Track { id: 3, entries: vec![avc1(b"vvc1", &[])], ..good.clone() };
    let storage = Memory::new();
    storage.insert("film/a.mp4", movie(&[good, sound, unknown.clone()], 1_000));
    storage.insert("film/é.mp4", movie(&[unknown], 1_000));
    let dynpack = Dynpack::builder(storage).build();
    let asset = dynpack.asset(&AssetPath::new("film", "film.ism").unwrap()).await.unwrap();
    let reason = "track 3 is left out: the codec vvc1 is not supported";
    assert_eq!(*asset.warnings, [format!("`a.mp4`: {reason}"), format!("`é.mp4`: {reason}")]);
    for format in formats() {
        let response = ask(&dynpack, &manifest("/film/film.ism", format)).await.unwrap();
        let headers = response.headers();
        let warnings = headers.iter().filter(|(name, _)| *name == "x-warning");
        let warnings: Vec<_> = warnings.map(|(_, value)| value.clone()).collect();
        assert_eq!(warnings, [format!("`a.mp4`: {reason}"), format!("`\\u{{e9}}.mp4`: {reason}")]);
    }
    let bitrate = asset.presentation.renditions[0].id.bitrate;
    let init =
        format!("/film/film.ism/QualityLevels({bitrate})/Fragments(video=i,format=m3u8-cmaf)");
    let init = ask(&dynpack, &init).await.unwrap();
    assert!(init.warnings.is_empty(), "an init segment is for players alone");
}

#[tokio::test]
async fn a_track_that_is_not_in_its_file_is_reported() {
    let other_id = changed(|name, bytes| match name.ends_with(".ism") {
        true => Some(
            String::from_utf8(bytes)
                .unwrap()
                .replace(" systemBitrate", " trackID=\"2\" systemBitrate")
                .into_bytes(),
        ),
        false => Some(bytes),
    });
    assert_unusable(other_id.await, SAMPLE, &["with the track ID 2"]).await;
}

/// Video that stops while the audio continues, and starts again: the last picture stays.
#[tokio::test]
async fn a_gap_between_fragments_lengthens_the_sample_before_it() {
    let pictures = [vec![Sample::sync(100)], vec![Sample::other(20); 24]].concat();
    let at = |time: i64| Traf {
        time: Time::Presented(1, time),
        runs: vec![Run::new(&pictures)],
        ..Traf::new(1, 0, &[])
    };
    let storage = Memory::new();
    storage.insert("film/film.ismv", file(&init(), &[vec![at(0)], vec![at(128_000)]]));
    let dynpack = Dynpack::builder(storage).build();
    for format in [Format::DashCmaf, Format::Smooth] {
        let [stream] = &streams(&dynpack, "/film/film.ism", format).await[..] else {
            panic!("one track")
        };
        let times: Vec<f64> =
            stream.samples().map(|sample| sample.time as f64 / f64::from(stream.clock)).collect();
        assert_eq!(
            (times[1], times[24], times[25], times[49]),
            (0.04, 0.96, 10.0, 10.96),
            "{format}"
        );
        assert_eq!(stream.lens(), [25, 25], "{format}");
        let ends: Vec<f64> =
            stream.segments.iter().map(|segment| segment.start + segment.duration).collect();
        assert_eq!(ends, [10.0, 11.0], "{format}");
    }
}

#[tokio::test]
async fn times_between_two_segments_name_no_segment() {
    let origin = sample_origin();
    let smooth = Dynpack::builder(as_smooth_set(&origin).await).build();
    for dynpack in [&origin, &smooth] {
        for format in formats().filter(|format| *format != Format::Hds) {
            for promise in promises(dynpack, SAMPLE, format).await {
                let (url, ..) = &promise.segments[1];
                let (before, after) = url.split_once(&format!("({}=", promise.track())).unwrap();
                let (time, rest) = after.split_at(after.find([',', ')']).unwrap());
                let time = time.parse::<i64>().unwrap();
                for other in [time + 1, time - 1] {
                    let (status, code, words) =
                        refusal(dynpack, &format!("{before}({}={other}{rest}", promise.track()))
                            .await;
                    assert_eq!(
                        (status, code),
                        (404, "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND"),
                        "{words}"
                    );
                    assert!(
                        words.contains(&format!("starts at {other}; the nearest start")),
                        "{words}"
                    );
                }
                let negative = format!("{before}({}=-1{rest}", promise.track());
                assert_eq!(refusal(dynpack, &negative).await.0, 400, "{negative}");
            }
        }
    }
}

/// The sample as a Smooth set. Its server manifest names the client manifest `name`, if any, and
/// the client manifest has the content `ismc`, if any.
async fn with_client_manifest(name: Option<&str>, ismc: Option<&str>) -> Dynpack {
    let head = name.map_or_else(String::new, |name| {
        format!(r#"<meta name="clientManifestRelativePath" content="{name}"/>"#)
    });
    let storage = changed(|file, bytes| match file.ends_with(".ism") {
        true => Some(
            String::from_utf8(bytes)
                .unwrap()
                .replace("<head/>", &format!("<head>{head}</head>"))
                .into_bytes(),
        ),
        false => Some(bytes),
    });
    let storage = storage.await;
    if let Some(ismc) = ismc {
        storage.insert("sample/sample.ismc", ismc.to_owned());
    }
    Dynpack::builder(storage).build()
}

/// Client manifests that are invalid, or must not be read.
#[tokio::test]
async fn bad_client_manifests_have_clear_errors() {
    let named = Some("sample.ismc");
    for (name, ismc, expected) in [
        (named, Some("not XML at all"), "its client manifest cannot be read: "),
        (
            named,
            Some("<SmoothStreamingMedia Duration=\"1\""),
            "its client manifest cannot be read: ",
        ),
        (named, Some("<smil/>"), "its client manifest cannot be read: "),
        (named, Some("<SmoothStreamingMedia MajorVersion=\"2\"/>"), "there is no Duration"),
        (
            named,
            Some(
                "<!DOCTYPE x [<!ENTITY e \"e\">]><SmoothStreamingMedia MajorVersion=\"2\" \
                 Duration=\"1\"/>",
            ),
            "document type",
        ),
        (
            named,
            Some("<SmoothStreamingMedia MajorVersion=\"3\" Duration=\"1\"/>"),
            "a major version other than 2",
        ),
        (Some("../sample.ismc"), None, "is a path"),
        (Some("https://elsewhere.example/sample.ismc"), None, "is a "),
        (Some("/sample.ismc"), None, "is an absolute path"),
    ] {
        let dynpack = with_client_manifest(name, ismc).await;
        let (status, code, problem) = refusal(&dynpack, &manifest(SAMPLE, Format::Smooth)).await;
        assert_eq!(
            (status, code),
            (415, "MPE_INPUT_FORMAT_NOT_SUPPORTED"),
            "{name:?} {ismc:?}: {problem}"
        );
        assert!(problem.contains(expected), "{name:?} {ismc:?}: {problem}");
    }
}

/// A client manifest that is not named, or is named but missing, changes nothing.
#[tokio::test]
async fn a_client_manifest_is_optional() {
    let plain = with_client_manifest(None, None).await;
    let empty = r#"<SmoothStreamingMedia MajorVersion="2" MinorVersion="0" Duration="1"/>"#;
    for (name, ismc) in [
        (None, Some("not XML at all")),
        (Some("sample.ismc"), None),
        (Some("sample.ismc"), Some(empty)),
    ] {
        let dynpack = with_client_manifest(name, ismc).await;
        for format in formats() {
            let url = manifest(SAMPLE, format);
            assert_eq!(text(&plain, &url).await, text(&dynpack, &url).await);
        }
    }
}

/// The client manifest can declare what the server manifest does not declare about a track. A
/// change of it is detected.
#[tokio::test]
async fn a_client_manifest_completes_the_server_manifest() {
    let storage = changed(|file, bytes| match file.ends_with(".ism") {
        true => {
            let ism = String::from_utf8(bytes).unwrap().replace(
                "<head/>",
                r#"<head><meta name="clientManifestRelativePath" content="sample.ismc"/></head>"#,
            );
            let lines = ism.lines().filter(|line| !line.contains("systemLanguage\""));
            Some(
                lines
                    .map(|line| {
                        line.replace(" systemLanguage=\"deu\"", "")
                            .replace(" systemLanguage=\"eng\"", "")
                    })
                    .collect::<Vec<_>>()
                    .join("\n")
                    .into_bytes(),
            )
        }
        false => Some(bytes),
    });
    let storage = storage.await;
    let ismc = |language: &str| {
        format!(
            r#"<SmoothStreamingMedia MajorVersion="2" MinorVersion="0" Duration="1"><StreamIndex
                Type="audio" Name="audio_de" Language="{language}" Role="alternate"
                Accessibility="description" Chunks="0" Url="x"><QualityLevel Index="0"
                Bitrate="71182" FourCC="AACL" CodecPrivateData="1190"/></StreamIndex>
                </SmoothStreamingMedia>"#
        )
    };
    storage.insert("sample/sample.ismc", ismc("fin"));
    let dynpack =
        Dynpack::builder(storage.clone()).revalidate_after(std::time::Duration::ZERO).build();
    let url = manifest(SAMPLE, Format::DashCmaf);
    let mpd = text(&dynpack, &url).await;
    assert!(mpd.contains("lang=\"fi\""), "{mpd}");
    assert!(
        mpd.contains(
            r#"<Accessibility schemeIdUri="urn:mpeg:dash:role:2011" value="description"/>"#
        ),
        "{mpd}"
    );
    storage.insert("sample/sample.ismc", ismc("swe"));
    assert!(text(&dynpack, &url).await.contains("lang=\"sv\""));
}
