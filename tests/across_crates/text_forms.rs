//! Text in every form that formats take it in.

use std::collections::{BTreeMap, BTreeSet};

use aes::Aes128;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, KeyIvInit};
use dynpack::storage::Memory;
use dynpack::{Dynpack, Encryption, Format, Protocol};
use dynpack_codec::TextForm;
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_testkit::promise::Promise;
use dynpack_testkit::read::mp4;
use dynpack_text::{Cue, Document, Options, TrackReader, ttml, vtt};
use proptest::prelude::*;

use crate::golden::compare_with;
use crate::support::published::{KEYS, manifest_under, published_over};
use crate::support::{ask, get, playlists, promises_at, sample_storage, text};
use crate::texts::{ENGLISH, header, lines, origin, storage};

const ASSET: &str = "/sample/sample.ism";

/// Every format that takes text, with each form that its URLs can name.
const FORMS: [(Format, &[TextForm]); 6] = [
    (Format::HlsV4, &[TextForm::Vtt]),
    (Format::HlsCmaf, &[TextForm::Vtt, TextForm::Imsc]),
    (Format::DashCmaf, &TextForm::ALL),
    (Format::DashCsf, &TextForm::ALL),
    (Format::Smooth, &[TextForm::Imsc]),
    (Format::SmoothV20, &[TextForm::Imsc]),
];

fn forms() -> impl Iterator<Item = (Format, TextForm)> {
    FORMS.into_iter().flat_map(|(format, forms)| forms.iter().map(move |form| (format, *form)))
}

fn manifest(format: Format, form: TextForm) -> String {
    format!("{ASSET}/manifest(format={format},text={form})")
}

/// Start and end in milliseconds, and the words.
type Seen = (i64, i64, String);

fn millis(time: Time) -> i64 {
    time.round(Timescale::MILLIS).0
}

fn time(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn seen<'a>(cues: impl IntoIterator<Item = &'a Cue>) -> Vec<Seen> {
    let seen = |cue: &Cue| (millis(cue.start), millis(cue.end), cue.plain_text());
    cues.into_iter().map(seen).collect()
}

/// What a manifest promises of a text.
async fn promise(dynpack: &Dynpack, manifest: &str, format: Format, track: &str) -> Promise {
    let promises = promises_at(dynpack, manifest, format).await;
    let mut own = promises.into_iter().filter(|promise| promise.track() == track);
    let promise = own.next().unwrap_or_else(|| panic!("{manifest} lists no {track}"));
    assert!(own.next().is_none(), "{manifest} lists {track} once");
    promise
}

/// The cues that a client sees that reads all of a text.
async fn shown(dynpack: &Dynpack, promise: &Promise, format: Format, form: TextForm) -> Vec<Seen> {
    let mut cues = match (format.protocol(), form) {
        (_, TextForm::Vtt) => shown_in_documents(dynpack, promise).await,
        (Protocol::Smooth, _) => shown_in_fragments(dynpack, promise).await,
        _ => shown_in_samples(dynpack, promise).await,
    };
    cues.sort();
    cues
}

/// Of a cue that starts before its segment, another segment had the start.
async fn shown_in_documents(dynpack: &Dynpack, promise: &Promise) -> Vec<Seen> {
    assert_eq!(promise.init, None);
    let mut cues = Vec::new();
    for (url, start, _) in &promise.segments {
        let parsed = vtt::read(&get(dynpack, url).await, Options::new()).unwrap();
        assert_eq!(parsed.warnings, []);
        let start = (start * 1000.0).round();
        let all = seen(parsed.document.cues.all());
        cues.extend(all.into_iter().filter(|(from, ..)| *from as f64 >= start));
    }
    cues
}

