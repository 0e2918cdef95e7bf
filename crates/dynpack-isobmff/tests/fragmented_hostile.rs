//! Broken and hostile fragments: a clear error with its position, no panic, and memory in
//! proportion to the file.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Error, Limits, demux};
use dynpack_testkit::end_in_file;
use dynpack_testkit::mp4::fragments::{Base, Run, Sample, Time, Traf, fragment, init, mfra, sidx};
use dynpack_testkit::mp4::{MEDIA, Track, boxed, fragments, ftyp, full, moov, words};
use proptest::prelude::*;

fn refusal(file: Vec<u8>) -> String {
    demux(Bytes::from(file)).unwrap_err().to_string()
}

fn open(file: Vec<u8>, limits: Limits) -> Result<dynpack_media::Movie, Error> {
    let mut demuxer = Demuxer::new(file.len() as u64, limits);
    while let Some(need) = demuxer.need() {
        let at = usize::try_from(need.offset).unwrap();
        demuxer.feed(need.offset, Bytes::copy_from_slice(&file[at..]))?;
    }
    demuxer.finish()
}

fn pair() -> [Sample; 2] {
    [Sample::sync(100), Sample::other(20)]
}

fn two_fragments() -> Vec<u8> {
    fragments::file(&init(), &[vec![Traf::new(1, 0, &pair())], vec![Traf::new(1, 1024, &pair())]])
}

/// Where the last box of a kind starts.
fn last(file: &[u8], kind: &[u8; 4]) -> usize {
    file.windows(4).rposition(|window| window == kind).unwrap() - 4
}

/// The file with one number changed, `field` bytes after the start of the last box of a kind.
fn changed(kind: &[u8; 4], field: usize, value: u32) -> (Vec<u8>, usize) {
    let mut file = two_fragments();
    let at = last(&file, kind);
    file[at + field..at + field + 4].copy_from_slice(&value.to_be_bytes());
    (file, at)
}

