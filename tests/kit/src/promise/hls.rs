//! What playlists promise, read by the crate `m3u8-rs`.

use m3u8_rs::MasterPlaylist;

use super::{Promise, join};

fn multivariant(playlist: &str) -> MasterPlaylist {
    m3u8_rs::parse_master_playlist(playlist.as_bytes()).map_err(drop).unwrap().1
}

/// The paths of the media playlists that the multivariant playlist at `base` lists: audio first.
#[must_use]
pub fn playlists(base: &str, playlist: &str) -> Vec<String> {
    let multivariant = multivariant(playlist);
    let audio = multivariant.alternatives.into_iter().filter_map(|media| media.uri);
    let variants = multivariant
        .variants
        .into_iter()
        .filter(|variant| !variant.is_i_frame)
        .map(|variant| variant.uri);
    audio.chain(variants).map(|link| join(base, &link)).collect()
}

/// The paths of the lists of key frames that the multivariant playlist at `base` lists.
#[must_use]
pub fn key_frame_playlists(base: &str, playlist: &str) -> Vec<String> {
    let multivariant = multivariant(playlist);
    let key_frames = multivariant.variants.iter().filter(|variant| variant.is_i_frame);
    key_frames.map(|variant| join(base, &variant.uri)).collect()
}

/// What the media playlist at `base` promises.
#[must_use]
pub fn promise(base: &str, playlist: &str) -> Promise {
    let (_, media) = m3u8_rs::parse_media_playlist(playlist.as_bytes()).map_err(drop).unwrap();
    let mut promise = Promise::default();
    let mut start = 0.0;
    for segment in &media.segments {
        if let Some(map) = &segment.map {
            promise.init = Some(join(base, &map.uri));
        }
        let duration = f64::from(segment.duration);
        // There are gaps until the track starts.
        if !segment.unknown_tags.iter().any(|tag| tag.tag == "X-GAP") {
            promise.segments.push((join(base, &segment.uri), start, duration));
        }
        start += duration;
    }
    promise
}
