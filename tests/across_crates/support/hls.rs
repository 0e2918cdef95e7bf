//! What playlists promise, by an independent parser.

use dynpack::Dynpack;

use super::{Promise, join, text};

/// The paths of the media playlists that a multivariant playlist lists: audio first.
pub(crate) async fn playlists(dynpack: &Dynpack, manifest: &str) -> Vec<String> {
    let (_, multivariant) =
        m3u8_rs::parse_master_playlist(text(dynpack, manifest).await.as_bytes())
            .map_err(drop)
            .unwrap();
    let audio = multivariant.alternatives.into_iter().filter_map(|media| media.uri);
    let variants = multivariant
        .variants
        .into_iter()
        .filter(|variant| !variant.is_i_frame)
        .map(|variant| variant.uri);
    audio.chain(variants).map(|link| join(manifest, &link)).collect()
}

/// The paths of the lists of key frames that a multivariant playlist lists.
pub(crate) async fn key_frame_playlists(dynpack: &Dynpack, manifest: &str) -> Vec<String> {
    let (_, multivariant) =
        m3u8_rs::parse_master_playlist(text(dynpack, manifest).await.as_bytes())
            .map_err(drop)
            .unwrap();
    let key_frames = multivariant.variants.iter().filter(|variant| variant.is_i_frame);
    key_frames.map(|variant| join(manifest, &variant.uri)).collect()
}

pub(crate) async fn promises(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    promises_of(dynpack, playlists(dynpack, manifest).await).await
}

pub(crate) async fn key_frames(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    promises_of(dynpack, key_frame_playlists(dynpack, manifest).await).await
}

async fn promises_of(dynpack: &Dynpack, playlists: Vec<String>) -> Vec<Promise> {
    let mut promises = Vec::new();
    for playlist in playlists {
        let (_, media) = m3u8_rs::parse_media_playlist(text(dynpack, &playlist).await.as_bytes())
            .map_err(drop)
            .unwrap();
        let mut promise = Promise::default();
        let mut start = 0.0;
        for segment in &media.segments {
            if let Some(map) = &segment.map {
                promise.init = Some(join(&playlist, &map.uri));
            }
            let duration = f64::from(segment.duration);
            // A gap stands where the track has not started.
            if !segment.unknown_tags.iter().any(|tag| tag.tag == "X-GAP") {
                promise.segments.push((join(&playlist, &segment.uri), start, duration));
            }
            start += duration;
        }
        promises.push(promise);
    }
    promises
}
