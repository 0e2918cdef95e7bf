//! The law that packagers enumerate what manifests list, in every format under every encryption.

use std::collections::BTreeSet;

use dynpack::{AssetPath, Dynpack, Job, Protocol, Request};

use crate::support::published::{manifest_under, policy, published};
use crate::support::{get, key_frame_playlists, key_frames_at, playlists, promises_at};

/// In the clear and under every encryption.
const POLICY: &str = "clear-and-all";

#[tokio::test]
async fn resources_are_what_manifests_list() {
    let dynpack = published();
    let stored = AssetPath::new("sample", "sample.ism").unwrap();
    let asset = dynpack.asset(&stored).await.unwrap();
    for manifest in manifests() {
        let request = Request::parse(&manifest).unwrap();
        let packager = request.format.packager().unwrap();
        let resources = packager.resources(&Job::new(&asset.presentation, &request)).unwrap();
        let resources: Vec<String> = resources.map(|request| request.to_string()).collect();
        let each: BTreeSet<String> = resources.iter().cloned().collect();
        assert_eq!(each.len(), resources.len(), "{manifest}: each once");
        assert_eq!(each, listed(&dynpack, &request).await, "{manifest}");
        for url in resources {
            assert!(!get(&dynpack, &url).await.is_empty(), "{url}");
        }
    }
}

/// Every format under every encryption, and with what else changes what manifests list.
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

/// The URLs of a manifest and of all that it lists, as readers find them that are not ours.
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
