//! Need and feed: which bytes are requested, and that the sizes in which they arrive do not matter.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_media::{Extent, Movie};
use dynpack_testkit::end_in_file;
use dynpack_testkit::mp4::{self, MEDIA, Track, boxed, file, ftyp, moov, words};
use proptest::prelude::*;

/// A file with only some ranges. The rest must never be read.
struct Sparse {
    len: u64,
    ranges: Vec<(u64, Vec<u8>)>,
}

impl Sparse {
    fn read(&self, extent: Extent) -> Bytes {
        let mut bytes = vec![0xaa; usize::try_from(extent.len).unwrap()];
        for (offset, range) in &self.ranges {
            for (at, byte) in (*offset..).zip(range) {
                if let Some(at) = at.checked_sub(extent.offset).filter(|at| *at < extent.len) {
                    bytes[usize::try_from(at).unwrap()] = *byte;
                }
            }
        }
        bytes.into()
    }

    /// Opens it without looks at samples: only the index is read.
    fn open(&self) -> (Movie, Vec<Extent>) {
        let mut demuxer = Demuxer::new(self.len, Limits::default().with_looks(0));
        let mut reads = Vec::new();
        while let Some(need) = demuxer.need() {
            reads.push(need);
            demuxer.feed(need.offset, self.read(need)).unwrap();
        }
        (demuxer.finish().unwrap(), reads)
    }
}

#[test]
fn a_short_clip_is_opened_by_one_read() {
    let file = file(&[Track::video(MEDIA)], 190);
    let len = file.len() as u64;
    let (movie, reads) = Sparse { len, ranges: vec![(0, file)] }.open();
    assert_eq!(movie.tracks.len(), 1);
    assert_eq!(reads, [Extent::new(0, len)]);
}

/// Ten gigabytes of media, with the movie after it.
#[test]
fn a_large_file_is_opened_without_its_media() {
    let media = 10_u64 << 30;
    let head =
        [ftyp(), words(&[1]), b"mdat".to_vec(), (media + 16).to_be_bytes().to_vec()].concat();
    let at = head.len() as u64 + media;
    let tail = moov(&vec![Track { wide_offsets: true, ..Track::video(5 << 30) }; 2]);
    let moov_len = tail.len() as u64;
    let free = boxed(b"free", &[0; 5000]);
    let file = Sparse {
        len: at + 5008 + moov_len,
        ranges: vec![(0, head), (at, free), (at + 5008, tail)],
    };
    let (movie, reads) = file.open();
    assert_eq!(end_in_file(&movie.tracks[0]), (5 << 30) + 190);
    let probe = 1024.min(moov_len);
    let mut expected =
        vec![Extent::new(0, 16 << 10), Extent::new(at, 1024), Extent::new(at + 5008, probe)];
    expected.extend((moov_len > probe).then(|| Extent::new(at + 5008 + probe, moov_len - probe)));
    assert_eq!(reads, expected);
}

#[test]
fn exactly_a_long_movie_in_front_is_requested_as_one_piece() {
    let mut track = Track::video(200_000);
    track.name = vec![b'x'; 100_000];
    let start = [ftyp(), moov(&[track])].concat();
    let len = start.len() as u64;
    let (_, reads) = Sparse { len: 1 << 20, ranges: vec![(0, start)] }.open();
    let start = ftyp().len() as u64;
    assert_eq!(reads, [Extent::new(0, 16 << 10), Extent::new(start, len - start)]);
}

#[test]
fn wrong_bytes_are_refused_and_the_right_ones_still_accepted() {
    let file = Bytes::from(file(&[Track::video(MEDIA)], 190));
    let len = file.len() as u64;
    let mut demuxer = Demuxer::new(len, Limits::default());
    let wanted = Some(Extent::new(0, len));
    assert_eq!(
        demuxer.feed(1, file.slice(1..)),
        Err(Error::WrongFeed { wanted, offset: 1, len: len - 1 })
    );
    let nothing = demuxer.feed(0, Bytes::new()).unwrap_err();
    assert_eq!(
        nothing.to_string(),
        format!("0 bytes fed at 0, where the {len} bytes at 0 are wanted")
    );
    demuxer.feed(0, file.clone()).unwrap();
    assert_eq!(demuxer.need(), None);
    let more = demuxer.feed(0, file).unwrap_err();
    assert_eq!(more.to_string(), format!("{len} bytes fed at 0, where nothing is wanted"));
    assert_eq!(demuxer.finish().unwrap().tracks.len(), 1);
}

#[test]
fn an_early_finish_is_an_error() {
    let error = Demuxer::new(100, Limits::default()).finish().unwrap_err();
    assert_eq!(error, Error::Unfinished { wanted: Extent::new(0, 100) });
    assert_eq!(error.to_string(), "finished before the 100 bytes at 0 were fed");
}

#[test]
fn an_error_about_the_file_is_final() {
    let file = Bytes::from(boxed(b"free", &[0; 8]));
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    let error = demuxer.feed(0, file).unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }));
    assert_eq!(demuxer.need(), None);
    assert_eq!(demuxer.finish(), Err(error));
}

/// Feeds `len` bytes at a time, starting `back` bytes before the needed range.
fn feed(file: &Bytes, pieces: &[(usize, usize)]) -> Result<Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, Limits::default());
    let mut pieces = pieces.iter().cycle();
    while let Some(need) = demuxer.need() {
        assert!(need.len > 0 && need.end() <= file.len() as u64, "{need:?}");
        let (back, len) = pieces.next().copied().unwrap_or((0, 1));
        let at = usize::try_from(need.offset).unwrap();
        let (start, end) = (at.saturating_sub(back), (at + len.max(1)).min(file.len()));
        if demuxer.feed(start as u64, file.slice(start..end)).is_err() {
            break;
        }
    }
    demuxer.finish()
}

fn files() -> impl Strategy<Value = Vec<u8>> {
    let tracks = [Track::video(MEDIA), Track::audio(MEDIA + 190)];
    let last = file(&tracks, 220);
    let first = [ftyp(), moov(&tracks), boxed(b"mdat", &[0; 220])].concat();
    let long = [ftyp(), mp4::boxed_long(b"free", &[7; 40]), file(&tracks, 220)].concat();
    let cut = last[..last.len() - 9].to_vec();
    prop::sample::select(vec![last, first, long, cut])
}

proptest! {
    #[test]
    fn incremental_feed_equals_whole_feed(
        file in files(),
        pieces in prop::collection::vec(
            (0_usize..40, prop_oneof![1_usize..20, 1_usize..5000]),
            1..20,
        ),
    ) {
        let file = Bytes::from(file);
        prop_assert_eq!(feed(&file, &pieces), demux(file));
    }
}
