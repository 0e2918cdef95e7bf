//! Packagers enumerate what manifests list, in every format under every encryption.

use std::collections::BTreeSet;

use dynpack::{AssetPath, Dynpack, Job, Protocol, Request};
use dynpack_media::{Period, SegmentNumber, View};

use crate::support::published::{manifest_under, policy, published};
use crate::support::{
    formats, get, key_frame_playlists, key_frames_at, playlists, promises_at, sample_origin,
};

/// Clear and under every encryption.
const POLICY: &str = "clear-and-all";

#[tokio::test]
async fn resources_are_what_manifests_list() {
    let dynpack = published();
    let stored = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = dynpack.asset(&stored).await.unwrap();
    for manifest in manifests() {
        let request = Request::parse(&manifest).unwrap();
        let packager = request.format.packager().unwrap();
        let view = View::whole(&asset.presentation);
        let resources = packager.resources(&Job::new(&view, &request)).unwrap();
        let resources: Vec<String> = resources.map(|request| request.to_string()).collect();
        let each: BTreeSet<String> = resources.iter().cloned().collect();
        assert_eq!(each.len(), resources.len(), "{manifest}: each once");
        assert_eq!(each, listed(&dynpack, &request).await, "{manifest}");
        for url in resources {
            assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
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
    ];
    plain.chain(others.map(|resource| format!("{asset}/{resource}")))
}

/// The URLs of a manifest and of everything that it lists, from other readers.
async fn listed(dynpack: &Dynpack, request: &Request) -> BTreeSet<String> {
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
        urls.extend(promise.segments.into_iter().map(|(url, ..)| url));
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
