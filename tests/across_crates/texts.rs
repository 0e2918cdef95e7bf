//! Files of subtitles beside a film, in every format.

use std::collections::BTreeSet;
use std::time::Duration;

use dynpack::storage::Memory;
use dynpack::{AssetPath, Dynpack, Format, Response, Strictness, TextEncoding, TextOptions};
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_testkit::mp4;
use dynpack_text::{Cue, Options, vtt};

use crate::reads::counting_in;
use crate::support::{ask, formats, get, manifest, sample, sample_storage};

/// The sample lasts 20 seconds, with segments of about 6. The second cue crosses the first cut, and
/// the third ends with the film.
pub(crate) const ENGLISH: &str = "WEBVTT\n\n\
    00:01.000 --> 00:02.500\nOne\n\n\
    00:05.250 --> 00:07.750\n<i>Two</i> & three\n\n\
    00:13.000 --> 00:20.000\nFour\n";

/// Shown also if subtitles are off.
const GERMAN: &str = "1\r\n00:00:03,000 --> 00:00:04,000\r\nSchild: Ausfahrt\r\n";

pub(crate) fn storage() -> Memory {
    let storage = sample_storage();
    storage.insert("sample/film.en.vtt", ENGLISH);
    storage.insert("sample/film.de-forced.srt", GERMAN);
    storage
}

pub(crate) fn origin(storage: Memory) -> Dynpack {
    Dynpack::builder(storage).build()
}

/// Start, end and words of each cue.
fn plain<'a>(cues: impl IntoIterator<Item = &'a Cue>) -> BTreeSet<(i64, i64, String)> {
    let millis = |time: Time| time.round(Timescale::MILLIS).0;
    cues.into_iter().map(|cue| (millis(cue.start), millis(cue.end), cue.plain_text())).collect()
}

/// The lines of a text that start so.
pub(crate) fn lines<'a>(text: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter(move |line| line.starts_with(start))
}

pub(crate) fn header(response: &Response, name: &str) -> String {
    let headers = response.headers();
    headers.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).unwrap().1
}

async fn text(dynpack: &Dynpack, url: &str) -> String {
    String::from_utf8(get(dynpack, url).await.to_vec()).unwrap()
}

#[tokio::test]
async fn playlists_list_subtitles_with_their_language_and_purpose() {
    let dynpack = origin(storage());
    for format in [Format::HlsCmaf, Format::HlsV4] {
        let playlist = text(&dynpack, &manifest("/sample/sample.ism", format)).await;
        let listed: Vec<_> = lines(&playlist, "#EXT-X-MEDIA:TYPE=SUBTITLES").collect();
        let [german, english] = listed.as_slice() else { panic!("{playlist}") };
        let uri = |name: &str| format!("/Manifest({name},format={format},text=vtt)\"");
        assert!(english.contains(&uri("text_en")), "{english}");
        assert!(english.contains("LANGUAGE=\"en\"") && english.contains("AUTOSELECT=YES"));
        assert!(!english.contains("FORCED") && !english.contains("DEFAULT"), "{english}");
        assert!(german.contains(&uri("text_de")) && german.contains("FORCED=YES"), "{german}");
        let variants: Vec<_> = lines(&playlist, "#EXT-X-STREAM-INF").collect();
        assert!(variants.iter().all(|variant| variant.ends_with(",SUBTITLES=\"text\"")));
        assert!(
            !variants.is_empty()
                && !lines(&playlist, "#EXT-X-I-FRAME").any(|line| line.contains("SUBTITLES"))
        );
    }
}

