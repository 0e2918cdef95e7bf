//! The manifests of the sample asset, stored as text for review. `DYNPACK_BLESS=1 cargo test`
//! writes them again.

use std::path::Path;

use dynpack::{Dynpack, Format, Protocol};

use crate::support::{formats, key_frame_playlists, manifest, playlists, subtitled_storage, text};

const ASSET: &str = "/sample/sample.ism";

#[tokio::test]
async fn manifests_are_the_reviewed_ones() {
    let dynpack = Dynpack::builder(subtitled_storage()).build();
    for format in formats() {
        let manifest = manifest(ASSET, format);
        compare(format.token(), format, &text(&dynpack, &manifest).await);
        if format.protocol() == Protocol::Hls {
            let playlists = playlists(&dynpack, &manifest).await;
            let audio = playlists.first().filter(|_| format != Format::HlsV3);
            let subtitles = playlists.iter().find(|url| url.contains("text_en"));
            for (kind, playlist) in
                [("audio", audio), ("text", subtitles), ("video", playlists.last())]
            {
                let Some(playlist) = playlist else { continue };
                compare(&format!("{format}_{kind}"), format, &text(&dynpack, playlist).await);
            }
            if let Some(playlist) = key_frame_playlists(&dynpack, &manifest).await.last() {
                compare(&format!("{format}_key_frames"), format, &text(&dynpack, playlist).await);
            }
        }
    }
}

fn compare(name: &str, format: Format, text: &str) {
    let ending = match format.protocol() {
        Protocol::Smooth => "ismc",
        Protocol::Hls => "m3u8",
        Protocol::Dash => "mpd",
        _ => "f4m",
    };
    compare_with(&format!("{name}.{ending}"), text);
}

/// Compares a text with the file `name`.
pub(crate) fn compare_with(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(name);
    if std::env::var_os("DYNPACK_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, reviewed, "{}", path.display());
}
