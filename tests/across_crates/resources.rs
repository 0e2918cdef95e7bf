//! Packagers enumerate what manifests list, in every format under every encryption.

use std::collections::BTreeSet;
use std::ops::Range;

use dynpack::{AssetPath, Content, Dynpack, Job, Protocol, Request};
use dynpack_media::{Period, SegmentNumber, View};
use dynpack_testkit::{self as film, AAC_48_STEREO, promise};

use crate::support::published::{manifest_under, policy, published, published_over};
use crate::support::{
    formats, get, key_frame_playlists, key_frames_at, playlists, promises_at, sample_origin,
    subtitled_storage, url_in_whole,
};

/// Clear and under every encryption.
const POLICY: &str = "clear-and-all";

#[tokio::test]
async fn resources_are_what_manifests_list() {
    resources_are_listed(&published()).await;
    resources_are_listed(&published_over(subtitled_storage())).await;
}

async fn resources_are_listed(dynpack: &Dynpack) {
    let stored = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = dynpack.asset(&stored).await.unwrap();
    for manifest in manifests() {
        let request = Request::parse(&manifest).unwrap();
        let packager = request.format.packager().unwrap();
        let carried = packager.carried(&asset.presentation, &request, None).unwrap();
        let view = View::whole(&carried.presentation);
        let resources = packager.resources(&Job::new(&view, &request)).unwrap();
        let resources: Vec<String> = resources.map(|request| request.to_string()).collect();
        let each: BTreeSet<String> = resources.iter().cloned().collect();
        assert_eq!(each.len(), resources.len(), "{manifest}: each once");
        assert_eq!(each, listed(dynpack, &request).await, "{manifest}");
        for url in resources {
            assert!(!get(dynpack, &url).await.is_empty(), "{url}");
        }
    }
}

/// Every format under every encryption, and with the parameters that change what manifests list.
fn manifests() -> impl Iterator<Item = String> {
    let admitted: Vec<_> = policy(POLICY).admitted().collect();
    assert_eq!(admitted.len(), 22, "{admitted:?}");
    let plain =
        admitted.into_iter().map(|(format, encryption)| manifest_under(POLICY, format, encryption));
    let asset = "/locator-clear-and-all/sample.ism";
    let others = [
        "manifest(format=m3u8-aapl-v3,audiotrack=audio_de,audio-only=true)",
        "manifest(format=m3u8-aapl,audio-only=true).m3u8",
        "manifest(format=mpd-time-cmaf).mpd",
        "manifest(format=f4m-f4f,audiotrack=audio_de)",
        "manifest(format=m3u8-cmaf,text=imsc)",
        "manifest(format=mpd-time-cmaf,text=wvtt).mpd",
        "manifest(format=mpd-time-csf,text=vtt)",
    ];
    plain.chain(others.map(|resource| format!("{asset}/{resource}")))
}

/// The URLs of a manifest and of everything that it lists, from other readers. Media has its URL in
/// the whole.
pub(crate) async fn listed(dynpack: &Dynpack, request: &Request) -> BTreeSet<String> {
    let (manifest, format) = (request.to_string(), request.format);
    let mut urls = BTreeSet::from([manifest.clone()]);
    if format.protocol() == Protocol::Hls {
        urls.extend(playlists(dynpack, &manifest).await);
        urls.extend(key_frame_playlists(dynpack, &manifest).await);
    }
    let mut promises = promises_at(dynpack, &manifest, format).await;
    promises.extend(key_frames_at(dynpack, &manifest, format).await);
    for promise in promises {
        urls.extend(promise.init);
        urls.extend(promise.segments.iter().map(|(url, ..)| url_in_whole(url)));
    }
    urls
}

/// Views leave out segments, and do not change the URLs of the others.
#[tokio::test]
async fn a_view_of_a_part_lists_some_resources_of_the_whole() {
    let path = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = sample_origin().asset(&path).await.unwrap();
    let whole = View::whole(&asset.presentation);
    let places = SegmentNumber(1)..SegmentNumber(2);
    let part = View::new(Period::within(&asset.presentation, places).unwrap());
    for format in formats() {
        let request = Request::manifest(path.clone(), format);
        let packager = format.packager().unwrap();
        let urls = |view: &View<'_>| {
            let resources = packager.resources(&Job::new(view, &request)).unwrap();
            resources.map(|resource| resource.to_string()).collect::<BTreeSet<_>>()
        };
        let (whole, listed) = (urls(&whole), urls(&part));
        assert!(listed.len() < whole.len() && listed.is_subset(&whole), "{format}: {listed:?}");
        let media = listed.iter().filter(|url| url.contains("Fragments("));
        assert!(media.count() >= 3, "{format}: {listed:?}");
        let manifest = packager.manifest(&Job::new(&part, &request)).unwrap();
        assert!(!manifest.is_empty());
    }
}