#[tokio::test]
async fn segments_have_each_cue_in_every_segment_that_it_touches() {
    let dynpack = origin(storage());
    for (format, map) in [(Format::HlsCmaf, "MPEGTS:0"), (Format::HlsV4, "MPEGTS:900000")] {
        let playlist = text(&dynpack, &manifest("/sample/sample.ism", format)).await;
        let english = lines(&playlist, "#EXT-X-MEDIA").find(|line| line.contains("text_en"));
        let url = english.unwrap().split('"').find(|part| part.contains("Manifest(")).unwrap();
        let url = format!("/sample/sample.ism/{url}");
        let list = text(&dynpack, &url).await;
        assert!(!list.contains("EXT-X-MAP"), "{list}");
        let folder = url.rsplit_once('/').unwrap().0;
        let segments: Vec<_> = lines(&list, "Fragments(").collect();
        let (mut all, mut touching_two) = (BTreeSet::new(), 0);
        for segment in &segments {
            assert!(segment.ends_with(",text=vtt).vtt"), "{segment}");
            let response = ask(&dynpack, &format!("{folder}/{segment}")).await.unwrap();
            assert_eq!(header(&response, "content-type"), "text/vtt");
            let document = text(&dynpack, &format!("{folder}/{segment}")).await;
            let header = format!("WEBVTT\nX-TIMESTAMP-MAP={map},LOCAL:00:00:00.000\n");
            assert!(document.starts_with(&header), "{document}");
            let parsed = vtt::read(document.as_bytes(), Options::new()).unwrap();
            assert_eq!(parsed.warnings, []);
            let cues = plain(parsed.document.cues.all());
            touching_two += all.intersection(&cues).count();
            all.extend(cues);
        }
        let source = vtt::read(ENGLISH.as_bytes(), Options::new()).unwrap();
        assert_eq!(all, plain(source.document.cues.all()), "{format}");
        assert!(touching_two >= 2, "two cues cross cuts: {segments:?}");
        let durations = lines(&list, "#EXTINF:")
            .map(|line| line["#EXTINF:".len()..line.len() - 1].parse::<f64>().unwrap());
        let asset = dynpack.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
        let film = asset.presentation.duration().as_seconds();
        assert!((durations.sum::<f64>() - film).abs() < 0.001, "they cover the film");
    }
}

#[tokio::test]
async fn formats_without_a_place_for_text_leave_it_out_with_a_warning() {
    let dynpack = origin(storage());
    for format in [Format::HlsV3, Format::Hds] {
        let url = manifest("/sample/sample.ism", format);
        let response = ask(&dynpack, &url).await.unwrap();
        let left_out = response.warnings.iter().filter(|warning| warning.contains("text_"));
        assert_eq!(left_out.count(), 2, "{format}: {:?}", response.warnings);
        assert!(!text(&dynpack, &url).await.contains("text_"), "{format}");
        let media =
            format!("/sample/sample.ism/QualityLevels(1)/Fragments(text_en=0,format={format})");
        let status = ask(&dynpack, &media).await.unwrap_err().status();
        assert!([404, 415].contains(&status), "{format}: {status}");
    }
}

#[tokio::test]
async fn a_form_that_the_format_does_not_take_is_refused() {
    let dynpack = origin(storage());
    let url = "/sample/sample.ism/manifest(format=m3u8-aapl,text=wvtt)";
    let error = ask(&dynpack, url).await.unwrap_err();
    assert_eq!(error.status(), 415);
    assert!(error.to_string().contains("wvtt"), "{error}");
    let playlist = text(&dynpack, &manifest("/sample/sample.ism", Format::HlsCmaf)).await;
    let video = playlist.lines().find(|line| line.starts_with("QualityLevels(")).unwrap();
    let level = video.split_once('/').unwrap().0;
    let url = format!("/sample/sample.ism/{level}/Fragments(video=0,format=m3u8-cmaf,text=vtt)");
    assert_eq!(ask(&dynpack, &url).await.unwrap_err().status(), 400, "video has no form of text");
}

