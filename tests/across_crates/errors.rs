//! Bad requests and bad files get a clear error.

use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Encryption, Error, Locator, Locators, LocatorsDocument};

use crate::support::published::{builder, under};
use crate::support::{ask, get, hls, sample, sample_origin, sample_storage, text};

async fn refusal(dynpack: &Dynpack, path: &str) -> (u16, &'static str, String) {
    let error: Error = ask(dynpack, path).await.expect_err(path);
    (error.status(), error.code(), error.to_string())
}

#[tokio::test]
async fn urls_of_resources_that_do_not_exist() {
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
        (
            "/sample/other.ism/manifest(format=m3u8-cmaf)",
            404,
            "MPE_RESOURCE_NOT_FOUND",
            "there is no asset `sample/other.ism`",
        ),
        ("/sample/sample.mp4", 404, "MPE_RESOURCE_NOT_FOUND", "names no asset"),
        (
            "/sample/sample.ism/manifest(format=mp4)",
            415,
            "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
            "unknown format `mp4`",
        ),
        ("/sample/sample.ism/manifest(format=f4m-f4f", 400, "MPE_BAD_URL_SYNTAX", "`)` is missing"),
        (
            "/sample/sample.ism/manifest(format=m3u8-aapl-v8)",
            415,
            "MPE_OUTPUT_FORMAT_NOT_SUPPORTED",
            "m3u8-aapl-v8 is not supported by this version",
        ),
        (
            "/sample/sample.ism/manifest(format=m3u8-cmaf,filter=a)",
            404,
            "MPE_EGRESS_FILTER_NOT_FOUND",
            "no filter `a`",
        ),
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
            &format!("{level}/Fragments(video,format=f4m-f4f)Seg1-Frag5"),
            404,
            "MPE_FRAGMENT_BY_INDEX_NOT_FOUND",
            "the stream of track `video` has no fragment `Seg1-Frag5`",
        ),
        (
            &format!("{level}/Fragments(video,format=f4m-f4f,audiotrack=video)Seg1-Frag1"),
            404,
            "MPE_EGRESS_TRACK_NOT_FOUND",
            "no track `video`; it has audio_de, audio_en",
        ),
        (
            &format!("{level}/Fragments(video=0,format=f4m-f4f)"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "f4m-f4f has no segments named by time",
        ),
        (
            &format!("{level}/Fragments(video)Seg1-Frag1"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "fmp4 has no numbered fragments",
        ),
        (
            &format!("{level}/Fragments(video=0,type=keyframes)"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "fmp4 has no key frames for trick play",
        ),
        (
            &format!("{level}/Fragments(video=i)"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "fmp4 has no init segments",
        ),
        (
            &format!("{level}/Fragments(video=60010001)"),
            404,
            "MPE_FRAGMENT_TIMESTAMP_NOT_FOUND",
            "no segment of track `video` starts at 60010001",
        ),
        (
            &format!("{level}/Manifest(video,format=mpd-time-cmaf)"),
            400,
            "MPE_BAD_URL_SYNTAX",
            "mpd-time-cmaf has no media playlists",
        ),
        (
            &format!("/{}/a.ism/manifest", "a".repeat(5000)),
            414,
            "MPE_BAD_URL_SYNTAX",
            "4096 are the limit",
        ),
        (
            "/sample/../sample/sample.ism/manifest",
            400,
            "MPE_BAD_URL_SYNTAX",
            "not a name of its own",
        ),
    ] {
        let (got_status, got_code, got_words) = refusal(&dynpack, path).await;
        assert_eq!((got_status, got_code), (status, code), "{path}: {got_words}");
        assert!(got_words.contains(words), "{path}: {got_words}");
    }
}

/// An asset with one file of those bytes.
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
    // The first match may be a brand of `ftyp`. The sample entry comes after `stsd`.
    let stsd = film.windows(4).position(|word| word == b"stsd").unwrap();
    let entry = if avc1 > stsd {
        avc1
    } else {
        stsd + film[stsd..].windows(4).position(|word| word == b"avc1").unwrap()
    };
    no_codec[entry..entry + 4].copy_from_slice(b"zzzz");
    for (bytes, words) in [
        (Vec::new(), "`film.mp4`"),
        (b"not a film at all".to_vec(), "`film.mp4`"),
        (truncated, "`film.mp4`"),
        (lying, "stsz"),
        (no_codec, "zzzz"),
    ] {
        let (status, code, text) =
            refusal(&asset_of(bytes), "/a/a.ism/manifest(format=m3u8-cmaf)").await;
        assert_eq!((status, code), (415, "MPE_INPUT_FORMAT_NOT_SUPPORTED"), "{text}");
        assert!(text.contains(words) && text.contains("a/a.ism"), "{text}");
    }
}

#[tokio::test]
async fn a_single_file_is_an_asset() {
    let storage = Memory::new();
    storage.insert("film.mp4", sample("video_180p.mp4"));
    let dynpack = Dynpack::builder(storage).build();
    assert!(text(&dynpack, "/film/film.ism/manifest(format=mpd-time-cmaf)").await.contains("<MPD"));
}

/// Errors about an asset of a locator do not reveal paths in the storage.
#[tokio::test]
async fn errors_do_not_reveal_the_path_of_an_asset() {
    let storage = Memory::new();
    storage.insert("hidden/broken/film.mp4", "no movie");
    storage.insert(
        "hidden/unlisted/unlisted.ism",
        r#"<smil><body><switch><video src="film.mp4"/></switch></body></smil>"#,
    );
    storage.insert("hidden/bad/bad.ism", "<smil>");
    storage.insert("hidden/lone.mp4", "no movie");
    let ids = ["broken", "unlisted", "bad", "lone", "missing"];
    let locator = |id: &str| {
        Locator::new(
            &format!("id-{id}"),
            &format!("hidden/{id}"),
            "Predefined_DownloadAndClearStreaming",
        )
    };
    let mut document = LocatorsDocument::default();
    document.streaming_locators = ids.into_iter().map(locator).collect();
    let dynpack = Dynpack::builder(storage).locators(Locators::new(document).unwrap()).build();
    for id in ids {
        for resource in [format!("{id}.ism/manifest(format=m3u8-cmaf)"), "other.mp4".to_owned()] {
            let url = format!("/id-{id}/{resource}");
            let problem =
                dynpack.get(&url, &Conditions::default()).await.expect_err(&url).to_string();
            assert!(
                !problem.contains("hidden") && problem.contains(&resource[..5]),
                "{url}: {problem}"
            );
        }
    }
}

/// With one key frame in an hour, there is one segment of an hour. It is served from storage, but
/// not rewritten in memory.
#[tokio::test]
async fn segments_that_are_rewritten_in_memory_have_a_limit() {
    let sample = sample_origin();
    let segment = hls(&sample, "/sample/sample.ism").await[4].segments[0].0.clone();
    let dynpack = builder().rewritten_bytes(30_000).build();
    let clear = under("clear-and-all", None, &segment);
    assert!(get(&dynpack, &clear).await.len() > 30_000);
    for (format, encryption) in
        [("m3u8-aapl", Encryption::CbcsAapl), ("mpd-time-cmaf", Encryption::Cenc)]
    {
        let segment = clear.replace("format=m3u8-cmaf).mp4", &format!("format={format})"));
        let segment = under("all", Some(encryption), &segment);
        let (status, code, text) = refusal(&dynpack, &segment).await;
        assert_eq!((status, code), (415, "MPE_HLS_SEGMENT_TOO_LARGE"));
        assert!(text.ends_with("bytes of media, where 30000 are the limit"), "{text}");
    }
}

/// The length of a transport stream in the clear is known, so it is written as it is sent.
#[tokio::test]
async fn segments_that_are_rewritten_as_they_are_sent_have_no_limit() {
    let dynpack = Dynpack::builder(sample_storage()).rewritten_bytes(30_000).build();
    let segment = hls(&dynpack, "/sample/sample.ism").await[4].segments[0].0.clone();
    for format in ["m3u8-aapl", "m3u8-aapl-v3"] {
        let segment = segment.replace("format=m3u8-cmaf).mp4", &format!("format={format})"));
        assert!(get(&dynpack, &segment).await.len() > 30_000);
    }
}
