//! Broken and hostile files: a clear error, no panic, and memory in proportion to the file.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_testkit::end_in_file;
use dynpack_testkit::mp4::{
    self, MEDIA, Sizes, Track, boxed, boxed_long, file, ftyp, full, moov, mvhd, words,
};
use proptest::prelude::*;

fn refusal(file: Vec<u8>) -> String {
    demux(Bytes::from(file)).unwrap_err().to_string()
}

fn refused(change: impl FnOnce(&mut Track)) -> String {
    let mut track = Track::video(MEDIA);
    change(&mut track);
    refusal(file(&[track], 190))
}

/// Where a box starts in the file that [`refused`] makes from an unchanged track.
fn place(kind: &[u8; 4]) -> usize {
    let file = file(&[Track::video(MEDIA)], 190);
    file.windows(4).position(|window| window == kind).unwrap() - 4
}

#[test]
fn a_malformed_table_is_named_with_its_position() {
    let mut file = file(&[Track::video(MEDIA)], 190);
    let at = place(b"stsz");
    file[at + 16..at + 20].copy_from_slice(&90_210_u32.to_be_bytes());
    let expected =
        format!("moov/trak[1]/mdia/minf/stbl/stsz at {at}: count 90210 exceeds the body");
    assert_eq!(refusal(file.clone()), expected);
    let error = demux(file.into()).unwrap_err();
    let Error::Malformed { path, offset, problem } = error else { panic!("{error}") };
    assert_eq!((path.as_str(), offset), ("moov/trak[1]/mdia/minf/stbl/stsz", at as u64));
    assert_eq!(problem, "count 90210 exceeds the body");
}

#[test]
fn every_table_that_claims_too_much_is_refused() {
    for kind in [b"stts", b"stsc", b"stco", b"stss", b"stsz"] {
        let mut file = file(&[Track::video(MEDIA)], 190);
        let at = place(kind) + if kind == b"stsz" { 16 } else { 12 };
        file[at..at + 4].copy_from_slice(&[0xff; 4]);
        assert!(
            refusal(file).ends_with("count 4294967295 exceeds the body"),
            "{}",
            kind.escape_ascii()
        );
    }
}

#[test]
fn a_count_without_bytes_in_the_file_is_limited() {
    let text = refused(|track| {
        track.sizes = Some(Sizes::Constant(1, u32::MAX));
        track.stts = Some(vec![(u32::MAX, 1)]);
    });
    let at = place(b"stsz");
    assert_eq!(
        text,
        format!(
            "moov/trak[1]/mdia/minf/stbl/stsz at {at}: 4294967295 passes the limit of 16777216 \
             (Limits::samples)"
        )
    );
    let limits = Limits::default().with_samples(u32::MAX);
    let track = Track {
        sizes: Some(Sizes::Constant(1, u32::MAX)),
        stts: Some(vec![(u32::MAX, 1), (u32::MAX, 1)]),
        stsc: vec![(1, u32::MAX, 1)],
        ..Track::video(MEDIA)
    };
    let error = open(file(&[track], 190), limits).unwrap_err().to_string();
    assert!(error.contains("sample data ends at 4294967327, but the file has only"), "{error}");
}

fn open(file: Vec<u8>, limits: Limits) -> Result<dynpack_media::Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, limits);
    demuxer.feed(0, file.into())?;
    demuxer.finish()
}

#[test]
fn each_limit_names_itself() {
    let file = file(&[Track::video(MEDIA), Track::audio(MEDIA)], 190);
    let refusal = |limits| open(file.clone(), limits).unwrap_err().to_string();
    let at = place(b"moov");
    let len = file.len() - at;
    let size = refusal(Limits::default().with_moov_size(100));
    assert_eq!(size, format!("moov at {at}: {len} passes the limit of 100 (Limits::moov_size)"));
    let tracks = refusal(Limits::default().with_tracks(1));
    assert_eq!(tracks, format!("moov at {at}: 2 passes the limit of 1 (Limits::tracks)"));
    let samples = refusal(Limits::default().with_samples(3));
    assert!(samples.ends_with("4 passes the limit of 3 (Limits::samples)"), "{samples}");
}

#[test]
fn sample_data_after_the_end_of_the_file_is_reported() {
    let track = Track { offsets: vec![5000], ..Track::video(0) };
    let file = file(&[track], 190);
    let (len, at) = (file.len(), place(b"stbl"));
    let expected = format!(
        "moov/trak[1]/mdia/minf/stbl at {at}: sample data ends at 5190, but the file has only \
         {len} bytes"
    );
    assert_eq!(refusal(file), expected);
}

