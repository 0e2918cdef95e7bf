//! What a transport stream segment costs: six seconds of video at 5 Mb/s with sound, beside a plain
//! copy of the same bytes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dynpack_codec::{AacConfig, AvcConfig, Codec};
use dynpack_fragment::ts::{Part, media_segment};
use dynpack_media::{
    Column, CutPolicy, Cuts, Rendition, RenditionId, SampleColumns, SampleIndex, SampleTable,
    SegmentNumber, SourceIndex, Timeline, Timescale, Track, TrackId,
};

/// 25 frames a second, one NAL unit of 25 kB each, a key frame every two seconds.
const PICTURES: u32 = 150;
const PICTURE_LEN: u32 = 25_000;

/// AAC at 128 kb/s and 48 kHz.
const FRAMES: u32 = 282;
const FRAME_LEN: u32 = 341;

fn track(
    hz: u32,
    codec: Codec,
    (count, duration, size): (u32, u32, u32),
    sync_samples: Option<Vec<SampleIndex>>,
) -> Track {
    let samples = SampleTable::new(SampleColumns {
        durations: Column::constant(duration, count),
        composition_offsets: Column::constant(0, count),
        sizes: Column::constant(size, count),
        chunks: vec![(SampleIndex(0), 0)],
        sync_samples,
    });
    Track::new(
        TrackId(1),
        Timescale::new(hz).expect("above zero"),
        codec,
        Bytes::new(),
        samples.expect("one chunk"),
    )
}

fn video() -> Track {
    let record = Bytes::from_static(&[
        1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 4, 0x67, 0x64, 0, 0x1f, 1, 0, 2, 0x68, 0xee,
    ]);
    let codec = Codec::from(AvcConfig::parse(record, 1280, 720, false).expect("a whole record"));
    let sync_samples = (0..PICTURES).step_by(50).map(SampleIndex).collect();
    track(25, codec, (PICTURES, 1, PICTURE_LEN), Some(sync_samples))
}

fn audio() -> Track {
    let codec = Codec::from(
        AacConfig::parse(Bytes::from_static(&[0x11, 0x90]), 2).expect("a whole configuration"),
    );
    track(48_000, codec, (FRAMES, 1024, FRAME_LEN), None)
}

fn media(track: &Track) -> Bytes {
    let picture =
        [&(PICTURE_LEN - 4).to_be_bytes()[..], &[0x41], &vec![0xa5; PICTURE_LEN as usize - 5]]
            .concat();
    match &track.codec {
        Codec::Video(_) => picture.repeat(PICTURES as usize).into(),
        Codec::Audio(_) => vec![0x21; (FRAMES * FRAME_LEN) as usize].into(),
    }
}

fn segments(criterion: &mut Criterion) {
    let tracks = [video(), audio()];
    let policy = CutPolicy::with_target(Duration::from_secs(10));
    let timeline = Timeline::cut(&tracks.each_ref(), policy).expect("tracks with samples");
    let media: Vec<_> = tracks.iter().map(media).collect();
    let rendition = |(track, cuts): (Track, Cuts)| {
        Rendition::new(
            RenditionId::new(track.kind().as_str(), 1),
            SourceIndex(0),
            Arc::new(track),
            Arc::new(cuts),
        )
    };
    let renditions: Vec<_> = tracks.into_iter().zip(timeline.cuts).map(rendition).collect();
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
