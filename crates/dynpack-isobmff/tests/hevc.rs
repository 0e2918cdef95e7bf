//! HEVC in files: its sample entries, where its parameter sets are, and its key frames.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use dynpack_codec::{Codec, Color, DynamicRange, Video};
use dynpack_isobmff::demux;
use dynpack_media::{Movie, SampleIndex};
use dynpack_testkit::codec::{HEVC_PPS, HEVC_SPS, HEVC_VPS, hevc_record, with_lengths};
use dynpack_testkit::mp4::{self, MEDIA, Sizes, Track, boxed, ftyp, moov};

/// Slices of an IDR picture, of a CRA picture, and of pictures after them.
const IDR: &[u8] = &[0x26, 0x01, 0xaf];
const CRA: &[u8] = &[0x2a, 0x01, 0xaf];
const TRAIL: &[u8] = &[0x02, 0x01, 0xd0];
const SETS: [&[u8]; 3] = [HEVC_VPS, HEVC_SPS, HEVC_PPS];

/// A file of one track, whose entry is of that kind and has these boxes.
fn open(kind: &[u8; 4], boxes: &[u8], samples: &[&[&[u8]]], stss: Option<Vec<u32>>) -> Movie {
    let samples: Vec<_> = samples.iter().map(|units| with_lengths(*units)).collect();
    let count = u32::try_from(samples.len()).unwrap();
    let sizes = samples.iter().map(|sample| u32::try_from(sample.len()).unwrap()).collect();
    let track = Track {
        entries: vec![mp4::visual(kind, (128, 96), boxes)],
        stts: Some(vec![(count, 512)]),
        sizes: Some(Sizes::Table(sizes)),
        stsc: vec![(1, count, 1)],
        stss,
        ..Track::video(MEDIA)
    };
    let file = [ftyp(), boxed(b"mdat", &samples.concat()), moov(&[track])].concat();
    demux(file.into()).unwrap()
}

fn video(movie: &Movie) -> &Video {
    let Codec::Video(video) = &movie.tracks[0].codec else { panic!("not video") };
    video
}

fn hvcc(sets: &[&[u8]]) -> Vec<u8> {
    boxed(b"hvcC", &hevc_record(sets))
}

/// The name of the track's codec, and of its entry in output files.
fn names(movie: &Movie) -> (String, String) {
    let entry = &movie.tracks[0].sample_entry[4..8];
    (video(movie).rfc6381(), String::from_utf8(entry.to_vec()).unwrap())
}

fn both(codec: &str, entry: &str) -> (String, String) {
    (codec.into(), entry.into())
}

/// As encoders write it without need: Apple's players accept `hvc1` alone.
#[test]
fn hev1_becomes_hvc1_if_its_record_has_all_parameter_sets() {
    let repeated = [HEVC_VPS, HEVC_SPS, HEVC_PPS, IDR];
    for first in [&[IDR][..], &repeated] {
        let movie = open(b"hev1", &hvcc(&SETS), &[first, &[TRAIL]], Some(vec![1]));
        assert_eq!(names(&movie), both("hvc1.1.6.L30.90", "hvc1"));
        assert!(movie.warnings.is_empty());
    }
}

#[test]
fn a_record_without_parameter_sets_gets_those_of_the_first_sync_sample() {
    let first = [HEVC_VPS, HEVC_SPS, HEVC_PPS, IDR];
    for kind in [b"hvc1", b"hev1"] {
        let movie = open(kind, &hvcc(&[]), &[&first, &[TRAIL]], Some(vec![1]));
        assert_eq!(names(&movie), both("hvc1.1.6.L30.90", "hvc1"));
        // The same record as with parameter sets, but for fields that a parameter set has.
        let entry = &movie.tracks[0].sample_entry;
        let record = entry.windows(4).position(|kind| kind == b"hvcC").unwrap() + 4;
        assert_eq!(entry[record..record + 13], hevc_record(&[])[..13]);
        assert!(entry.ends_with(&hevc_record(&SETS)[23..]));
    }
}

#[test]
fn hev1_stays_where_samples_have_other_parameter_sets() {
    let other = &[0x44, 0x01, 0xc1, 0x72];
    let movie = open(b"hev1", &hvcc(&SETS), &[&[IDR], &[other, CRA]], Some(vec![1, 2]));
    assert_eq!(names(&movie), both("hev1.1.6.L30.90", "hev1"));
    assert!(movie.warnings[0].contains("other parameter sets"), "{:?}", movie.warnings);
}

#[test]
fn without_a_list_random_access_points_are_found() {
    let pictures: [&[&[u8]]; 5] = [&[IDR], &[TRAIL], &[CRA], &[TRAIL], &[TRAIL]];
    let movie = open(b"hvc1", &hvcc(&SETS), &pictures, None);
    let samples = &movie.tracks[0].samples;
    let sync = samples.sync_samples(SampleIndex(0)..SampleIndex(5));
    assert_eq!(sync, Some(&[SampleIndex(0), SampleIndex(2)][..]));
}

#[test]
fn colours_come_from_colr_or_else_from_the_parameter_sets() {
    let colr = |kind: &[u8; 4], more: &[u8]| {
        boxed(b"colr", &[&kind[..], &[0, 9, 0, 18, 0, 9], more].concat())
    };
    let hlg = Color::new(9, 18, 9);
    for (boxes, expected) in [
        (Vec::new(), Some(Color::UNSPECIFIED)),
        (colr(b"nclx", &[0x80]), Some(hlg.with_full_range(true))),
        (colr(b"nclc", &[]), Some(hlg)),
        (colr(b"nclx", &[]), Some(Color::UNSPECIFIED)),
    ] {
        let movie = open(b"hvc1", &[hvcc(&SETS), boxes].concat(), &[&[IDR]], Some(vec![1]));
        assert_eq!(video(&movie).color, expected);
    }
}

/// Profiles 5, 8.1 and 8.4 of *Dolby Vision Streams Within the ISO Base Media File Format*.
#[test]
fn dolby_vision_is_told_by_its_entry_and_its_record() {
    let dvcc = |kind: &[u8; 4], profile: u8, compatibility: u8| {
        let record = [1, 0, profile << 1, 4 << 3 | 5, compatibility << 4];
        boxed(kind, &[&record[..], &[0; 19]].concat())
    };
    let opened = |entry: &[u8; 4], record: Vec<u8>| {
        open(entry, &[hvcc(&SETS), record].concat(), &[&[IDR]], Some(vec![1]))
    };
    let alone = opened(b"dvhe", dvcc(b"dvcC", 5, 0));
    assert_eq!(names(&alone), both("dvh1.05.04", "dvh1"));
    assert_eq!(video(&alone).dynamic_range(), DynamicRange::Pq);
    for (compatibility, brand) in [(1, "db1p"), (4, "db4h")] {
        let beside = opened(b"hvc1", dvcc(b"dvvC", 8, compatibility));
        assert_eq!(names(&beside), both("hvc1.1.6.L30.90", "hvc1"));
        let expected = Some(("dvh1.08.04".to_owned(), brand));
        assert_eq!(video(&beside).supplemental_codec(), expected);
    }
}