/// Caches keep the media of a film to which somebody adds subtitles.
#[tokio::test]
async fn only_tags_of_manifests_and_texts_change_with_texts() {
    let (without, with) = (origin(sample_storage()), origin(storage()));
    let other = storage();
    other.insert("sample/film.en.vtt", ENGLISH.replace("One", "Uno"));
    let other = origin(other);
    for format in formats() {
        let url = manifest("/sample/sample.ism", format);
        let mut tags = Vec::new();
        for dynpack in [&without, &with, &other] {
            tags.push(header(&ask(dynpack, &url).await.unwrap(), "etag"));
        }
        assert_eq!(BTreeSet::from_iter(&tags).len(), 3, "{format}");
    }
    let asset = with.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    let bitrate = asset.presentation.renditions[0].id.bitrate;
    let url =
        format!("/sample/sample.ism/QualityLevels({bitrate})/Fragments(video=0,format=m3u8-cmaf)");
    let mut tags = BTreeSet::new();
    for dynpack in [&without, &with, &other] {
        tags.insert(header(&ask(dynpack, &url).await.unwrap(), "etag"));
    }
    assert_eq!(tags.len(), 1);
}

#[tokio::test]
async fn a_broken_file_of_subtitles_is_refused_with_its_place() {
    for (name, bytes, problem) in [
        ("film.en.vtt", &b"no signature\n"[..], "`film.en.vtt`: malformed at line 1"),
        ("film.en.vtt", b"WEBVTT\n\n\xff\xff", "neither UTF-8 nor UTF-16"),
        ("film.en.ttml", b"<tt><body>", "`film.en.ttml`: malformed at line 1"),
    ] {
        let storage = sample_storage();
        storage.insert(format!("sample/{name}"), bytes);
        let error = ask(&origin(storage), "/sample/sample.ism/manifest").await.unwrap_err();
        let text = error.to_string();
        assert!(error.status() == 415 && text.contains(problem), "{}: {text}", error.status());
    }
}

/// A SubRip file with the umlauts of Windows-1252.
const UMLAUTS: &[u8] = b"1\n00:00:01,000 --> 00:00:02,000\nGr\xf6\xdfe \x80\n";

#[tokio::test]
async fn the_encoding_of_a_file_is_declared_for_all_files_or_in_the_server_manifest() {
    let expected = BTreeSet::from([(1000, 2000, "Größe €".to_owned())]);
    let storage = sample_storage();
    storage.insert("sample/film.de.srt", UMLAUTS);
    let error = ask(&origin(storage.clone()), "/sample/sample.ism/manifest").await.unwrap_err();
    let problem = "`film.de.srt`: malformed at line 3, column 3: neither UTF-8 nor UTF-16";
    assert!(error.to_string().contains(problem), "{error}");
    let options = TextOptions::new().with_encoding(TextEncoding::Windows1252);
    let declared = Dynpack::builder(storage.clone()).texts(options).build();
    assert_eq!(cues_in_hls(&declared, "text").await, expected);
    // The server manifest knows better.
    for (options, encoding, is_right) in [
        (TextOptions::new(), "windows-1252", true),
        (TextOptions::new(), "ISO-8859-1", true),
        (options, "utf-8", false),
        (options, "koi8-r", false),
    ] {
        let ism = format!(
            r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><body><switch>
            <video src="video_180p.mp4"/><textstream src="film.de.srt">
            <param name="trackName" value="text"/><param name="encoding" value="{encoding}"/>
            </textstream></switch></body></smil>"#
        );
        storage.insert("sample/sample.ism", ism);
        let dynpack = Dynpack::builder(storage.clone()).texts(options).build();
        if is_right {
            assert_eq!(cues_in_hls(&dynpack, "text").await, expected, "{encoding}");
        } else {
            let error = ask(&dynpack, "/sample/sample.ism/manifest").await.unwrap_err();
            assert_eq!(error.status(), 415, "{error}");
            let problem = match encoding {
                "utf-8" => "neither UTF-8 nor UTF-16",
                _ => "`film.de.srt`: no text is read in the encoding `koi8-r`",
            };
            assert!(error.to_string().contains(problem), "{error}");
        }
    }
}

