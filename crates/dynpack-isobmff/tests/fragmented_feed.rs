//! Opening a fragmented file reads its fragments and never its media, even if an index is wrong.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_media::{Extent, Movie};
use dynpack_testkit::mp4::fragments::{
    Base, Run, Sample, Time, Traf, fragment, init, mfra, moof, sidx,
};
use dynpack_testkit::mp4::{boxed, fragments, ftyp, words};
use proptest::prelude::*;

/// A file with only some ranges. Reading the rest returns bytes that are not a box.
struct Sparse {
    len: u64,
    ranges: BTreeMap<u64, Vec<u8>>,
}

impl Sparse {
    fn push(&mut self, range: Vec<u8>) {
        let len = range.len() as u64;
        self.ranges.insert(self.len, range);
        self.len += len;
    }

    fn read(&self, extent: Extent) -> Bytes {
        let mut bytes = vec![0xaa; usize::try_from(extent.len).unwrap()];
        let first =
            self.ranges.range(..=extent.offset).next_back().map_or(0, |(offset, _)| *offset);
        for (offset, range) in self.ranges.range(first..extent.end()) {
            let (from, to) =
                (extent.offset.max(*offset), extent.end().min(offset + range.len() as u64));
            if from < to {
                let of = |start: u64| {
                    usize::try_from(from - start).unwrap()..usize::try_from(to - start).unwrap()
                };
                bytes[of(extent.offset)].copy_from_slice(&range[of(*offset)]);
            }
        }
        bytes.into()
    }

    /// Reads what is needed, up to `max_ranges` ranges in parallel. Returns the movie and the
    /// ranges of each turn.
    fn open(&self, max_ranges: usize) -> (Movie, Vec<Vec<Extent>>) {
        let mut demuxer = Demuxer::new(self.len, Limits::default());
        let mut turns = Vec::new();
        loop {
            let needs = demuxer.needs(max_ranges);
            if needs.is_empty() {
                break;
            }
            assert!(needs.len() <= max_ranges && needs.first() == demuxer.need().as_ref());
            assert!(
                needs.iter().zip(&needs[1..]).all(|(one, next)| one.end() <= next.offset),
                "{needs:?}"
            );
            for need in needs.iter().rev() {
                demuxer.feed(need.offset, self.read(*need)).unwrap();
            }
            turns.push(needs);
        }
        (demuxer.finish().unwrap(), turns)
    }
}

/// An hour of video (30 pictures per second) and AAC (48 kHz) as `.ismv`, 595 MB. Each track has
/// fragments of two seconds of its own. There is an `mfra` at the end if `with_index`.
fn an_hour(with_index: bool) -> Sparse {
    let mut file = Sparse { len: 0, ranges: BTreeMap::new() };
    file.push([ftyp(), init()].concat());
    let picture = |at: u32| Sample {
        size: 5000 + at % 7,
        composition_offset: i32::try_from(at % 3 * 512).unwrap(),
        ..Sample::other(0)
    };
    let pictures: Vec<_> = (0..60).map(picture).collect();
    let frames: Vec<_> =
        (0..94).map(|at| Sample { duration: 1024, ..Sample::sync(300 + at % 9) }).collect();
    let mut index = Vec::new();
    for number in 0..1800_i64 {
        for (track, samples, duration) in [(1, &pictures, 60 * 512), (2, &frames, 94 * 1024)] {
            let (fields, defaults) = if track == 1 {
                (0xe04, [Some(512), None, None])
            } else {
                (0x300, [None, None, Some(0)])
            };
            let run = Run { fields, ..Run::new(samples) };
            let time = Time::Presented(1, number * duration);
            let traf = Traf {
                base: Base::Before,
                defaults,
                time,
                runs: vec![run],
                ..Traf::new(track, 0, &[])
            };
            index.push((0, file.len));
            let media: u32 = samples.iter().map(|sample| sample.size).sum();
            file.push([moof(file.len, &[traf]), words(&[media + 8]), b"mdat".to_vec()].concat());
            file.len += u64::from(media);
        }
    }
    if with_index {
        file.push(mfra(1, &index));
    }
    file
}

/// The figures in the documentation of the crate.
#[test]
fn an_hour_of_smooth_streaming_is_opened_by_3604_reads() {
    let file = an_hour(true);
    assert!(file.len > 590_000_000, "{}", file.len);
    let moofs: u64 = file.ranges.values().map(|range| range.len() as u64).sum();
    let (movie, turns) = file.open(1);
    let counts: Vec<_> = movie.tracks.iter().map(|track| track.samples.len()).collect();
    assert_eq!(counts, [1800 * 60, 1800 * 94]);
    let read: u64 = turns.iter().flatten().map(|extent| extent.len).sum();
    assert_eq!((turns.len(), read, moofs), (3604, 3_775_344, 3_172_628));
}

