//! The cost of one fMP4 segment of a long film: two hours, 1080p at 30 frames per second with
//! B-frames, cut every 6 seconds.
//!
//! `plan` is the cost of a request before any IO, and `finish` is the cost afterwards, from memory.
//! `memcpy` copies the bytes of one segment (about 2.8 MB) once, for comparison. Since no media
//! byte is copied, `plan` and `finish` together should stay below a tenth of that copy. `lens` is
//! the cost of the exact peak bitrate of a manifest: the lengths of all 1,200 segments, at most 1
//! ms.

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::Rendition;
use dynpack_testkit::{TrackBuilder, renditions};
use std::hint::black_box;

const FRAMES: u32 = 2 * 3600 * 30;
const GROUP: u32 = 60;

/// Groups of 60 pictures: a key frame, then alternately an anchor and the three B-frames shown
/// before it. One chunk per second, with audio between.
fn film() -> Rendition {
    let size = |frame: u32| {
        let least = match frame % GROUP {
            0 => 90_000,
            place => [4_000, 30_000, 9_000, 5_000][place as usize % 4],
        };
        least + frame * 7919 % 4000
    };
    let track = TrackBuilder::video(15_360, 512, FRAMES, GROUP)
        .with_b_pyramid()
        .with_sizes(size)
        .with_chunks(30, 16_000);
    renditions(vec![track.build()], 6_000).remove(0)
}

fn segment(criterion: &mut Criterion) {
    let film = film();
    let segments: Vec<_> = film.cuts.segments().collect();
    let Some(segment) = segments.get(600) else { return };
    let writer = Writer::new(Profile::Cmaf, &film);
    let plan = || writer.media_segment(segment).expect("a sane film");
    let mut group = criterion.benchmark_group("fmp4");
    group.bench_function("plan", |bencher| bencher.iter(|| black_box(plan())));

    let media: Vec<Bytes> = plan()
        .reads()
        .iter()
        .map(|read| {
            vec![7; usize::try_from(read.extent.len).expect("a read of a sample fits memory")]
                .into()
        })
        .collect();
    group.bench_function("finish", |bencher| {
        bencher.iter_batched(
            plan,
            |plan| plan.finish(&media).map(black_box).is_ok(),
            criterion::BatchSize::SmallInput,
        );
    });
    let whole = media.concat();
    group.bench_function("memcpy", |bencher| bencher.iter(|| black_box(black_box(&whole).clone())));

    group.bench_function("lens", |bencher| {
        bencher.iter(|| {
            segments
                .iter()
                .map(|segment| writer.media_segment_len(segment))
                .filter_map(Result::ok)
                .max()
        });
    });
    group.finish();
}

criterion_group!(benches, segment);
criterion_main!(benches);
