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
use dynpack_testkit::mp4::long::{FRAMES, PICTURES, two_hours};

fn open_movie(head: Bytes, len: u64) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(len, Limits::default());
    demuxer.feed(0, head)?;
    // Looks at pictures find nothing.
    while let Some(need) = demuxer.need() {
        let len = usize::try_from(need.len).expect("the head of a picture");
        demuxer.feed(need.offset, vec![0; len].into())?;
    }
    demuxer.finish()
}

fn open(criterion: &mut Criterion) {
    for (name, pictures_per_chunk) in [("half-second chunks", 15), ("a chunk a picture", 1)] {
        let (head, len) = two_hours(pictures_per_chunk);
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