/// The law over two periods, which may overlap: each resource once, as one period or the other
/// lists it, and playlists list nothing else.
#[tokio::test]
async fn resources_of_two_periods_are_those_of_each_once() {
    let path = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = sample_origin().asset(&path).await.unwrap();
    let period = |places: Range<u32>| {
        let places = SegmentNumber(places.start)..SegmentNumber(places.end);
        Period::within(&asset.presentation, places).unwrap()
    };
    for (first, second) in [(0..1, 2..3), (0..2, 1..3), (1..2, 1..2), (2..3, 0..1)] {
        let (first, second) = (period(first), period(second));
        let both = View::new(first.clone()).with_period(second.clone());
        for format in formats() {
            let request = Request::manifest(path.clone(), format);
            let packager = format.packager().unwrap();
            let resources = |view: &View<'_>| {
                Some(packager.resources(&Job::new(view, &request)).ok()?.collect::<Vec<_>>())
            };
            let Some(listed) = resources(&both) else {
                assert!(matches!(format.protocol(), Protocol::Smooth | Protocol::Hds), "{format}");
                continue;
            };
            let urls = |requests: &[Request]| {
                requests.iter().map(ToString::to_string).collect::<BTreeSet<_>>()
            };
            assert_eq!(urls(&listed).len(), listed.len(), "{format}: {listed:?}");
            let [first, second] = [&first, &second].map(|period| View::new(period.clone()));
            let each = [resources(&first).unwrap(), resources(&second).unwrap()].concat();
            assert_eq!(urls(&listed), urls(&each), "{format}");
            if format.protocol() == Protocol::Hls {
                let media = urls(&listed).into_iter().filter(|url| url.contains("Fragments("));
                assert_eq!(in_playlists(&both, &request), media.collect(), "{format}");
            }
        }
    }
}

/// One playlist goes through all periods of a rendition. Audio that the first period lacks has
/// none.
#[test]
fn playlists_list_what_all_periods_have() {
    let film = film::in_short_segments(vec![
        ("video", 400_000, film::video((640, 360), (512, 12_800), 1_000, 50)),
        ("audio", 128_000, film::late(film::audio(AAC_48_STEREO, 1_000, "en"), 48_000 * 10)),
    ]);
    let period = |first, end| Period::within(&film, SegmentNumber(first)..SegmentNumber(end));
    let (silent, sounding) = (period(0, 2).unwrap(), period(8, 10).unwrap());
    for (view, has_audio) in
        [(View::new(sounding.clone()), true), (View::new(silent).with_period(sounding), false)]
    {
        for format in formats().filter(|format| format.protocol() == Protocol::Hls) {
            let request = Request::manifest(AssetPath::new("a", "a.ism").unwrap(), format);
            let job = Job::new(&view, &request);
            let packager = format.packager().unwrap();
            let manifest = packager.manifest(&job).unwrap();
            assert_eq!(manifest.contains("mp4a.40.2"), has_audio, "{format}: {manifest}");
            let mut resources = packager.resources(&job).unwrap();
            let lists_audio = resources.any(|request| request.to_string().contains("audio"));
            assert_eq!(lists_audio, has_audio, "{format}");
        }
    }
}

/// The URLs of init segments and segments in the playlists of a view.
fn in_playlists(view: &View<'_>, manifest: &Request) -> BTreeSet<String> {
    let text = |request: &Request| {
        let packager = request.format.packager().unwrap();
        match packager.package(&Job::new(view, request)).unwrap().content {
            Content::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Content::Plan(_) => panic!("{request} is no playlist"),
        }
    };
    let (url, multivariant) = (manifest.to_string(), text(manifest));
    let full = promise::hls::playlists(&url, &multivariant);
    let key_frames = promise::hls::key_frame_playlists(&url, &multivariant);
    let mut urls = BTreeSet::new();
    for playlist in full.into_iter().chain(key_frames) {
        let text = text(&Request::parse(&playlist).unwrap());
        let (folder, _) = playlist.rsplit_once('/').unwrap();
        let init = text.lines().filter_map(|line| line.strip_prefix("#EXT-X-MAP:URI=\""));
        let init = init.filter_map(|rest| rest.split('"').next());
        let segments = text.lines().filter(|line| !line.starts_with('#'));
        urls.extend(init.chain(segments).map(|name| format!("{folder}/{name}")));
    }
    urls
}
