//! What one fMP4 segment of a long film costs: a film of two hours, 1080p at 30 frames per second
//! with B-frames, cut every 6 seconds.
//!
//! `plan` is what a request costs before any IO, `finish` what it costs afterwards, from memory;
//! `memcpy` copies the bytes of one segment (about 2.8 MB) once, for comparison. Since no media
//! byte is copied, planning and finishing together should stay below a tenth of that copy. `lens`
//! is what the exact peak bitrate of a manifest costs: the lengths of all 1,200 segments, at most 1
//! ms.

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use dynpack_codec::{AvcConfig, Codec};
use dynpack_fragment::fmp4::{Profile, Writer};
use dynpack_media::{
    Column, ColumnBuilder, CutPolicy, Edit, Rendition, RenditionId, SampleColumns, SampleIndex,
    SampleTable, SourceIndex, Ticks, Timeline, Timescale, Track, TrackId,
};

const FRAMES: u32 = 2 * 3600 * 30;
const GROUP: u32 = 60;
const FRAME: u32 = 512;
const AVCC: &[u8] = &[1, 0x64, 0, 0x28, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x28, 1, 0, 2, 0x68, 0xee];

/// Groups of 60 pictures: a key frame, then in turn an anchor and the three B-frames shown before
/// it.
fn film() -> Rendition {
    let (mut offsets, mut sizes) = (ColumnBuilder::default(), ColumnBuilder::default());
    for frame in 0..FRAMES {
        let (shown_later, size) = match frame % GROUP {
            0 => (2, 90_000),
            place => [(1, 4_000), (5, 30_000), (2, 9_000), (0, 5_000)][place as usize % 4],
        };
        offsets.push_run(shown_later * FRAME, 1);
        sizes.push_run(size + frame * 7919 % 4000, 1);
    }
    let sync_samples = (0..FRAMES).step_by(GROUP as usize).map(SampleIndex).collect();
    // A chunk a second, with audio between.
    let (mut chunks, mut at) = (Vec::new(), 48_u64);
    let sizes = sizes.finish();
    for frame in 0..FRAMES {
        if frame % 30 == 0 {
            at += 16_000;
            chunks.push((SampleIndex(frame), at));
        }
        at += u64::from(sizes.get(frame));
    }
    let columns = SampleColumns {
        durations: Column::constant(FRAME, FRAMES),
        composition_offsets: offsets.finish(),
        sizes,
        chunks,
        sync_samples: Some(sync_samples),
    };
    let table = SampleTable::new(columns).expect("columns of one length");
    let avc =
        AvcConfig::parse(Bytes::from_static(AVCC), 1920, 1080, false).expect("a whole record");
    let clock = Timescale::new(15_360).expect("above zero");
    let edit = Edit { delay: Ticks::ZERO, media_start: Ticks((2 * FRAME).into()) };
    let track =
        Track::new(TrackId(1), clock, Codec::from(avc), Bytes::new(), table).with_edit(edit);
    let timeline = Timeline::cut(&[&track], CutPolicy::SIX_SECONDS).expect("a track with samples");
    let cuts = timeline.cuts.into_iter().next().expect("one track");
    Rendition::new(
        RenditionId::new("video", 3_000_000),
        SourceIndex(0),
        Arc::new(track),
        Arc::new(cuts),
    )
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
        .map(|read| vec![7; usize::try_from(read.extent.len).unwrap_or(0)].into())
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
