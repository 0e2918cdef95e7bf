//! What a client manifest of Smooth Streaming promises.

use dynpack_media::Ticks;
use dynpack_smooth::ClientManifest;

use super::{Promise, join};

/// What the manifest at `base` promises.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn promises(base: &str, manifest: &[u8]) -> Vec<Promise> {
    let parsed = ClientManifest::parse(manifest).unwrap();
    let mut promises = Vec::new();
    for stream in &parsed.streams {
        let clock = stream.timescale.unwrap_or(parsed.timescale);
        let seconds = |ticks: Ticks| ticks.as_seconds(clock);
        for level in &stream.levels {
            let template = stream.url.replace("{bitrate}", &level.bitrate.to_string());
            let url =
                |start: Ticks| join(base, &template.replace("{start time}", &start.to_string()));
            let segments = stream
                .chunks
                .iter()
                .map(|chunk| (url(chunk.start), seconds(chunk.start), seconds(chunk.duration)));
            promises.push(Promise { init: None, segments: segments.collect() });
        }
    }
    promises
}