#[tokio::test]
async fn invalid_cues_are_left_out_with_a_warning_or_refused() {
    let storage = sample_storage();
    let broken = "WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n\n00:03.000 --> soon\nTwo\n";
    storage.insert("sample/film.en.vtt", broken);
    let lenient = origin(storage.clone());
    let url = manifest("/sample/sample.ism", Format::HlsCmaf);
    let response = ask(&lenient, &url).await.unwrap();
    let is_named = |warning: &String| warning.starts_with("`film.en.vtt`: line 6: ");
    assert!(response.warnings.iter().any(is_named), "{:?}", response.warnings);
    let expected = BTreeSet::from([(1000, 2000, "One".to_owned())]);
    assert_eq!(cues_in_hls(&lenient, "text").await, expected);
    let options = TextOptions::new().with_strictness(Strictness::Strict);
    let strict = Dynpack::builder(storage).texts(options).build();
    let error = ask(&strict, &url).await.unwrap_err();
    assert_eq!(error.status(), 415);
    assert!(
        error.to_string().contains("`film.en.vtt`: malformed at line 6, column 1: "),
        "{error}"
    );
}

/// What is read of the files is in the tags of manifests and of texts, and in no index.
#[tokio::test]
async fn options_of_texts_are_in_their_tags() {
    let storage = storage();
    let windows = TextOptions::new().with_encoding(TextEncoding::Windows1252);
    let strict = TextOptions::new().with_strictness(Strictness::Strict);
    let options = [TextOptions::new(), windows, strict];
    let [usual, windows, strict] =
        options.map(|texts| Dynpack::builder(storage.clone()).texts(texts).build());
    let asset = usual.asset(&AssetPath::new("sample", "sample.ism").unwrap()).await.unwrap();
    let bitrate = |name: &str| {
        let all = &asset.presentation.renditions;
        all.iter().find(|one| *one.id.name == *name).unwrap().id.bitrate
    };
    let media = |name: &str, form| {
        let bitrate = bitrate(name);
        format!(
            "/sample/sample.ism/QualityLevels({bitrate})/Fragments({name}=0,format=m3u8-cmaf{form})"
        )
    };
    for (url, count) in [
        (manifest("/sample/sample.ism", Format::HlsCmaf), 3),
        (media("text_en", ",text=vtt"), 3),
        (media("video", ""), 1),
    ] {
        let mut tags = BTreeSet::new();
        for dynpack in [&usual, &windows, &strict] {
            tags.insert(header(&ask(dynpack, &url).await.unwrap(), "etag"));
        }
        assert_eq!(tags.len(), count, "{url}");
    }
    let path = AssetPath::new("sample", "sample.ism").unwrap();
    let [one, other] = [usual.index(&path).await.unwrap(), windows.index(&path).await.unwrap()];
    assert_eq!(one, other);
}

#[tokio::test]
async fn previews_and_chapters_are_no_subtitles() {
    let storage = sample_storage();
    let previews = "WEBVTT\n\n00:00.000 --> 00:05.000\nsprite.jpg#xywh=0,0,160,90\n";
    storage.insert("sample/film.thumbs.vtt", previews);
    storage.insert("sample/film.chapters.vtt", ENGLISH);
    let dynpack = origin(storage);
    let url = manifest("/sample/sample.ism", Format::HlsCmaf);
    let response = ask(&dynpack, &url).await.unwrap();
    let is_named = |warning: &String| warning.contains("`film.thumbs.vtt` is left out");
    assert!(response.warnings.iter().any(is_named), "{:?}", response.warnings);
    assert!(!text(&dynpack, &url).await.contains("SUBTITLES"));
}

