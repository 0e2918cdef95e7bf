//! Opening a two-hour movie from memory: 216,000 pictures with B-frames and 337,500 frames of AAC.
//!
//! Two layouts: chunks of half a second, as most tools write them, and a chunk for each picture, as
//! ffmpeg does.

#![allow(
    missing_docs,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a benchmark, which prints"
)]

use bytes::Bytes;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dynpack_isobmff::{Demuxer, Error, Limits};
use dynpack_media::Movie;
use dynpack_testkit::mp4::{Sizes, Track, ftyp, moov};

const PICTURES: u32 = 216_000;
const FRAMES: u32 = 337_500;

/// Deterministic numbers, distributed like sizes of coded pictures.
fn noise(seed: u32, least: u32, spread: u32) -> impl Iterator<Item = u32> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(least + (state >> 8) % spread)
    })
}

/// The start of a file, up to its media, and the length of the whole file. Each chunk has
/// `pictures_per_chunk` pictures, with the audio of the same time between chunks.
fn movie(pictures_per_chunk: u32) -> (Bytes, u64) {
    let pictures: Vec<u32> = noise(1, 2_000, 20_000).take(PICTURES as usize).collect();
    let frames: Vec<u32> = noise(2, 300, 200).take(FRAMES as usize).collect();
    let (mut video, mut audio) = (Track::video(0), Track::audio(0));
    (video.offsets, audio.offsets, audio.stsc) = (Vec::new(), Vec::new(), Vec::new());
    let (mut offset, mut next_frame) = (32_u64, 0_u32);
    let sum = |sizes: &[u32], from: u32, to: u32| {
        sizes[from as usize..to as usize].iter().map(|size| u64::from(*size)).sum::<u64>()
    };
    for (chunk, first) in (1..).zip((0..PICTURES).step_by(pictures_per_chunk as usize)) {
        video.offsets.push(offset);
        offset += sum(&pictures, first, first + pictures_per_chunk);
        let frame = u32::try_from(
            u64::from(first + pictures_per_chunk) * u64::from(FRAMES) / u64::from(PICTURES),
        )
        .unwrap();
        audio.offsets.push(offset);
        audio.stsc.push((chunk, frame - next_frame, 1));
        offset += sum(&frames, next_frame, frame);
        next_frame = frame;
    }
    video.stsc = vec![(1, pictures_per_chunk, 1)];
    video.stts = Some(vec![(PICTURES, 512)]);
    video.ctts = Some((
        0,
        (0..PICTURES).map(|at| (1, [1024, 2560, 1024, 0, 512][at as usize % 5])).collect(),
    ));
    video.stss = Some((0..PICTURES).step_by(60).map(|at| at + 1).collect());
    audio.stts = Some(vec![(FRAMES, 1024)]);
    (video.wide_offsets, audio.wide_offsets) = (true, true);
    (video.sizes, audio.sizes) = (Some(Sizes::Table(pictures)), Some(Sizes::Table(frames)));
    let head = Bytes::from([ftyp(), moov(&[video, audio])].concat());
    let len = offset + head.len() as u64;
    (head, len)
}

fn open_movie(head: Bytes, len: u64) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(len, Limits::default());
    demuxer.feed(0, head)?;
    demuxer.finish()
}

fn open(criterion: &mut Criterion) {
    for (name, pictures_per_chunk) in [("half-second chunks", 15), ("a chunk a picture", 1)] {
        let (head, len) = movie(pictures_per_chunk);
        let movie = open_movie(head.clone(), len).expect("a movie made here opens");
        let size: usize = movie.tracks.iter().map(|track| track.samples.memory_size()).sum();
        println!(
            "{name}: moov of {} bytes, index of {:.2} bytes a sample",
            head.len(),
            size as f64 / f64::from(PICTURES + FRAMES)
        );
        let mut group = criterion.benchmark_group("open two hours");
        group.throughput(Throughput::Elements((PICTURES + FRAMES).into()));
        group.bench_function(name, |bencher| bencher.iter(|| open_movie(head.clone(), len)));
    }
}

criterion_group!(benches, open);
criterion_main!(benches);