async fn shown_in_samples(dynpack: &Dynpack, promise: &Promise) -> Vec<Seen> {
    let init = get(dynpack, promise.init.as_ref().unwrap()).await;
    let _ = mp4::init(&init);
    let entry = init.windows(4).position(|code| code == b"stpp" || code == b"wvtt").unwrap() - 4;
    let mut track = TrackReader::new(&init[entry..], Options::new()).unwrap();
    let mut end = 0;
    for (url, start, duration) in &promise.segments {
        for sample in mp4::segment(&get(dynpack, url).await).samples {
            assert_eq!(sample.decode_time, end, "{url}: samples follow each other");
            end += sample.duration;
            track.add(time(sample.decode_time)..time(end), &sample.data).unwrap();
        }
        assert!(((start + duration) * 1000.0 - end as f64).abs() < 0.01, "{url} ends at {end}");
    }
    seen(track.finish().document.cues.all())
}

/// Fragments of Smooth Streaming have parts of cues, which count from the start of the fragment.
/// Parts of one have one identifier.
async fn shown_in_fragments(dynpack: &Dynpack, promise: &Promise) -> Vec<Seen> {
    let mut parts = BTreeMap::<_, Vec<(i64, i64)>>::new();
    for (url, start, duration) in &promise.segments {
        let read = mp4::segment(&get(dynpack, url).await);
        let [sample] = &read.samples[..] else { panic!("{url} has one sample") };
        let (time, length) = read.tfxd.unwrap();
        let is_listed = |ticks: i64, seconds: f64| (ticks as f64 / 1e7 - seconds).abs() < 1e-6;
        assert!(is_listed(time, *start) && is_listed(length, *duration), "{url}: {time} {length}");
        let document = ttml::read(&sample.data, Options::new()).unwrap().document;
        for cue in document.cues.all() {
            let [from, to] = [cue.start, cue.end].map(|at| millis(at) + time / 10_000);
            parts.entry((cue.id.clone(), cue.plain_text())).or_default().push((from, to));
        }
    }
    let joined = parts.into_iter().map(|((_, words), parts)| {
        assert!(parts.windows(2).all(|two| two[0].1 == two[1].0), "{words}: {parts:?}");
        (parts[0].0, parts[parts.len() - 1].1, words)
    });
    joined.collect()
}

fn with_text(document: &Document) -> Memory {
    let storage = sample_storage();
    storage.insert("sample/film.en.vtt", vtt::write(&document.whole(), None));
    storage
}

/// Times near each other, near the cuts at 6, 12 and 18 seconds, and anywhere in the film.
fn a_time() -> impl Strategy<Value = i64> {
    prop_oneof![0..20_i64, (0..4_i64).prop_map(|at| at * 6000), 5_998..6_003_i64, 0..19_900_i64]
}

