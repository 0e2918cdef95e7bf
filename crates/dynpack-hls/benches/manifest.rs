//! What playlists of a two-hour film cost.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_hls::{Options, Part, media_playlist, multivariant_playlist};
use dynpack_media::{Rate, Rates, Stream, Ticks};
use dynpack_testkit::two_hours;
use dynpack_testkit::urls::{Azure, Keyed, aes_128};

fn manifests(criterion: &mut Criterion) {
    let film = two_hours();
    let mut group = criterion.benchmark_group("two hours");
    group.bench_function("multivariant playlist", |bencher| {
        bencher.iter(|| {
            multivariant_playlist(black_box(&film), &Rates::default(), &Azure, &Options::CMAF)
        });
    });
    for (name, rendition) in [
        ("media playlist of video", &film.renditions[0]),
        ("media playlist of audio", &film.renditions[5]),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                media_playlist(
                    &[Part::whole(Stream::new(black_box(rendition)))],
                    &Azure,
                    &Options::CMAF,
                )
            })
        });
    }
    group.bench_function("media playlist of video under AES-128", |bencher| {
        let urls = Keyed(aes_128, Vec::new());
        bencher.iter(|| {
            media_playlist(
                &[Part::whole(Stream::new(black_box(&film.renditions[0])))],
                &urls,
                &Options::CMAF,
            )
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