#[test]
fn an_index_allows_parallel_reads() {
    let file = an_hour(true);
    let (movie, turns) = file.open(64);
    assert!(turns.len() < 65, "{} turns", turns.len());
    let without = an_hour(false);
    let (movie_without, turns_without) = without.open(64);
    assert_eq!(movie_without, movie);
    assert!((3600..=3602).contains(&turns_without.len()), "{} turns", turns_without.len());
}

/// A fragment for each picture and each frame of sound, as ffmpeg writes them with `-movflags
/// frag_every_frame`. The `mfra` of a track lists its fragments.
fn fragments_of_frames(count: u32, index: Option<u32>) -> Sparse {
    let mut file = Sparse { len: 0, ranges: BTreeMap::new() };
    file.push([ftyp(), init()].concat());
    let mut listed = Vec::new();
    for number in 0..count {
        let (track, size) = if number % 3 == 0 { (1, 700 + number % 99) } else { (2, 100) };
        let is_sync = number % 30 == 0;
        let sample = if is_sync { Sample::sync(size) } else { Sample::other(size) };
        let traf = Traf::new(track, i64::from(number) * 512, &[sample]);
        listed.extend((index == Some(track)).then_some((0, file.len)));
        file.push([moof(file.len, &[traf]), words(&[size + 8]), b"mdat".to_vec()].concat());
        file.len += u64::from(size);
    }
    if let Some(track) = index {
        file.push(mfra(track, &listed));
    }
    file
}

fn total(turns: &[Vec<Extent>]) -> u64 {
    turns.iter().flatten().map(|extent| extent.len).sum()
}

#[test]
fn short_fragments_are_read_together_whatever_the_index_lists() {
    let plain = fragments_of_frames(15_000, None);
    let (movie, turns) = plain.open(64);
    assert!(turns.len() as u64 <= plain.len.div_ceil(512 << 10) + 10, "{} turns", turns.len());
    assert!(total(&turns) <= plain.len + (600 << 10), "{} of {}", total(&turns), plain.len);
    for index in [1, 2] {
        let file = fragments_of_frames(15_000, Some(index));
        let (indexed, with_index) = file.open(64);
        assert_eq!(indexed, movie);
        assert!(with_index.len() <= turns.len() + 3, "{} turns", with_index.len());
        assert!(total(&with_index) <= file.len + file.len / 4, "{}", total(&with_index));
    }
}

#[test]
fn twice_as_many_fragments_take_twice_as_many_reads() {
    for index in [None, Some(1), Some(2)] {
        let [few, many] =
            [5_000, 10_000].map(|count| fragments_of_frames(count, index).open(64).1.len());
        assert!(many <= 2 * few, "{few} and {many} turns with the index of {index:?}");
    }
}

#[test]
fn empty_fragments_are_read_together() {
    let mut file = Sparse { len: 0, ranges: BTreeMap::new() };
    file.push([ftyp(), init(), boxed(b"moof", &[]).repeat(200_000)].concat());
    let mut demuxer = Demuxer::new(file.len, Limits::default());
    let mut reads = 0;
    while let Some(need) = demuxer.need() {
        reads += 1;
        if demuxer.feed(need.offset, file.read(need)).is_err() {
            break;
        }
    }
    assert!(reads < 20, "{reads} reads");
}

fn pair() -> [Sample; 2] {
    [Sample::sync(100), Sample::other(20)]
}

/// Four fragments, and the position of each.
fn four_fragments() -> (Vec<u8>, Vec<(u64, u64)>) {
    let mut file = [ftyp(), init()].concat();
    let mut places = Vec::new();
    for time in [0, 1024, 2048, 3072] {
        places.push((0, file.len() as u64));
        file.extend(fragment(file.len() as u64, &[Traf::new(1, time, &pair())]));
    }
    (file, places)
}

#[test]
fn a_wrong_index_changes_nothing() {
    let (file, places) = four_fragments();
    let movie = demux(file.clone().into()).unwrap();
    let shifted = places.iter().map(|(time, offset)| (*time, offset + 3)).collect();
    let beyond = vec![(0, u64::MAX), (0, 1 << 40)];
    for index in [places, shifted, beyond, vec![], vec![(0, 0); 9]] {
        let mut ranges = Sparse { len: 0, ranges: BTreeMap::new() };
        ranges.push([file.clone(), mfra(1, &index)].concat());
        for max_ranges in [1, 2, 100] {
            assert_eq!(ranges.open(max_ranges).0, movie);
        }
    }
    let broken = mfra(1, &[(0, 5)]);
    for at in 0..broken.len() {
        let mut broken = broken.clone();
        broken[at] ^= 0x15;
        match demux([file.clone(), broken].concat().into()) {
            // If it is no box any more, the file ends there.
            Ok(found) => assert_eq!(
                (&found.tracks, found.warnings.len()),
                (&movie.tracks, usize::from(at < 4)),
                "{at}: {:?}",
                found.warnings
            ),
            Err(error) => panic!("{at}: {error}"),
        }
    }
}

