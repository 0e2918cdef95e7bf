//! Tables that stay as the file has them: the same samples as from columns, and honest about
//! memory.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{Extent, Movie, SampleIndex, SampleTable};
use dynpack_testkit::mp4::{Sizes, Track, boxed, ftyp, moov};
use proptest::prelude::*;

/// Opens a file of which only the head is there.
fn open(head: Vec<u8>) -> Movie {
    let mut demuxer = Demuxer::new(1 << 40, Limits::default().with_looks(0));
    demuxer.feed(0, head.into()).unwrap();
    demuxer.finish().unwrap()
}

/// A film with chunks of so many samples each, of a size that 16 bits count.
fn film(chunks: &[u32], size: impl Fn(u32) -> u32) -> Track {
    let (mut stsc, mut offsets, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    for (chunk, &count) in (1..).zip(chunks) {
        stsc.push((chunk, count, 1));
        offsets.push(u64::from(chunk) << 20);
        sizes.extend((0..count).map(|at| size(chunk + at)));
    }
    let count = u32::try_from(sizes.len()).unwrap();
    Track {
        stts: Some(vec![(count, 512)]),
        stss: Some(vec![1]),
        sizes: Some(Sizes::Table(sizes)),
        stsc,
        offsets,
        wide_offsets: true,
        ..Track::video(0)
    }
}

fn samples(table: &SampleTable) -> (Vec<u32>, Vec<Extent>, u64) {
    let all = SampleIndex(0)..SampleIndex(table.len());
    let sizes = table.samples(all.clone()).map(|sample| sample.size).collect();
    (sizes, table.extents(all.clone()).collect(), table.byte_len(all))
}

/// Sizes of 16 bits become a column.
fn as_column(track: Track) -> Track {
    let Some(Sizes::Table(sizes)) = track.sizes else { panic!("a table") };
    Track { sizes: Some(Sizes::Compact(16, sizes)), ..track }
}

proptest! {
    #[test]
    fn stored_tables_and_columns_give_the_same_samples(
        chunks in prop::collection::vec(1_u32..6, 1..200),
        factor in 1_u32..200,
    ) {
        let track = film(&chunks, |at| 1 + at * factor % 60_000);
        let column = open([ftyp(), moov(&[as_column(track.clone())])].concat());
        let stored = open([ftyp(), moov(&[track])].concat());
        let [stored, column] = [stored, column].map(|movie| movie.tracks[0].samples.clone());
        prop_assert!(stored.stored_len() > 0 && column.stored_len() == 0);
        prop_assert_eq!(samples(&stored), samples(&column));
    }
}

#[test]
fn a_long_moov_stays_in_memory_and_counts() {
    let head = [ftyp(), moov(&[film(&vec![2; 100_000], |at| at % 999 + 1)])].concat();
    let (len, movie) = (head.len(), open(head));
    let counted = movie.tracks[0].samples.memory_size();
    assert!(counted > len && counted < len + len / 20, "{counted} of {len}");
}

#[test]
fn a_moov_that_is_mostly_something_else_does_not_stay() {
    let mut head = [ftyp(), moov(&[film(&[100; 1_000], |at| at % 999 + 1)])].concat();
    let cover = boxed(b"udta", &vec![0; 2 << 20]);
    let at = ftyp().len();
    let len = u32::try_from(head.len() - at + cover.len()).unwrap();
    head[at..at + 4].copy_from_slice(&len.to_be_bytes());
    head.extend(cover);
    let table = open(head).tracks[0].samples.clone();
    assert!(table.stored_len() > 400_000 && table.memory_size() < 500_000, "{table:?}");
}
