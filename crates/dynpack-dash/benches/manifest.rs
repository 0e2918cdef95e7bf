//! The cost of the manifest of a two-hour film.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_dash::{Options, mpd};
use dynpack_media::View;
use dynpack_testkit::two_hours;
use dynpack_testkit::urls::Azure;

fn manifests(criterion: &mut Criterion) {
    let film = two_hours();
    criterion.bench_function("two hours/mpd", |bencher| {
        bencher.iter(|| mpd(&View::whole(black_box(&film)), &Azure, &Options::CMAF))
    });
}

criterion_group!(benches, manifests);
criterion_main!(benches);