#[tokio::test]
async fn a_server_manifest_lists_its_texts() {
    let storage = storage();
    let ism = r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><body><switch>
        <video src="video_180p.mp4"/><audio src="audio_eng.mp4"/>
        <textstream src="gone.cmft" systemBitrate="52" systemLanguage="en-us">
          <param name="transcriptsrc" value="film.en.vtt"/>
          <param name="trackName" value="subt_en-us"/>
          <param name="textIsDefault" value="TRUE"/>
          <param name="textDisplayName" value="English"/>
          <param name="textHlsCharacteristic"
                 value="public.accessibility.transcribes-spoken-dialog,public.easy-to-read"/>
        </textstream></switch></body></smil>"#;
    storage.insert("sample/sample.ism", ism);
    let dynpack = origin(storage);
    let playlist = text(&dynpack, &manifest("/sample/sample.ism", Format::HlsCmaf)).await;
    let listed: Vec<_> = lines(&playlist, "#EXT-X-MEDIA:TYPE=SUBTITLES").collect();
    assert_eq!(
        listed,
        ["#EXT-X-MEDIA:TYPE=SUBTITLES,\
          URI=\"QualityLevels(52)/Manifest(subt_en-us,format=m3u8-cmaf,text=vtt)\",\
          GROUP-ID=\"text\",LANGUAGE=\"en-us\",NAME=\"English\",DEFAULT=YES,AUTOSELECT=YES,\
          CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,public.easy-to-read\",\
          STABLE-RENDITION-ID=\"subt_en-us/52\""],
        "and not the file that it does not list"
    );
}

/// A film without a folder is looked at again with the files beside it, once for each check.
#[tokio::test]
async fn a_file_of_subtitles_beside_a_lone_film_is_noticed() {
    let storage = Memory::new();
    storage.insert("films/lone.mp4", sample("video_360p.mp4"));
    storage.insert("films/lonely.en.vtt", ENGLISH);
    let url = manifest("/films/lone/lone.ism", Format::HlsCmaf);
    let listed = async |dynpack: &Dynpack| {
        let playlist = text(dynpack, &url).await;
        lines(&playlist, "#EXT-X-MEDIA:TYPE=SUBTITLES").count()
    };
    let (checking, counts) = counting_in(storage.clone());
    let checking = checking.revalidate_after(Duration::ZERO).build();
    let waiting = Dynpack::builder(storage.clone()).revalidate_after(Duration::from_secs(600));
    let waiting = waiting.build();
    assert_eq!((listed(&checking).await, listed(&waiting).await), (0, 0));
    storage.insert("films/lone.en.vtt", ENGLISH);
    assert_eq!((listed(&checking).await, listed(&waiting).await), (1, 0));
    storage.insert("films/lone.de.srt", GERMAN);
    assert_eq!(listed(&checking).await, 2);
    counts.take_looks();
    assert_eq!(listed(&checking).await, 2);
    assert_eq!(counts.take_looks(), (1, 0), "a check is one look at the folder");
    storage.remove("films/lone.en.vtt");
    assert_eq!(listed(&checking).await, 1);
}

/// The clock of subtitles is that of the film as stored, which may start later than 0.
#[tokio::test]
async fn cues_count_from_the_zero_of_the_film() {
    let cues = vtt::read(ENGLISH.as_bytes(), Options::new()).unwrap().document;
    let moved = cues.since(Time::new(Ticks(2), Timescale::SECONDS));
    let expected = [(0, 500, "One"), (3_250, 5_750, "Two & three"), (11_000, 18_000, "Four")];
    let expected = expected.map(|(start, end, words)| (start, end, words.to_owned()));
    assert_eq!(plain(moved.cues.all()), BTreeSet::from(expected));
}

/// A film with a text track, in a file of its own beside the sample.
fn subtitled_film(id: u32, samples: &[(u32, &[u8])]) -> Vec<u8> {
    let text = mp4::Track { id, ..mp4::Track::text(mp4::MEDIA, b"sbtl", mp4::tx3g(0), samples) };
    let media: Vec<u8> = samples.iter().flat_map(|(_, data)| data.to_vec()).collect();
    mp4::file_with(&media, &mp4::moov(&[text]))
}