#[test]
fn a_sidx_is_an_index_and_reveals_a_missing_end() {
    let head = [ftyp(), init()].concat();
    let index_len = sidx(&[0; 4]).len() as u64;
    let mut media = Vec::new();
    let mut lengths = Vec::new();
    for time in 0..4 {
        let fragment = fragment(
            head.len() as u64 + index_len + media.len() as u64,
            &[Traf::new(1, time * 1024, &pair())],
        );
        lengths.push(u32::try_from(fragment.len()).unwrap());
        media.extend(fragment);
    }
    let file = [head, sidx(&lengths), media].concat();
    let cut = file.len() - lengths[3] as usize;
    assert_eq!(demux(file.clone().into()).unwrap().tracks[0].samples.len(), 8);
    let error = demux(Bytes::copy_from_slice(&file[..cut])).unwrap_err().to_string();
    let at = file.windows(4).position(|window| window == b"sidx").unwrap() - 4;
    assert_eq!(
        error,
        format!(
            "sidx at {at}: declares segments up to {}, but the file has only {cut} bytes",
            file.len()
        )
    );
}

#[test]
fn bytes_that_come_early_are_kept_in_memory() {
    let file = an_hour(true);
    let mut demuxer = Demuxer::new(file.len, Limits::default());
    while demuxer.needs(2).len() < 2 {
        let need = demuxer.need().unwrap();
        demuxer.feed(need.offset, file.read(need)).unwrap();
    }
    let needs = demuxer.needs(2);
    demuxer.feed(needs[1].offset, file.read(needs[1])).unwrap();
    assert_eq!(demuxer.needs(2)[0], needs[0]);
    assert_eq!(demuxer.needs(2).len(), 1, "what is held counts");
    assert!(demuxer.needs(3)[1].offset > needs[1].offset);
    let between = needs[1].offset + 1;
    let error = demuxer.feed(between, file.read(Extent::new(between, 9))).unwrap_err();
    assert_eq!(error, Error::WrongFeed { wanted: Some(needs[0]), offset: between, len: 9 });
    demuxer.feed(needs[0].offset, file.read(needs[0])).unwrap();
    assert!(demuxer.need().unwrap().offset > needs[1].offset);
}

/// Feeds `len` bytes at a time, starting `back` bytes before one of the needed ranges.
fn feed(file: &Bytes, pieces: &[(usize, usize, usize)]) -> (Result<Movie, Error>, [u8; 16]) {
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    let mut pieces = pieces.iter().cycle();
    while let Some(first) = demuxer.need() {
        assert!(first.len > 0 && first.end() <= file.len() as u64, "{first:?}");
        let (which, back, len) = pieces.next().copied().unwrap();
        let needs = demuxer.needs(3);
        let ahead = which % needs.len();
        let need = needs[ahead];
        let at = usize::try_from(need.offset).unwrap();
        let (start, end) =
            (at - if ahead == 0 { back.min(at) } else { 0 }, (at + len.max(1)).min(file.len()));
        if demuxer.feed(start as u64, file.slice(start..end)).is_err() {
            break;
        }
        if ahead > 0 {
            // Early bytes may be too few, but bytes of the first range are always accepted.
            let at = usize::try_from(first.offset).unwrap();
            if demuxer.need() == Some(first)
                && demuxer.feed(first.offset, file.slice(at..=at)).is_err()
            {
                break;
            }
        }
    }
    let digest = demuxer.digest();
    (demuxer.finish(), digest)
}

fn files() -> impl Strategy<Value = Vec<u8>> {
    let (plain, places) = four_fragments();
    let indexed = [plain.clone(), mfra(1, &places)].concat();
    let wrong = [plain.clone(), mfra(1, &[(0, 1200), (0, 1300), (0, 1301), (0, 9999)])].concat();
    let segments = [plain.clone(), sidx(&[10, 10]), boxed(b"free", &[0; 30])].concat();
    let large = fragments::file(&init(), &vec![vec![Traf::new(1, 0, &[Sample::sync(9); 300])]; 1]);
    let (cut, torn) = (plain[..plain.len() - 9].to_vec(), [plain.clone(), vec![0; 5]].concat());
    prop::sample::select(vec![plain, indexed, wrong, segments, large, cut, torn])
}

proptest! {
    #[test]
    fn incremental_feed_equals_whole_feed(
        file in files(),
        pieces in prop::collection::vec(
            (0_usize..3, 0_usize..40, prop_oneof![1_usize..20, 1_usize..5000]),
            1..20,
        ),
    ) {
        let file = Bytes::from(file);
        let (fed, digest) = feed(&file, &pieces);
        let whole = feed(&file, &[(0, 0, usize::MAX / 2)]).1;
        prop_assert!(fed.is_err() || digest == whole);
        prop_assert_eq!(fed, demux(file));
    }
}
