//! Opening files with a fragment for each picture, as `ffmpeg -movflags frag_every_frame` writes
//! them: 100 to 1,000,000 fragments, and a million empty ones.
//!
//! The time for a fragment should be the same in each row.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_testkit::mp4::fragments::{Sample, Traf, fragment, init, mfra, sidx};
use dynpack_testkit::mp4::{boxed, ftyp};

/// How a file lists its fragments.
#[derive(Clone, Copy, Debug)]
enum Index {
    None,
    Mfra,
    /// Before the fragments: at most as many as 16 bits count.
    Sidx,
}

fn film(count: u32, index: Index) -> Bytes {
    let one = |at: u64, number: u32| {
        fragment(at, &[Traf::new(1, i64::from(number) * 512, &[Sample::sync(200)])])
    };
    let lengths = vec![u32::try_from(one(0, 0).len()).unwrap(); count as usize];
    let mut file = [ftyp(), init()].concat();
    if matches!(index, Index::Sidx) {
        file.extend(sidx(&lengths));
    }
    let mut entries = Vec::new();
    for number in 0..count {
        entries.push((u64::from(number), file.len() as u64));
        file.extend(one(file.len() as u64, number));
    }
    if matches!(index, Index::Mfra) {
        file.extend(mfra(1, &entries));
    }
    file.into()
}

fn empty_fragments(count: usize) -> Bytes {
    [ftyp(), init(), boxed(b"moof", &[]).repeat(count)].concat().into()
}

/// Opens a file as `dynpack` does: up to 64 reads at a time.
fn open(file: &Bytes, limits: Limits) -> bool {
    let mut demuxer = Demuxer::new(file.len() as u64, limits);
    loop {
        let needs = demuxer.needs(64);
        if needs.is_empty() {
            return demuxer.finish().is_ok();
        }
        for need in needs {
            let [from, to] =
                [need.offset, need.end()].map(|at| usize::try_from(at).expect("in memory"));
            if demuxer.feed(need.offset, file.slice(from..to)).is_err() {
                break;
            }
        }
    }
}

fn fragments(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a fragment for each picture");
    group.sample_size(10);
    for index in [Index::None, Index::Mfra, Index::Sidx] {
        for count in [100, 1_000, 10_000, 60_000, 100_000, 1_000_000] {
            if matches!(index, Index::Sidx) && count > u32::from(u16::MAX) {
                continue;
            }
            let file = film(count, index);
            assert!(open(&file, Limits::default()));
            group.throughput(Throughput::Elements(count.into()));
            let id = BenchmarkId::new(format!("{index:?}"), count);
            group.bench_function(id, |bencher| bencher.iter(|| open(&file, Limits::default())));
        }
    }
    let file = empty_fragments(1_000_000);
    group.throughput(Throughput::Elements(1_000_000));
    group.bench_function("empty", |bencher| bencher.iter(|| open(&file, Limits::default())));
}

criterion_group!(benches, fragments);
criterion_main!(benches);
