//! What the manifest of a two-hour film costs.

#[path = "../tests/urls/mod.rs"]
mod urls;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_dash::{Options, mpd};
use dynpack_films::{self as film, AAC_48_STEREO};
use dynpack_media::{CutPolicy, Presentation};
use urls::Azure;

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
    criterion.bench_function("two hours/mpd", |bencher| {
        bencher.iter(|| mpd(black_box(&film), &Azure, &Options::CMAF))
    });
}

criterion_group!(benches, manifests);
criterion_main!(benches);
