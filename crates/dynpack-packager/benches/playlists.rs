//! What the media playlist of a two-hour film costs, by the path of an origin: from a request to
//! the bytes of its answer. `plain formatting` is what its lines cost by `write!` alone.

use std::fmt::Write;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_media::{Rendition, Ticks, Timescale, View};
use dynpack_packager::{Format, Job, Request};

const URL: &str = "/film/film.ism/QualityLevels(400000)/Manifest(video,format=m3u8-cmaf)";

fn plain(rendition: &Rendition) -> String {
    let micros = Timescale::new(1_000_000).expect("above zero");
    let mut text = String::new();
    for segment in rendition.cuts.segments() {
        let Ticks(duration) = rendition.time(segment.duration).round(micros);
        let (seconds, rest) = (duration / 1_000_000, duration % 1_000_000);
        let start = segment.start;
        writeln!(text, "#EXTINF:{seconds}.{rest:06},").expect("a string takes any text");
        writeln!(text, "Fragments(video={start},format=m3u8-cmaf).mp4").expect("as above");
    }
    text
}

fn playlists(criterion: &mut Criterion) {
    let film = dynpack_testkit::two_hours();
    let view = View::whole(&film);
    let request = Request::parse(URL).expect("a URL");
    let packager = Format::HlsCmaf.packager().expect("a format that is built");
    let mut group = criterion.benchmark_group("media playlist of two hours");
    group.bench_function("packaged", |bencher| {
        bencher.iter(|| {
            let job = Job::new(black_box(&view), &request);
            packager.package(&job).expect("a playlist")
        });
    });
    group.bench_function("plain formatting", |bencher| {
        bencher.iter(|| plain(black_box(&film.renditions[0])));
    });
}

criterion_group!(benches, playlists);
criterion_main!(benches);