fn a_cue() -> impl Strategy<Value = Cue> {
    let words = prop_oneof!["[a-c]{1,2}", "[a-c]{1,4}\n<b> & [a-c]", "\\PC{0,4}[a-c]"];
    (a_time(), a_time(), words).prop_map(|(one, other, words)| {
        Cue::new(time(one.min(other))..time(one.max(other)), &words)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Nothing is lost, and nothing is there twice.
    #[test]
    fn every_form_shows_each_cue_once(cues in proptest::collection::vec(a_cue(), 0..10)) {
        let document = Document { cues: cues.into_iter().collect(), ..Document::default() };
        let dynpack = origin(with_text(&document));
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        for (format, form) in forms() {
            // A sample shows something for a time.
            let has_place = |cue: &&Cue| {
                let is_cut = form == TextForm::Wvtt || format.protocol() == Protocol::Smooth;
                !is_cut || cue.start < cue.end
            };
            let mut expected = seen(document.cues.all().iter().filter(has_place));
            expected.sort();
            let found = runtime.block_on(async {
                let promise = promise(&dynpack, &manifest(format, form), format, "text").await;
                let mut found = shown(&dynpack, &promise, format, form).await;
                found.retain(|(start, end, _)| {
                    format.protocol() != Protocol::Smooth || start < end
                });
                found
            });
            prop_assert_eq!(found, expected, "{} {}", format, form);
        }
    }
}

/// The sample with two texts, as text for review.
#[tokio::test]
async fn manifests_of_text_are_the_reviewed_ones() {
    let dynpack = origin(storage());
    for (name, format, form) in [
        ("text_mpd-time-cmaf.mpd", Format::DashCmaf, None),
        ("text_mpd-time-csf_wvtt.mpd", Format::DashCsf, Some(TextForm::Wvtt)),
        ("text_mpd-time-cmaf_vtt.mpd", Format::DashCmaf, Some(TextForm::Vtt)),
        ("text_fmp4.ismc", Format::Smooth, None),
        ("text_m3u8-aapl.m3u8", Format::HlsV4, None),
        ("text_m3u8-cmaf.m3u8", Format::HlsCmaf, None),
        ("text_m3u8-cmaf_imsc.m3u8", Format::HlsCmaf, Some(TextForm::Imsc)),
    ] {
        let form = form.map(|form| format!(",text={form}")).unwrap_or_default();
        let manifest = format!("{ASSET}/manifest(format={format}{form})");
        compare_with(name, &text(&dynpack, &manifest).await);
    }
    for form in [TextForm::Vtt, TextForm::Imsc] {
        let all = playlists(&dynpack, &manifest(Format::HlsCmaf, form)).await;
        let english = all.iter().find(|url| url.contains("text_en")).unwrap();
        let name = format!("text_m3u8-cmaf_{form}_english.m3u8");
        compare_with(&name, &text(&dynpack, english).await);
    }
}

#[tokio::test]
async fn media_has_the_type_of_its_form() {
    let dynpack = origin(storage());
    for (format, form) in forms() {
        let promise = promise(&dynpack, &manifest(format, form), format, "text_en").await;
        let expected = if form.is_mp4() { "application/mp4" } else { "text/vtt" };
        let urls = promise.init.iter().chain(promise.segments.iter().map(|(url, ..)| url));
        for url in urls {
            let response = ask(&dynpack, url).await.unwrap();
            assert_eq!(header(&response, "content-type"), expected, "{url}");
            let is_document = format.protocol() == Protocol::Dash && form == TextForm::Vtt;
            assert_eq!(url.contains("=all,"), is_document, "{url}");
            if form == TextForm::Vtt {
                assert!(url.ends_with(").vtt"), "{url}");
            }
        }
    }
}

#[tokio::test]
async fn captions_are_captions_in_every_format() {
    let storage = sample_storage();
    storage.insert("sample/film.en.sdh.vtt", ENGLISH);
    let dynpack = origin(storage);
    for (format, mark) in [
        (Format::HlsV4, "CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,"),
        (Format::HlsCmaf, "CHARACTERISTICS=\"public.accessibility.transcribes-spoken-dialog,"),
        (
            Format::DashCmaf,
            "<Accessibility schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"caption\"/>",
        ),
        (Format::DashCsf, "<Role schemeIdUri=\"urn:mpeg:dash:role:2011\" value=\"caption\"/>"),
        (Format::Smooth, "Name=\"text\" Subtype=\"CAPT\" Language=\"eng\" Role=\"caption\""),
    ] {
        let manifest = text(&dynpack, &crate::support::manifest(ASSET, format)).await;
        assert!(manifest.contains(mark), "{format}: {manifest}");
    }
}

/// No segment passes the bitrate of its rendition.
#[tokio::test]
async fn bitrates_cover_every_form() {
    let dynpack = origin(storage());
    for (format, form) in forms() {
        let promise = promise(&dynpack, &manifest(format, form), format, "text_en").await;
        for (url, _, duration) in &promise.segments {
            let level = url.split_once("QualityLevels(").unwrap().1;
            let bitrate: f64 = level.split_once(')').unwrap().0.parse().unwrap();
            let bits = get(&dynpack, url).await.len() as f64 * 8.0;
            let seconds = if *duration > 0.0 { *duration } else { 20.0 };
            assert!(bits / seconds <= bitrate, "{url}: {bits} bits in {seconds} s");
        }
    }
}

/// The same segment in another form, or after its file changed, is another answer.
#[tokio::test]
async fn forms_have_tags_of_their_own() {
    let changed = storage();
    // As long as before, so that URLs stay the same.
    changed.insert("sample/film.en.vtt", ENGLISH.replace("One", "Uno"));
    let (before, after) = (origin(storage()), origin(changed));
    let (mut tags, mut count) = (BTreeSet::new(), 0);
    for (format, form) in forms().filter(|(format, _)| *format != Format::SmoothV20) {
        let promise = promise(&before, &manifest(format, form), format, "text_en").await;
        for url in promise.init.iter().chain([&promise.segments[0].0]) {
            for dynpack in [&before, &after] {
                tags.insert(header(&ask(dynpack, url).await.unwrap(), "etag"));
                count += 1;
            }
        }
    }
    assert_eq!(tags.len(), count, "{tags:?}");
}

#[tokio::test]
async fn what_a_form_does_not_have_is_refused() {
    let dynpack = origin(storage());
    let manifest = manifest(Format::HlsCmaf, TextForm::Vtt);
    let listed = promise(&dynpack, &manifest, Format::HlsCmaf, "text_en").await;
    let listed = &listed.segments[0].0;
    let level = listed.split_once("/Fragments").unwrap().0;
    for (resource, status, problem) in [
        ("text_en=0,format=mpd-time-cmaf,text=vtt", 400, "has no segments of text as `vtt`"),
        ("text_en=i,format=mpd-time-cmaf,text=vtt", 400, "has no segments of text as `vtt`"),
        ("text_en=all,format=mpd-time-cmaf", 400, "has no whole documents but those of text"),
        ("text_en=all,format=mpd-time-cmaf,text=wvtt", 400, "has no whole documents but those"),
        ("text_en=all,format=m3u8-cmaf,text=vtt", 400, "has no whole documents"),
        ("text_en=all", 400, "has no whole documents"),
        ("text_en=i", 400, "has no init segments"),
        ("text_en=0,text=wvtt", 415, "takes no text as `wvtt`"),
        ("text_en=0,format=m3u8-cmaf,text=wvtt", 415, "takes no text as `wvtt`"),
        ("text_en=1,format=mpd-time-cmaf", 404, "the nearest start at 0 and 6000"),
        ("text_fr=all,format=mpd-time-cmaf,text=vtt", 404, "text_en"),
        ("text_en=all,format=mpd-time-cmaf,text=vtt,type=keyframes", 400, "whole text"),
        ("text_en=0,format=mpd-time-cmaf,type=keyframes", 400, "key frames but those of video"),
    ] {
        let error = ask(&dynpack, &format!("{level}/Fragments({resource})")).await.unwrap_err();
        let message = error.to_string();
        assert_eq!(error.status(), status, "{resource}: {message}");
        assert!(message.contains(problem), "{resource}: {message}");
    }
}

/// AES-128 encrypts segments whole, whatever is in them.
#[tokio::test]
async fn text_is_encrypted_whole_under_aes_128() {
    let (dynpack, clear) = (published_over(storage()), origin(storage()));
    let key: Vec<u8> = hex(KEYS[0]);
    for (format, form) in forms().filter(|(format, _)| format.protocol() == Protocol::Hls) {
        let manifest = manifest_under("all", format, Some(Encryption::Cbc));
        let manifest = manifest.replace(')', &format!(",text={form})"));
        let all = playlists(&dynpack, &manifest).await;
        let english = all.iter().find(|url| url.contains("text_en")).unwrap();
        let (folder, _) = english.rsplit_once('/').unwrap();
        let (mut iv, mut count) = (Vec::new(), 0);
        for line in text(&dynpack, english).await.lines() {
            if let Some((_, value)) = line.split_once(",IV=0x") {
                assert!(line.contains("METHOD=AES-128"), "{line}");
                iv = hex(value);
            }
            let map =
                line.strip_prefix("#EXT-X-MAP:URI=\"").and_then(|rest| rest.split('"').next());
            let media = (!line.starts_with('#')).then_some(line);
            let Some(name) = map.or(media) else { continue };
            let mut cipher = get(&dynpack, &format!("{folder}/{name}")).await.to_vec();
            let decryptor = cbc::Decryptor::<Aes128>::new_from_slices(&key, &iv).unwrap();
            let plain = decryptor.decrypt_padded::<Pkcs7>(&mut cipher).unwrap();
            let (folder, name) =
                (folder.replace("/locator-all/", "/sample/"), name.replace(",encryption=cbc", ""));
            assert_eq!(plain, get(&clear, &format!("{folder}/{name}")).await, "{name}");
            count += 1;
        }
        assert_eq!(count, 4 + usize::from(form.is_mp4()), "{format} {form}");
    }
}

/// As in Azure Media Services, only AES-128 covers text.
#[tokio::test]
async fn text_is_clear_where_samples_are_encrypted() {
    let (dynpack, clear) = (published_over(storage()), origin(storage()));
    for (format, encryption) in [
        (Format::DashCmaf, Encryption::Cenc),
        (Format::DashCsf, Encryption::CbcsAapl),
        (Format::HlsCmaf, Encryption::CbcsAapl),
        (Format::HlsV4, Encryption::CbcsAapl),
        (Format::Smooth, Encryption::Piff),
    ] {
        for (_, form) in forms().filter(|(own, _)| *own == format) {
            let manifest = manifest_under("all", format, Some(encryption));
            let manifest = manifest.replace(')', &format!(",text={form})"));
            let promise = promise(&dynpack, &manifest, format, "text_en").await;
            for url in promise.init.iter().chain(promise.segments.iter().map(|(url, ..)| url)) {
                let protected = get(&dynpack, url).await;
                let same = url.replace("/locator-all/", "/sample/");
                let same = same.replace(&format!(",encryption={encryption}"), "");
                assert_eq!(protected, get(&clear, &same).await, "{url}");
            }
            let text = text(&dynpack, &manifest).await;
            if format.protocol() == Protocol::Dash {
                let mut sets = text.split("<AdaptationSet ").skip(1);
                let is_text = |set: &&str| set.contains("contentType=\"text\"");
                assert!(sets.clone().any(|set| set.contains("ContentProtection")), "{text}");
                assert!(sets.clone().filter(is_text).count() == 2);
                assert!(!sets.any(|set| is_text(&set) && set.contains("ContentProtection")));
            }
        }
    }
    let manifest = manifest_under("all", Format::HlsCmaf, Some(Encryption::Cenc));
    let playlists = playlists(&dynpack, &manifest).await;
    let english = playlists.into_iter().find(|url| url.contains("text_en")).unwrap();
    assert_eq!(lines(&text(&dynpack, &english).await, "#EXT-X-KEY").count(), 0);
}

fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Players show a cue for each document that has it at that time.
#[tokio::test]
async fn documents_have_no_time_beyond_their_segment() {
    let dynpack = origin(storage());
    for format in [Format::HlsCmaf, Format::DashCmaf, Format::DashCsf] {
        let promise = promise(&dynpack, &manifest(format, TextForm::Imsc), format, "text_en").await;
        let mut pieces = Vec::new();
        for (url, ..) in &promise.segments {
            let read = mp4::segment(&get(&dynpack, url).await);
            let [sample] = &read.samples[..] else { panic!("{url}") };
            let document = ttml::read(&sample.data, Options::new()).unwrap().document;
            pieces.extend(seen(document.cues.all()));
        }
        let of = |words: &str| pieces.iter().filter(|piece| piece.2 == words).collect::<Vec<_>>();
        let [first, second] = of("Two & three")[..] else { panic!("{pieces:?}") };
        assert_eq!((first.0, first.1, second.0, second.1), (5250, second.0, first.1, 7750));
        assert!(pieces.windows(2).all(|two| two[0].1 <= two[1].0), "{format}: {pieces:?}");
    }
}