#[test]
fn a_malformed_fragment_is_named_with_its_position() {
    for (kind, field, value, path, problem) in [
        (b"trun", 12, 90_210, "moof[2]/traf[1]/trun[1]", "count 90210 exceeds the body"),
        (b"trun", 12, u32::MAX, "moof[2]/traf[1]/trun[1]", "count 4294967295 exceeds the body"),
        (b"trun", 16, 0x7fff_ffff, "moof[2]/traf[1]/trun[1]", "its samples end at"),
        (b"trun", 16, 0x8000_0000, "moof[2]/traf[1]/trun[1]", "its samples lie outside of 64 bits"),
        (b"trun", 20, 0x8000_0000, "moof[2]/traf[1]/trun[1]", "a sample lasts 2147483648 ticks"),
        (b"trun", 24, u32::MAX, "moof[2]/traf[1]/trun[1]", "its samples end at"),
        (b"trun", 0, 5, "moof[2]/traf[1]/trun", "its size of 5 is less than its header"),
        (b"traf", 0, 900, "moof[2]/traf", "its 900 bytes run past the"),
        (b"tfhd", 0, 9, "moof[2]/traf[1]/tfhd", "is cut short"),
        (b"tfhd", 4, 0, "moof[2]/traf[1]", "holds no tfhd"),
        (b"tfdt", 0, 12, r"moof[2]/traf[1]/\x00\x00\x04\x00", "its size is 0"),
    ] {
        let (file, _) = changed(kind, field, value);
        let error = demux(file.into()).unwrap_err();
        let Error::Malformed { path: found, problem: reported, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(found, path, "{error}");
        assert!(reported.starts_with(problem), "{error}, instead of {problem}");
    }
    let (file, at) = changed(b"trun", 12, 90_210);
    assert_eq!(
        refusal(file),
        format!("moof[2]/traf[1]/trun[1] at {at}: count 90210 exceeds the body")
    );
}

#[test]
fn a_broken_track_does_not_affect_the_other() {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let trafs = |time, other| vec![Traf::new(1, time, &pair()), Traf::new(2, other, &frames)];
    let file = fragments::file(&init(), &[trafs(0, 0), trafs(1024, 1 << 40)]);
    let movie = demux(file.into()).unwrap();
    assert_eq!(movie.tracks[0].samples.len(), 4);
    let reason = &movie.skipped[0].reason;
    assert!(
        reason.starts_with("moof[2]/traf[2] at ")
            && reason.ends_with("ticks after the end of the samples before it, at 3072"),
        "{reason}"
    );
}

/// Players would ignore everything after it.
#[test]
fn fragments_contain_only_boxes() {
    let traf = Traf { more: vec![0; 3], ..Traf::new(1, 0, &pair()) };
    let text = refusal(fragments::file(&init(), &[vec![traf.clone()]]));
    assert!(
        text.starts_with("moof[1]/traf[1] at ") && text.ends_with(": its last 3 bytes are no box"),
        "{text}"
    );
    let text = refusal(fragments::file(&init(), &[vec![Traf { more: vec![0; 8], ..traf }]]));
    assert!(text.ends_with(": its size is 0"), "{text}");
}

#[test]
fn data_that_would_follow_broken_data_is_refused() {
    let file = |base| {
        let follows = Traf { base, ..Traf::new(2, 0, &[Sample::sync(10)]) };
        let mut file = fragments::file(&init(), &[vec![Traf::new(1, 0, &pair()), follows]]);
        let at = file.windows(4).position(|window| window == b"trun").unwrap() + 8;
        file[at..at + 4].copy_from_slice(&[0xff; 4]);
        file
    };
    assert!(refusal(file(Base::Before)).ends_with("count 4294967295 exceeds the body"));
    assert_eq!(demux(file(Base::Moof).into()).unwrap().tracks[0].samples.len(), 1);
}

#[test]
fn media_that_is_elsewhere_is_reported() {
    let file = two_fragments();
    let mdat = last(&file, b"mdat");
    let mut renamed = file.clone();
    renamed[mdat + 4..mdat + 8].copy_from_slice(b"free");
    let (from, to) = (mdat + 8, file.len());
    assert_eq!(
        refusal(renamed),
        format!(
            "the movie fragments at {from}: samples lie at {from} to {to}, but not within one mdat"
        )
    );
}

/// A tool added a box in front, but did not change the absolute offsets.
#[test]
fn offsets_of_another_file_are_reported() {
    let traf = Traf { base: Base::Absolute(0), ..Traf::new(1, 0, &pair()) };
    let fragments = fragment(0, &[traf]);
    let text = refusal([ftyp(), init(), boxed(b"free", &[0; 999]), fragments].concat());
    assert!(
        text.starts_with("the movie fragments at ") && text.ends_with(", but not within one mdat"),
        "{text}"
    );
}

/// A recording that broke off, or a file with room for more, is served up to its last whole sample.
#[test]
fn a_file_of_fragments_ends_where_it_breaks_off() {
    let file = two_fragments();
    let (moof, len) = (last(&file, b"moof"), file.len());
    let opened = |file: &[u8]| {
        let movie = demux(Bytes::copy_from_slice(file)).unwrap();
        (movie.tracks[0].samples.len(), movie.warnings)
    };
    let early = |problem: String| vec![format!("the file ends early: {problem}")];
    assert_eq!(
        opened(&file[..moof + 50]),
        (
            2,
            early(format!(
                "moof at {moof}: its {} bytes run past the end of the file at {}",
                last(&file, b"mdat") - moof,
                moof + 50
            ))
        )
    );
    assert_eq!(
        opened(&file[..moof + 5]),
        (2, early(format!("the end of the file at {moof}: it breaks off within a box header")))
    );
    assert_eq!(
        opened(&[&file[..], &[0; 100]].concat()),
        (4, early(format!("\\x00\\x00\\x00\\x00 at {len}: there are zeros instead of a box")))
    );
    for (garbage, problem) in [
        (&b"\0\0\0\x04junk"[..], "junk at {len}: its size of 4 is less than its header"),
        (
            b"\x7fgarbage",
            "bage at {len}: its 2137481586 bytes run past the end of the file at {end}",
        ),
    ] {
        let file = [&file[..], garbage].concat();
        let problem = problem.replace("{end}", &file.len().to_string());
        assert_eq!(opened(&file), (4, early(problem.replace("{len}", &len.to_string()))));
    }
    let missing =
        |count| vec![format!("track 1: {count} samples are missing, since the file ends early")];
    assert_eq!(opened(&file[..len - 1]), (3, missing(1)), "the last sample");
    assert_eq!(opened(&file[..len - 20]), (3, missing(1)));
    assert_eq!(opened(&file[..len - 21]), (2, missing(2)), "and the one before it");
}

/// Samples that are missing in the middle are damage.
#[test]
fn only_the_last_fragment_can_be_incomplete() {
    let (mut file, at) = changed(b"trun", 24, u32::MAX);
    let text = refusal(file.clone());
    assert!(text.starts_with(&format!("moof[2]/traf[1]/trun[1] at {at}: its samples end at ")));
    file.extend(fragment(file.len() as u64, &[Traf::new(1, 2048, &pair())]));
    let len = file.len().to_string();
    assert_eq!(refusal(file), text.replace(&two_fragments().len().to_string(), &len));
}

#[test]
fn every_truncation_before_the_second_fragment_is_refused() {
    let file = two_fragments();
    let first = file.windows(4).position(|window| window == b"mdat").unwrap() + 4;
    for len in 0..file.len() {
        let opened = demux(Bytes::copy_from_slice(&file[..len]));
        // The first sample has 100 bytes.
        assert_eq!(opened.is_ok(), len >= first + 100, "{len}: {opened:?}");
        let whole = opened.map(|movie| movie.tracks[0].samples.len()).unwrap_or_default();
        assert!((whole == 4) == (len == file.len()), "{len}");
    }
}

#[test]
fn a_fragment_without_a_moov_is_reported() {
    let alone =
        [boxed(b"styp", b"msdh\0\0\0\0"), fragment(16, &[Traf::new(1, 0, &pair())])].concat();
    assert_eq!(
        refusal(alone),
        "moof at 16: no moov stands before it: the initialization segment is missing"
    );
    let empty = refusal([ftyp(), init()].concat());
    assert_eq!(empty, "no track can be served: track 1: has no samples; track 2: has no samples");
}

#[test]
fn counts_without_bytes_in_the_file_are_limited() {
    let mut file =
        fragments::file(&fragments::moov(&[Track::video(MEDIA)], &[[1, 1, 1, 1, 0]]), &[vec![]]);
    let at = file.len() as u64;
    let trun = full(b"trun", 0, 1, &words(&[u32::MAX, 0]));
    let traf = boxed(b"traf", &[full(b"tfhd", 0, 0x20000, &words(&[1])), trun].concat());
    file.extend(boxed(b"moof", &traf));
    let text = refusal(file);
    assert!(text.starts_with(&format!("moof[2]/traf[1]/trun[1] at {}: ", at + 32)), "{text}");
    assert!(text.ends_with("4294967299 passes the limit of 16777216 (Limits::samples)"), "{text}");
    // Samples without bytes may be at any offset.
    let empty = |flags| {
        let moov =
            fragments::moov(&[fragments::without_samples(Track::video(0))], &[[1, 1, 1, 0, flags]]);
        let trun = full(b"trun", 0, 4, &words(&[u32::MAX, 0x0001_0000]));
        let traf = boxed(b"traf", &[full(b"tfhd", 0, 0x20000, &words(&[1])), trun].concat());
        [ftyp(), moov, boxed(b"moof", &traf)].concat()
    };
    let text = refusal(empty(0));
    assert!(text.ends_with("4294967295 passes the limit of 16777216 (Limits::samples)"), "{text}");
    let limits = Limits::default().with_samples(u32::MAX);
    let text = open(empty(0), limits).unwrap_err().to_string();
    assert_eq!(text, "no track can be served: track 1: has no samples");
}

#[test]
fn boxes_of_every_type_count_everywhere() {
    let limits = Limits::default().with_boxes(6);
    let refused = |file: Vec<u8>, kind, at| {
        let error = open(file, limits).unwrap_err().to_string();
        assert_eq!(error, format!("{kind} at {at}: 7 passes the limit of 6 (Limits::boxes)"));
    };
    let (six, head) = (two_fragments(), [ftyp(), init()].concat());
    assert!(open(six.clone(), limits).is_ok());
    for (kind, more) in [
        ("mdat", boxed(b"mdat", b"")),
        ("mdat", boxed(b"mdat", b"media")),
        ("free", boxed(b"free", b"")),
        ("sidx", sidx(&[0; 3])),
        ("moof", boxed(b"moof", &full(b"mfhd", 0, 0, &words(&[1])))),
        ("moov", init()),
    ] {
        refused([&six[..], &more].concat(), kind, six.len());
        refused([&head[..], &more.repeat(5)].concat(), kind, head.len() + 4 * more.len());
    }
    refused([ftyp(), boxed(b"mdat", b"").repeat(6), init()].concat(), "mdat", ftyp().len() + 5 * 8);
}

#[test]
fn a_day_in_fragments_of_a_second_stays_far_below_the_limit_of_boxes() {
    const BOXES_OF_A_FRAGMENT: u32 = 6;
    assert!(24 * 60 * 60 * BOXES_OF_A_FRAGMENT <= Limits::default().boxes / 8);
}

/// All runs share the same hundred bytes.
#[test]
fn more_sync_samples_than_the_file_has_bytes_are_refused() {
    let moov = fragments::moov(&[fragments::without_samples(Track::video(0))], &[[1, 1, 1, 1, 0]]);
    let traf = |base: usize| {
        let tfhd = [words(&[1, 0]), words(&[u32::try_from(base).unwrap()])].concat();
        let runs = (0..100).map(|_| full(b"trun", 0, 1, &words(&[100, 0])));
        let body = [full(b"tfhd", 0, 1, &tfhd)].into_iter().chain(runs).collect::<Vec<_>>();
        boxed(b"traf", &body.concat())
    };
    let start = ftyp().len() + moov.len();
    let head = [ftyp(), moov, boxed(b"mdat", &[0; 100]), boxed(b"moof", &traf(start + 8))].concat();
    let file =
        [head.clone(), fragment(head.len() as u64, &[Traf::new(1, 1 << 20, &pair())])].concat();
    let text = refusal(file);
    assert!(text.contains("10001 sync samples are declared, but the file has only "), "{text}");
}

#[test]
fn each_limit_names_itself() {
    let file = two_fragments();
    let refusal = |limits| open(file.clone(), limits).unwrap_err().to_string();
    let at = last(&file, b"moof");
    let fragments = refusal(Limits::default().with_fragments(1));
    assert_eq!(fragments, format!("moof[2] at {at}: 2 passes the limit of 1 (Limits::fragments)"));
    let samples = refusal(Limits::default().with_samples(3));
    assert!(samples.ends_with("4 passes the limit of 3 (Limits::samples)"), "{samples}");
    let mut huge = file.clone();
    huge[at..at + 4].copy_from_slice(&0x7000_0000_u32.to_be_bytes());
    let size = open(huge, Limits::default()).unwrap_err().to_string();
    assert_eq!(
        size,
        format!("moof at {at}: 1879048192 passes the limit of 268435456 (Limits::moov_size)")
    );
    let trafs: Vec<_> = (1..9).map(|track| Traf::new(track, 0, &pair())).collect();
    let many = fragments::file(&init(), &[trafs]);
    let tracks = open(many, Limits::default().with_tracks(4)).unwrap_err().to_string();
    assert!(
        tracks.starts_with("moof[1]/traf[5] at ")
            && tracks.ends_with("5 passes the limit of 4 (Limits::tracks)"),
        "{tracks}"
    );
    let defaults =
        fragments::moov(&[fragments::without_samples(Track::video(0))], &[[1, 1, 0, 0, 0]; 65]);
    let defaults = open([ftyp(), defaults].concat(), Limits::default()).unwrap_err().to_string();
    assert!(
        defaults.starts_with("moov/mvex at ")
            && defaults.ends_with("65 passes the limit of 64 (Limits::tracks)"),
        "{defaults}"
    );
}

#[test]
fn extreme_times_do_no_harm() {
    let open = |times: &[i64]| {
        let fragments: Vec<_> =
            times.iter().map(|time| vec![Traf::new(1, *time, &pair())]).collect();
        demux(fragments::file(&init(), &fragments).into())
    };
    for time in [i64::MAX, i64::MIN, (1 << 61) + 1] {
        let text = open(&[time]).unwrap_err().to_string();
        assert!(
            text.ends_with(&format!("begins at tick {time}, beyond any plausible time")),
            "{text}"
        );
        assert!(open(&[0, time]).is_err());
    }
    assert!(open(&[1 << 61]).is_ok());
    assert!(open(&[-(1 << 61)]).unwrap_err().to_string().contains("the edit list starts at tick"));
    assert!(open(&[-(1 << 61), 1 << 61]).is_err());
}

fn sample_file() -> Vec<u8> {
    let frames = [Sample { duration: 1024, ..Sample::sync(10) }; 3];
    let video = Traf {
        runs: vec![Run { fields: 0xb04, ..Run::new(&pair()) }, Run::new(&pair())],
        ..Traf::new(1, 0, &[])
    };
    let audio =
        Traf { base: Base::Before, time: Time::Presented(1, 0), ..Traf::new(2, 0, &frames) };
    let second = Traf {
        base: Base::Absolute(0),
        time: Time::Missing,
        defaults: [Some(5); 3],
        ..Traf::new(1, 0, &pair())
    };
    let head = [ftyp(), init(), sidx(&[300, 200])].concat();
    let first = fragment(head.len() as u64, &[video, audio]);
    let at = (head.len() + first.len()) as u64;
    [head, first, fragment(at, &[second]), mfra(1, &[(0, 900), (5, at)])].concat()
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
fn no_single_byte_causes_a_panic() {
    let file = sample_file();
    assert_eq!(demux(file.clone().into()).unwrap().tracks.len(), 2);
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
    fn mutated_fragments_never_panic(
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
    fn noise_in_a_fragment_never_panics(
        noise in prop::collection::vec(any::<u8>(), 0..400),
        kind in 0_usize..3,
    ) {
        let kind = [b"moof", b"sidx", b"mfra"][kind];
        let head = [ftyp(), moov(&[fragments::without_samples(Track::video(0))])].concat();
        check([head.clone(), boxed(kind, &noise)].concat());
        check(
            [
                head,
                boxed(
                    b"moof",
                    &boxed(
                        b"traf",
                        &[full(b"tfhd", 0, 0, &words(&[1])), boxed(b"trun", &noise)].concat(),
                    ),
                ),
            ]
            .concat(),
        );
    }
}
