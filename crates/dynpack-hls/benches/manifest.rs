//! What playlists of a two-hour film cost.

#[path = "../tests/urls/mod.rs"]
mod urls;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_films::{self as film, AAC_48_STEREO};
use dynpack_hls::{Options, Rate, media_playlist, multivariant_playlist};
use dynpack_media::{CutPolicy, Presentation, Stream, Ticks};
use urls::{Azure, Keyed, aes_128};

const SECONDS: u32 = 7_200;

/// Five videos and a sound track.
fn two_hours() -> Presentation {
    let video =
        |bitrate| ("video", bitrate, film::video((1_280, 720), (512, 12_800), SECONDS * 25, 50));
    let audio = ("audio", 128_000, film::audio(AAC_48_STEREO, SECONDS * 48_000 / 1_024, "en"));
    let tracks = vec![
        video(400_000),
        video(800_000),
        video(1_600_000),
        video(3_200_000),
        video(6_400_000),
        audio,
    ];
    film::presentation(tracks, CutPolicy::SIX_SECONDS)
}

fn manifests(criterion: &mut Criterion) {
    let film = two_hours();
    let mut group = criterion.benchmark_group("two hours");
    group.bench_function("multivariant playlist", |bencher| {
        bencher.iter(|| multivariant_playlist(black_box(&film), &[], &Azure, &Options::CMAF));
    });
    for (name, rendition) in [
        ("media playlist of video", &film.renditions[0]),
        ("media playlist of audio", &film.renditions[5]),
    ] {
        group.bench_function(name, |bencher| {
            bencher
                .iter(|| media_playlist(&Stream::new(black_box(rendition)), &Azure, &Options::CMAF))
        });
    }
    group.bench_function("media playlist of video under AES-128", |bencher| {
        let urls = Keyed(aes_128, Vec::new());
        bencher.iter(|| {
            media_playlist(&Stream::new(black_box(&film.renditions[0])), &urls, &Options::CMAF)
        });
    });
    let segments: Vec<(u64, Ticks)> =
        film.renditions[5].cuts.segments().map(|segment| (100_000, segment.duration)).collect();
    let clock = film.renditions[5].timescale();
    group.bench_function("rate", |bencher| {
        bencher.iter(|| Rate::measure(black_box(&segments).iter().copied(), clock))
    });
}

criterion_group!(benches, manifests);
criterion_main!(benches);