#[test]
fn tables_that_contradict_each_other_are_reported() {
    for (change, expected) in [
        ((|track| track.stts = Some(vec![(4, 0)])) as fn(&mut Track), "all durations are zero"),
        (|track| track.stts = Some(vec![]), "gives the durations of 0 samples, where there are 4"),
        (|track| track.stts = Some(vec![(4, 0x8000_0000)]), "a sample lasts 2147483648 ticks"),
        (|track| track.sizes = Some(Sizes::Table(vec![0; 4])), "all 4 samples are empty"),
        (|track| track.sizes = None, "holds neither stsz nor stz2"),
        (
            |track| track.sizes = Some(Sizes::Compact(9, vec![0])),
            "has sizes of 9 bits, not of 4, 8 or 16",
        ),
        (
            |track| track.stsc = vec![(1, 3, 1)],
            "gives places to 3 samples in 1 chunks, where there are 4",
        ),
        (|track| track.stsc = vec![], "gives places to 0 samples in 1 chunks, where there are 4"),
        (|track| track.stsc = vec![(2, 4, 1)], "run 1 does not ascend from chunk 1"),
        (|track| track.stsc = vec![(0, 4, 1)], "run 1 does not ascend from chunk 1"),
        (|track| track.stsc = vec![(1, 1, 1), (1, 3, 1)], "run 1 does not ascend from chunk 1"),
        (|track| track.stsc = vec![(1, 4, 0)], "holds no entry 0, which the samples use"),
        (|track| track.stsc = vec![(1, 4, 7)], "holds no entry 7, which the samples use"),
        (|track| track.stss = Some(vec![0, 1]), "names sample 0, but counts from 1"),
        (|track| track.stss = Some(vec![3, 2]), "names sample 2 after sample 3"),
        (|track| track.timescale = 0, "has a timescale of 0"),
        (|track| track.id = 0, "gives the track the id 0"),
        (
            |track| track.edits = Some((1, vec![(u64::MAX, -1), (u64::MAX, -1)])),
            "its edits last 18446744073709551615 ticks",
        ),
        (
            |track| track.edits = Some((1, vec![(i64::MAX.cast_unsigned(), -1)])),
            "the edit list declares tick 9223372036854775807, beyond any plausible time",
        ),
        (
            |track| track.edits = Some((1, vec![(1, i64::MAX)])),
            "the edit list declares tick 9223372036854775807, beyond any plausible time",
        ),
        (
            |track| (track.wide_offsets, track.offsets) = (true, vec![u64::MAX]),
            "chunk 1 passes 64 bits",
        ),
        (|track| track.entries = vec![], "holds no entry 1, which the samples use"),
        (|track| track.entries = vec![boxed(b"avc1", &[0; 78])], "holds no avcC"),
        (|track| track.entries = vec![boxed(b"avc1", &[0; 20])], "is cut short"),
        (
            |track| track.entries = vec![mp4::avc1(b"avc1", &[1])],
            "the avcC configuration is malformed: shorter than 6 bytes",
        ),
        (
            |track| track.entries = vec![mp4::mp4a(&[0x16, 0x90])],
            "the sampling rate is reserved or zero",
        ),
        (|track| track.entries = vec![mp4::sound(0, &[], &[])], "holds no esds"),
        (
            |track| track.entries = vec![mp4::sound(0, &[], &full(b"esds", 0, 0, &[3]))],
            "holds no decoder configuration",
        ),
    ] {
        let text = refused(change);
        assert!(
            text.starts_with("moov/trak[1]") && text.ends_with(expected),
            "{text}, instead of: {expected}"
        );
    }
}

