//! The cost of a transport stream segment: six seconds of video at 5 Mb/s with audio, compared with
//! a plain copy of the same bytes.

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dynpack_codec::MediaKind;
use dynpack_fragment::ts::{Part, media_segment};
use dynpack_media::{Rendition, SegmentNumber};
use dynpack_testkit::{TrackBuilder, renditions};
use std::hint::black_box;

/// 25 frames per second, one NAL unit of 25 kB each, and a key frame every two seconds.
const PICTURES: u32 = 150;
const PICTURE_LEN: u32 = 25_000;

/// AAC at 128 kb/s and 48 kHz.
const FRAMES: u32 = 282;
const FRAME_LEN: u32 = 341;

fn film() -> Vec<Rendition> {
    let video = TrackBuilder::video(25, 1, PICTURES, 50).with_sizes(|_| PICTURE_LEN);
    let audio = TrackBuilder::audio(48_000, FRAMES).with_sizes(|_| FRAME_LEN);
    renditions(vec![video.build(), audio.build()], 10_000)
}

fn media(rendition: &Rendition) -> Bytes {
    let picture =
        [&(PICTURE_LEN - 4).to_be_bytes()[..], &[0x41], &vec![0xa5; PICTURE_LEN as usize - 5]]
            .concat();
    match rendition.kind() {
        MediaKind::Video => picture.repeat(PICTURES as usize).into(),
        _ => vec![0x21; (FRAMES * FRAME_LEN) as usize].into(),
    }
}

fn segments(criterion: &mut Criterion) {
    let renditions = film();
    let media: Vec<_> = renditions.iter().map(media).collect();
    let parts: Vec<_> =
        renditions.iter().map(|rendition| Part::new(rendition, rendition.cuts.samples())).collect();

    let mut group = criterion.benchmark_group("six seconds at 5 Mb/s");
    group.throughput(Throughput::Bytes(media.iter().map(|bytes| bytes.len() as u64).sum()));
    group.bench_function("copy", |bencher| bencher.iter(|| black_box(&media).concat()));
    group.bench_function("transport stream", |bencher| {
        bencher.iter(|| {
            let plan = media_segment(SegmentNumber(0), black_box(&parts)).expect("two tracks");
            plan.finish(&media).expect("the media of both tracks")
        });
    });
    group.bench_function("plan alone", |bencher| {
        bencher.iter(|| media_segment(SegmentNumber(0), black_box(&parts)).expect("two tracks"));
    });
    group.finish();
}

criterion_group!(benches, segments);
criterion_main!(benches);
