//! What the manifests of a day of short clips cost once the program is open, from a URL to the
//! whole response: 8,640 clips of ten seconds, each with video and audio in files of their own.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack};
use dynpack_testkit::sample_asset;

const CLIPS: usize = 8_640;

const REQUESTS: [(&str, &str); 10] = [
    ("HLS v3", "manifest(format=m3u8-aapl-v3)"),
    ("HLS v4", "manifest(format=m3u8-aapl)"),
    ("HLS CMAF", "manifest(format=m3u8-cmaf)"),
    ("DASH CSF", "manifest(format=mpd-time-csf)"),
    ("DASH CMAF", "manifest(format=mpd-time-cmaf)"),
    ("Smooth Streaming", "manifest"),
    ("HDS", "manifest(format=f4m-f4f)"),
    ("playlist of HLS v3", "QualityLevels(157695)/Manifest(video,format=m3u8-aapl-v3)"),
    ("playlist of HLS CMAF", "QualityLevels(157695)/Manifest(video,format=m3u8-cmaf)"),
    (
        "segment in the middle",
        "QualityLevels(157695)/Fragments(video=0,format=m3u8-cmaf,clip=4320)",
    ),
];

/// A list of clips in which each has files of its own.
fn list(storage: &Memory, names: [&str; 2]) -> String {
    let sequences = names.map(|name| {
        let file = sample_asset::file(name);
        let clips: Vec<_> = (0..CLIPS)
            .map(|at| {
                let path = format!("day/{at}/{name}");
                storage.insert(&path, file.clone());
                serde_json::json!({ "type": "source", "path": format!("/{path}"), "clipTo": 10_000 })
            })
            .collect();
        serde_json::json!({ "clips": clips })
    });
    serde_json::json!({ "sequences": sequences }).to_string()
}

fn programs(criterion: &mut Criterion) {
    let storage = Memory::new();
    storage.insert("day/day.ism", list(&storage, ["video_360p.mp4", "audio_eng.mp4"]));
    // Nothing is remembered, so that each request makes its response.
    let dynpack = Dynpack::builder(storage).manifest_bytes(0).cache_bytes(1 << 30).build();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let get = |resource: &str| {
        let url = format!("/day/day.ism/{resource}");
        let answer = runtime.block_on(dynpack.get(&url, &Conditions::default()));
        answer.unwrap_or_else(|error| panic!("{url}: {error}"))
    };
    get("manifest");
    let mut group = criterion.benchmark_group("a day of clips");
    group.sample_size(10);
    for (name, resource) in REQUESTS {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(get(resource))));
    }
}

criterion_group!(benches, programs);
criterion_main!(benches);