#[test]
fn files_that_are_not_movies_are_reported() {
    assert_eq!(refusal(vec![]), "moov at 0: the file is empty");
    assert_eq!(
        refusal(b"<?xml version".to_vec()),
        "this is not an MP4 file: it does not start with a box, but with \"l ve\""
    );
    assert_eq!(refusal(ftyp()), "moov at 24: the file ends without one");
    assert_eq!(refusal([ftyp(), vec![0; 3]].concat()), "moov at 27: the file ends without one");
    let cut = [ftyp(), b"\0\0\x01\0mdat1234".to_vec()].concat();
    assert_eq!(
        refusal(cut),
        "mdat at 24: its 256 bytes run past the end of the file at 36, and no moov stands before"
    );
    let small = [ftyp(), b"\0\0\0\x03free".to_vec()].concat();
    assert_eq!(refusal(small), "free at 24: its size of 3 is less than its header");
    let huge = [ftyp(), b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff".to_vec()].concat();
    assert_eq!(
        refusal(huge),
        "moov at 24: 18446744073709551615 passes the limit of 268435456 (Limits::moov_size)"
    );
    assert_eq!(refusal(boxed(b"moov", &mvhd())), "moov at 0: holds no trak");
    assert_eq!(
        refusal(boxed(b"moov", &boxed(b"cmov", &[]))),
        "moov: the movie header is compressed"
    );
}

#[test]
fn boxes_that_run_past_their_parent_are_reported() {
    let body = [mvhd(), words(&[100]), b"trak".to_vec(), vec![0; 20]].concat();
    assert_eq!(
        refusal(boxed(b"moov", &body)),
        "moov/trak at 116: its 100 bytes run past the 28 left of moov"
    );
    let long =
        [mvhd(), boxed_long(b"free", &[]), words(&[1]), b"trak".to_vec(), vec![0xff; 8]].concat();
    let text = refusal(boxed(b"moov", &long));
    assert_eq!(
        text,
        "moov/trak at 132: its 18446744073709551615 bytes run past the 16 left of moov"
    );
}

/// Movies nested in movies, and descriptors nested in descriptors: unexpected boxes are not parsed.
#[test]
fn deep_nesting_is_only_an_error_of_the_file() {
    let nested = (0..10_000).fold(Vec::new(), |body, _| boxed(b"moov", &body));
    assert!(refusal(nested).ends_with("holds no trak"));
    let descriptors = (0..20_000).fold(Vec::new(), |body: Vec<u8>, _| {
        let len = body.len() + 3;
        let len = [21, 14, 7, 0].map(|shift| {
            u8::try_from(len >> shift & 0x7f).unwrap() | if shift > 0 { 0x80 } else { 0 }
        });
        [&[3][..], &len, &[0, 0, 0], &body].concat()
    });
    let entry = mp4::sound(0, &[], &full(b"esds", 0, 0, &descriptors));
    let text = refused(|track| track.entries = vec![entry]);
    assert!(text.ends_with("holds no decoder configuration"), "{text}");
}

fn sample_file() -> Vec<u8> {
    let video = Track {
        ctts: Some((0, vec![(1, 1024), (3, 0)])),
        edits: Some((0, vec![(10, -1), (160, 1024)])),
        extended_language: Some(b"en-US\0".to_vec()),
        ..Track::video(MEDIA)
    };
    file(&[video, Track::audio(MEDIA + 190)], 220)
}

/// A file that opens must give a valid movie.
fn check(file: Vec<u8>) {
    let len = file.len() as u64;
    match demux(file.into()) {
        Ok(movie) => {
            assert!(!movie.tracks.is_empty());
            for track in &movie.tracks {
                assert!(!track.samples.is_empty() && end_in_file(track) <= len);
                assert!(track.samples.memory_size() < 1 << 20, "{}", track.samples.memory_size());
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

#[test]
fn every_truncation_is_refused() {
    let file = sample_file();
    for len in 0..file.len() {
        assert!(demux(Bytes::copy_from_slice(&file[..len])).is_err(), "{len}");
    }
}

#[test]
fn no_single_byte_causes_a_panic() {
    let file = sample_file();
    for at in 0..file.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut mutated = file.clone();
            mutated[at] = value;
            check(mutated);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn mutated_movies_never_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut file = sample_file();
        let len = file.len();
        for (at, value) in changes {
            file[at.index(len)] = value;
        }
        check(file);
    }

    #[test]
    fn mutated_numbers_never_panic(
        at in any::<prop::sample::Index>(),
        value in prop_oneof![any::<u32>(), 0_u32..64],
    ) {
        let mut file = sample_file();
        let at = at.index(file.len() - 4);
        file[at..at + 4].copy_from_slice(&value.to_be_bytes());
        check(file);
    }

    #[test]
    fn noise_in_a_movie_never_panics(noise in prop::collection::vec(any::<u8>(), 0..400)) {
        check([ftyp(), boxed(b"moov", &noise)].concat());
        check(noise);
    }

    #[test]
    fn noise_in_a_sample_entry_never_panics(
        noise in prop::collection::vec(any::<u8>(), 0..200),
        kind in 0_usize..5,
    ) {
        let kind = [b"avc1", b"avc3", b"mp4a", b"encv", b"enca"][kind];
        let esds = mp4::sound(0, &[], &full(b"esds", 0, 0, &noise));
        let tracks = [
            Track { entries: vec![boxed(kind, &noise)], ..Track::video(MEDIA) },
            Track { id: 2, entries: vec![esds], ..Track::video(MEDIA) },
        ];
        check([file(&tracks, 190), moov(&tracks)].concat());
    }
}
