//! Opening a film of two hours from its files and through its index.
//!
//! Two layouts: chunks of half a second, as most tools write them, and a chunk for each picture, as
//! ffmpeg does. The film is in memory, so what a round trip to a storage takes is not in it.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use criterion::{Criterion, criterion_group, criterion_main};
use dynpack::storage::{Identity, Listing, Memory, Source, Storage, StorageError};
use dynpack::{AssetPath, Dynpack, Extent};
use dynpack_testkit::mp4::long::two_hours;
use tokio::runtime::Runtime;

/// A film whose media is nothing but zeros, beside what is in memory.
#[derive(Clone)]
struct Film {
    memory: Memory,
    head: Bytes,
    len: u64,
}

const PATH: &str = "film/film.mp4";

#[async_trait]
impl Storage for Film {
    async fn list(&self, folder: &str) -> Result<Listing, StorageError> {
        let mut listing = self.memory.list(folder).await.unwrap_or_default();
        listing.files.push("film.mp4".into());
        Ok(listing)
    }

    async fn open(&self, path: &str) -> Result<Arc<dyn Source>, StorageError> {
        match path {
            PATH => Ok(Arc::new(Opened(self.clone(), self.identity(path).await?))),
            path => self.memory.open(path).await,
        }
    }

    async fn identity(&self, path: &str) -> Result<Identity, StorageError> {
        match path {
            PATH => Ok(Identity::new("1", self.len)),
            path => self.memory.identity(path).await,
        }
    }
}

struct Opened(Film, Identity);

#[async_trait]
impl Source for Opened {
    fn identity(&self) -> &Identity {
        &self.1
    }

    async fn read(&self, ranges: &[Extent]) -> Result<Vec<Bytes>, StorageError> {
        let read = |range: &Extent| {
            let at = |offset: u64| usize::try_from(offset).expect("a test has few bytes");
            let head = self.0.head.clone();
            if at(range.end()) <= head.len() {
                return head.slice(at(range.offset)..at(range.end()));
            }
            BytesMut::zeroed(at(range.len)).freeze()
        };
        Ok(ranges.iter().map(read).collect())
    }
}

/// The least time that one of many openings takes.
fn least(runtime: &Runtime, film: &Film) -> Duration {
    let times = (0..200).map(|_| {
        let start = Instant::now();
        open(runtime, film);
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn open(runtime: &Runtime, film: &Film) {
    let dynpack = Dynpack::builder(film.clone()).build();
    let path = AssetPath::new("film", "film.ism").expect("plain names");
    black_box(runtime.block_on(dynpack.asset(&path)).expect("it can be served"));
}

#[expect(clippy::print_stdout, reason = "a benchmark, which prints")]
fn index(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    for (name, pictures_per_chunk) in [("half-second chunks", 15), ("a chunk a picture", 1)] {
        let (head, len) = two_hours(pictures_per_chunk);
        let without = Film { memory: Memory::new(), head, len };
        let path = AssetPath::new("film", "film.ism").expect("plain names");
        let made = runtime.block_on(Dynpack::builder(without.clone()).build().index(&path));
        let (place, bytes) = made.expect("an index can hold it");
        let with = Film { memory: Memory::new(), ..without.clone() };
        println!("{name}: {} bytes of boxes, index of {}", without.head.len(), bytes.len());
        with.memory.insert(place, bytes);
        let [one, other] = [&with, &without].map(|film| least(&runtime, film));
        println!("{name}: opened in {:.2} of the time", one.as_secs_f64() / other.as_secs_f64());
        let mut group = criterion.benchmark_group(format!("open two hours, {name}"));
        group.bench_function("from its file", |bencher| {
            bencher.iter(|| open(&runtime, &without));
        });
        group.bench_function("through its index", |bencher| bencher.iter(|| open(&runtime, &with)));
    }
}

criterion_group!(benches, index);
criterion_main!(benches);