/// The cues of a text in HLS, from all of its segments.
async fn cues_in_hls(dynpack: &Dynpack, name: &str) -> BTreeSet<(i64, i64, String)> {
    let playlist = text(dynpack, &manifest("/sample/sample.ism", Format::HlsCmaf)).await;
    let listed = lines(&playlist, "#EXT-X-MEDIA:TYPE=SUBTITLES");
    let media = { listed }.find(|line| line.contains(&format!("Manifest({name},"))).unwrap();
    let url = media.split('"').find(|part| part.contains("Manifest(")).unwrap();
    let (folder, _) = url.rsplit_once('/').unwrap();
    let list = text(dynpack, &format!("/sample/sample.ism/{url}")).await;
    let mut cues = BTreeSet::new();
    for segment in lines(&list, "Fragments(") {
        let document = text(dynpack, &format!("/sample/sample.ism/{folder}/{segment}")).await;
        let parsed = vtt::read(document.as_bytes(), Options::new()).unwrap();
        cues.extend(plain(parsed.document.cues.all()));
    }
    cues
}

#[tokio::test]
async fn text_tracks_of_mp4_files_are_served() {
    let (one, two) = (mp4::plain_text("One"), mp4::plain_text("Two"));
    let samples = [(1000, &b"\0\0"[..]), (2500, &one), (4000, b"\0\0"), (1500, &two)];
    let expected = [(1000, 3500, "One".to_owned()), (7500, 9000, "Two".to_owned())];
    // A file of text only, which the folder has.
    let storage = sample_storage();
    storage.insert("sample/film.cmft", subtitled_film(3, &samples));
    let found = cues_in_hls(&origin(storage), "text").await;
    assert_eq!(found, BTreeSet::from(expected.clone()));
    // The same, as a server manifest lists it.
    let storage = sample_storage();
    storage.insert("sample/subs.mp4", subtitled_film(7, &samples));
    let ism = r#"<smil xmlns="http://www.w3.org/2001/SMIL20/Language"><body><switch>
        <video src="video_180p.mp4"/>
        <textstream src="subs.mp4" systemLanguage="fr">
          <param name="trackName" value="sous-titres"/><param name="trackID" value="7"/>
        </textstream></switch></body></smil>"#;
    storage.insert("sample/sample.ism", ism);
    let found = cues_in_hls(&origin(storage), "sous-titres").await;
    assert_eq!(found, BTreeSet::from(expected));
    // A file without the track that is listed.
    let storage = sample_storage();
    storage.insert("sample/subs.mp4", subtitled_film(6, &samples));
    storage.insert("sample/sample.ism", ism);
    let error = ask(&origin(storage), "/sample/sample.ism/manifest").await.unwrap_err();
    assert!(error.status() == 415 && error.to_string().contains("no text track"), "{error}");
}

#[tokio::test]
async fn a_text_track_beside_pictures_is_served_once() {
    let text = mp4::plain_text("One");
    let media: [(u32, &[u8]); 1] = [(1500, &text)];
    let film = |id, frame| {
        let mut pictures = mp4::Track::video(mp4::MEDIA + text.len() as u64);
        pictures.id = 1;
        let text_track =
            mp4::Track { id, ..mp4::Track::text(mp4::MEDIA, b"sbtl", mp4::tx3g(0), &media) };
        let bytes = [text.clone(), vec![frame; 2_000]].concat();
        mp4::file_with(&bytes, &mp4::moov(&[pictures, text_track]))
    };
    let storage = Memory::new();
    storage.insert("film/a.mp4", film(3, 0x65));
    storage.insert("film/b.mp4", film(4, 0x66));
    let dynpack = origin(storage);
    let asset = dynpack.asset(&AssetPath::new("film", "film.ism").unwrap()).await.unwrap();
    let texts: Vec<_> = asset.presentation.of_kind(dynpack_media::MediaKind::Text).collect();
    let [rendition] = texts.as_slice() else { panic!("{texts:?}") };
    let document = asset.texts.get(&rendition.id.name).unwrap();
    assert_eq!(plain(document.cues.all()), BTreeSet::from([(0, 1500, "One".to_owned())]));
}

