//! How pictures are displayed: which of the boxes and parameter sets decides.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::demux;
use dynpack_media::{Matrix, Movie};
use dynpack_testkit::AVCC;
use dynpack_testkit::mp4::{MEDIA, Track, avc1, boxed, ftyp, full, mvhd, words};

const ONE: i32 = 1 << 16;
const QUARTER: [i32; 9] = [0, ONE, 0, -ONE, 0, 0, 360 * ONE, 0, 1 << 30];

/// A parameter set of 720x576 pixels, cropped to 704x570, with pixels of 12:11.
const SPS: &[u8] = &[0x67, 0x4d, 0x40, 0x1e, 0xda, 0x02, 0xd0, 0x49, 0xca, 0x59, 0x30, 0x20, 0x02];

fn open(track: Track) -> Movie {
    open_in(&mvhd(), track)
}

fn open_in(mvhd: &[u8], track: Track) -> Movie {
    let moov = boxed(b"moov", &[mvhd, &track.trak()].concat());
    demux(Bytes::from([ftyp(), boxed(b"mdat", &[0; 190]), moov].concat())).unwrap()
}

/// An entry of 640x360 pixels with those boxes, whose parameter set cannot be read.
fn entry(boxes: &[Vec<u8>]) -> Vec<u8> {
    boxed(b"avc1", &[&avc1(b"avc1", AVCC)[8..], &boxes.concat()].concat())
}

fn pasp(width: u32, height: u32) -> Vec<u8> {
    boxed(b"pasp", &words(&[width, height]))
}

fn pixels(width: u32, height: u32) -> (u32, u32) {
    (width << 16, height << 16)
}

/// Size and shape of pixels, size as displayed, and warnings without their ends.
fn seen(track: Track) -> (String, (u32, u32), usize) {
    let movie = open(track);
    let track = &movie.tracks[0];
    let video = track.codec.video().unwrap();
    let ((width, height), aspect) = (video.dimensions(), video.pixel_aspect);
    let size = track.display_size().unwrap();
    (format!("{width}x{height} {aspect}"), size, movie.warnings.len())
}

fn displayed(display: (u32, u32), boxes: &[Vec<u8>]) -> (String, (u32, u32), usize) {
    seen(Track { display, entries: vec![entry(boxes)], ..Track::video(MEDIA) })
}

#[test]
fn pasp_decides_before_tkhd() {
    let expected = ("640x360 4:3".into(), (853, 360), 1);
    assert_eq!(displayed(pixels(640, 360), &[pasp(4, 3)]), expected);
    assert_eq!(displayed(pixels(1000, 360), &[pasp(4, 3)]), expected);
    let square = ("640x360 1:1".into(), (640, 360), 0);
    assert_eq!(displayed(pixels(853, 360), &[pasp(1, 1)]), square);
}

#[test]
fn tkhd_decides_where_it_says_something_new() {
    let square = || ("640x360 1:1".into(), (640, 360), 0);
    for same in [(0, 0), (640, 0), (0, 360), (640, 360), (641, 360), (640, 359), (1280, 720)] {
        assert_eq!(displayed(pixels(same.0, same.1), &[]), square(), "{same:?}");
    }
    let wide = ("640x360 4:3".into(), (853, 360), 1);
    // Rounded, exact, of another size, and beside a box that says nothing.
    assert_eq!(displayed(pixels(853, 360), &[]), wide);
    assert_eq!(displayed(((853 << 16) + 21_845, 360 << 16), &[]), wide);
    assert_eq!(displayed(pixels(1706, 720), &[]), wide);
    assert_eq!(displayed(pixels(853, 360), &[pasp(0, 1)]), wide);
}

#[test]
fn parameter_sets_decide_on_the_size_and_where_boxes_say_nothing_on_the_shape() {
    let sets = [&[1, 0x4d, 0x40, 0x1e, 0xff, 0xe1, 0, 13], SPS, &[1, 0, 2, 0x68, 0xee]].concat();
    let track = |display, boxes: &[Vec<u8>]| {
        let entry = boxed(b"avc1", &[&avc1(b"avc1", &sets)[8..], &boxes.concat()].concat());
        Track { display, entries: vec![entry], ..Track::video(MEDIA) }
    };
    let declared = || ("704x570 12:11".into(), (768, 570), 0);
    for same in [(0, 0), (704, 570), (704, 576), (768, 570), (640, 360), (1536, 1140)] {
        assert_eq!(seen(track(pixels(same.0, same.1), &[])), declared(), "{same:?}");
    }
    let wide = ("704x570 16:11".into(), (1024, 570), 1);
    assert_eq!(seen(track(pixels(1024, 570), &[])), wide);
    assert_eq!(seen(track(pixels(768, 570), &[pasp(16, 11)])), wide);
    // The entry has the size of the pictures, and the shape of their pixels.
    let written = open(track((0, 0), &[])).tracks[0].sample_entry.clone();
    assert_eq!(written[32..36], [2, 192, 2, 58]);
    assert_eq!(written[86..102], pasp(12, 11)[..]);
}

#[test]
fn what_was_decided_is_in_the_sample_entry() {
    let written = |display, boxes: &[Vec<u8>]| {
        let track = Track { display, entries: vec![entry(boxes)], ..Track::video(MEDIA) };
        open(track).tracks[0].sample_entry.clone()
    };
    assert_eq!(written(pixels(640, 360), &[]), entry(&[]));
    assert_eq!(written(pixels(853, 360), &[pasp(5, 4)]), entry(&[pasp(5, 4)]));
    let body = &entry(&[boxed(b"btrt", &[0; 12])])[8..];
    let expected = boxed(b"avc1", &[&body[..78], &pasp(4, 3), &body[78..]].concat());
    assert_eq!(written(pixels(853, 360), &[boxed(b"btrt", &[0; 12])]), expected);
}

#[test]
fn a_matrix_turns_pictures() {
    let turned = Track { matrix: QUARTER, display: pixels(640, 360), ..Track::video(MEDIA) };
    let movie = open(turned.clone());
    assert_eq!(movie.tracks[0].matrix, Matrix(QUARTER));
    assert_eq!(movie.tracks[0].display_size(), Some((360, 640)));
    let warning = "track 1: its pictures are turned or flipped, which transport streams, Smooth \
                   Streaming and HDS cannot say";
    assert_eq!(movie.warnings, [warning]);
    // Some turn the size too.
    let sideways = Track { display: pixels(360, 640), ..turned.clone() };
    assert_eq!(seen(sideways), ("640x360 1:1".into(), (360, 640), 1));
    let twice = [ONE, 0, 0, 0, 2 * ONE, 0, 0, 0, 1 << 30];
    let movie = open(Track { matrix: twice, ..turned.clone() });
    assert!(movie.warnings[0].contains("transformed, not only by a turn of 90 degrees or a flip"));
    // The movie is turned as well.
    let mvhd = [
        words(&[0, 0, 1000, 7, 0x1_0000, 0x0100_0000, 0, 0]),
        words(&QUARTER.map(i32::cast_unsigned)),
        vec![0; 28],
    ];
    let movie = open_in(&full(b"mvhd", 0, 0, &mvhd.concat()), turned);
    let half = Matrix([-ONE, 0, 0, 0, -ONE, 0, 360 * ONE, 360 * ONE, 1 << 30]);
    assert_eq!(movie.tracks[0].matrix, half);
}
