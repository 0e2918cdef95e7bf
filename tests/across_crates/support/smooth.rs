//! What a client manifest promises.

use dynpack::Dynpack;
use dynpack_media::Ticks;
use dynpack_smooth::ClientManifest;

use super::{Promise, get, join};

pub(crate) async fn promises(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    let parsed = ClientManifest::parse(&get(dynpack, manifest).await).unwrap();
    let mut promises = Vec::new();
    for stream in &parsed.streams {
        let clock = stream.timescale.unwrap_or(parsed.timescale);
        let seconds = |ticks: Ticks| ticks.as_seconds(clock);
        for level in &stream.levels {
            let template = stream.url.replace("{bitrate}", &level.bitrate.to_string());
            let url = |start: Ticks| {
                join(manifest, &template.replace("{start time}", &start.to_string()))
            };
            let segments = stream
                .chunks
                .iter()
                .map(|chunk| (url(chunk.start), seconds(chunk.start), seconds(chunk.duration)));
            promises.push(Promise { init: None, segments: segments.collect() });
        }
    }
    promises
}