/// Texts of several languages lie between pictures, a cue of each beside one of the other.
#[tokio::test]
async fn all_text_tracks_of_a_file_are_read_at_once() {
    let (cue, pictures) = (mp4::plain_text("One"), vec![0x65; 2_000]);
    let film = |texts: u32| {
        let samples = vec![(1500, &cue[..]); 4];
        let len = u64::try_from(cue.len()).unwrap();
        // Cue by cue, all languages, and the pictures after the first of them.
        let place = |text: u32, at: u64| {
            let after = if at == 0 { 0 } else { 2_000 };
            mp4::MEDIA + (at * u64::from(texts) + u64::from(text)) * len + after
        };
        let mut tracks = vec![mp4::Track::video(mp4::MEDIA + u64::from(texts) * len)];
        tracks[0].id = 1;
        tracks.extend((0..texts).map(|text| {
            let whole = mp4::Track::text(0, b"sbtl", mp4::tx3g(0), &samples);
            let offsets = (0..4).map(|at| place(text, at)).collect();
            mp4::Track { id: 2 + text, stsc: vec![(1, 1, 1)], offsets, ..whole }
        }));
        let cues = |count: u32| cue.repeat(count as usize);
        let media = [cues(texts), pictures.clone(), cues(3 * texts)].concat();
        mp4::file_with(&media, &mp4::moov(&tracks))
    };
    let mut reads = Vec::new();
    for texts in [0, 1, 5] {
        let storage = Memory::new();
        storage.insert("film/film.mp4", film(texts));
        let (builder, counts) = counting_in(storage);
        let path = AssetPath::new("film", "film.ism").unwrap();
        builder.build().asset(&path).await.unwrap();
        reads.push(counts.take().0);
    }
    assert_eq!(reads, [reads[0], reads[0] + 1, reads[0] + 1]);
}

#[tokio::test]
async fn chapters_of_a_file_are_events_of_dash() {
    let storage = sample_storage();
    let chapters = "WEBVTT\n\n00:00.000 --> 00:08.000\nOpening\n\n00:08.000 --> 00:20.000\nEnd\n";
    storage.insert("sample/film.en.chapters.vtt", chapters);
    let mpd = text(&origin(storage), &manifest("/sample/sample.ism", Format::DashCmaf)).await;
    let events: Vec<_> =
        mpd.lines().map(str::trim).filter(|line| line.contains("<Event ")).collect();
    let [opening, end] = events.as_slice() else { panic!("{mpd}") };
    assert!(opening.contains("presentationTime=\"0\"") && opening.contains(">Opening<"));
    assert!(end.contains("presentationTime=\"8000\"") && end.contains(">End<"), "{end}");
}

#[tokio::test]
async fn playlists_name_the_chapters_of_a_film() {
    let storage = sample_storage();
    let chapters = "WEBVTT\n\n00:00.000 --> 00:08.000\nOpening\n\n00:08.000 --> 00:20.000\nEnd\n";
    storage.insert("sample/film.en.chapters.vtt", chapters);
    let dynpack = origin(storage);
    for format in [Format::HlsCmaf, Format::HlsV4, Format::HlsV3] {
        let playlist = text(&dynpack, &manifest("/sample/sample.ism", format)).await;
        let tag = lines(&playlist, "#EXT-X-SESSION-DATA").collect::<Vec<_>>();
        let url = format!("manifest(format={format},type=chapters)");
        let expected =
            format!("#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.chapters\",URI=\"{url}\"");
        assert_eq!(tag, [expected], "{format}");
        let url = format!("/sample/sample.ism/{url}");
        let response = ask(&dynpack, &url).await.unwrap();
        assert_eq!(header(&response, "content-type"), "application/json");
        let json: serde_json::Value = serde_json::from_slice(&get(&dynpack, &url).await).unwrap();
        let found: Vec<_> = json.as_array().unwrap().iter().collect();
        let start = |at: usize| found[at]["start-time"].as_f64().unwrap();
        assert_eq!((found.len(), start(0), start(1)), (2, 0.0, 8.0));
        assert_eq!(found[1]["titles"][0]["title"], "End");
    }
    let none = "/sample/sample.ism/manifest(format=m3u8-cmaf,type=chapters)";
    assert_eq!(ask(&origin(sample_storage()), none).await.unwrap_err().status(), 400);
}
