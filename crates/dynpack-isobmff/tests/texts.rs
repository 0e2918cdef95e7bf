//! Text tracks and chapters.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use dynpack_isobmff::{Error, demux};
use dynpack_media::{
    Chapter, Extent, Forced, Language, MediaKind, MediaStretch, Movie, Role, SampleIndex,
    TextTrack, Ticks, Time, Timescale,
};
use dynpack_testkit::mp4::fragments::{self, Run, Sample, Traf, without_samples};
use dynpack_testkit::mp4::{
    MEDIA, Sizes, Track, boxed, chapters, file, file_with, full, mvhd, role, text_entry, tx3g,
};

const STPP: &[u8] = b"http://www.w3.org/ns/ttml\0\0\0";

fn open(file: Vec<u8>) -> Movie {
    demux(Bytes::from(file)).unwrap()
}

/// A film of video with a text track, whose samples lie after those of the video.
fn film(text: Track) -> Movie {
    open(file(&[Track::video(MEDIA), text], 400))
}

fn text_of(text: Track) -> TextTrack {
    film(text).texts.remove(0)
}

/// Three samples of a second each, the second one without bytes.
fn with_gap() -> Track {
    Track::text(MEDIA + 200, b"sbtl", tx3g(0), &[(1000, b"12345"), (1000, b""), (1000, b"123")])
}

fn spans(text: &TextTrack) -> Vec<(i64, i64, u32)> {
    let samples = text.samples.samples(SampleIndex(0)..SampleIndex(text.samples.len()));
    let spans = samples.map(|sample| (sample.decode_time.0, sample.duration.0, sample.size));
    spans.collect()
}

fn stretch(position: i64, media_start: i64, duration: Option<i64>) -> MediaStretch {
    let [position, media_start] = [position, media_start].map(Ticks);
    MediaStretch { position, media_start, duration: duration.map(Ticks) }
}

#[test]
fn formats_of_text_are_found_by_handler_and_entry() {
    for (handler, entry) in [
        (b"sbtl", tx3g(0)),
        (b"text", text_entry(b"text", &[0; 51])),
        (b"text", text_entry(b"wvtt", &boxed(b"vttC", b"WEBVTT"))),
        (b"subt", text_entry(b"stpp", STPP)),
        (b"subt", text_entry(b"dfxp", b"")),
        (b"text", text_entry(b"TTML", b"")),
    ] {
        let movie = film(Track { entries: vec![entry.clone()], handler: *handler, ..with_gap() });
        assert_eq!((movie.tracks.len(), movie.skipped.len()), (1, 0), "{:?}", movie.skipped);
        let [text] = movie.texts.as_slice() else { panic!("{movie:?}") };
        assert_eq!(text.sample_entry, entry);
        assert_eq!(text.start, Ticks::ZERO);
        assert_eq!(spans(text), [(0, 1000, 5), (1000, 1000, 0), (2000, 1000, 3)]);
        let extents: Vec<_> = text.samples.extents(SampleIndex(0)..SampleIndex(3)).collect();
        assert_eq!(extents, [Extent::new(MEDIA + 200, 8)]);
    }
}

#[test]
fn what_a_file_says_of_a_text_is_read() {
    let text = text_of(Track {
        language: 0x15c7,
        extended_language: Some(b"en-GB\0".to_vec()),
        is_enabled: false,
        alternate_group: 2,
        udta: [boxed(b"name", b"Deaf"), role("main"), role("caption")].concat(),
        ..with_gap()
    });
    assert_eq!((text.language.tag(), text.name.as_str()), ("en-GB", "Deaf"));
    assert_eq!((text.grouping.is_enabled, text.grouping.alternate_group), (false, 2));
    assert_eq!((text.role, text.forced), (Some(Role::Caption), Forced::No));
    assert_eq!(text.stretches, [MediaStretch::ALL]);
}

#[test]
fn forced_texts_are_so_by_their_entry_or_by_their_kind() {
    let forced = |track: Track| (text_of(track.clone()).forced, text_of(track).role);
    let of_flags = |flags| forced(Track { entries: vec![tx3g(flags)], ..with_gap() });
    assert_eq!(of_flags(0x2000_0000), (Forced::No, None));
    assert_eq!(of_flags(0x4000_0000), (Forced::Some, None));
    assert_eq!(of_flags(0xc000_0000), (Forced::All, None));
    let of_kind = |udta| forced(Track { udta, ..with_gap() });
    assert_eq!(of_kind(role("forced-subtitle")), (Forced::All, Some(Role::ForcedSubtitle)));
    let html = full(b"kind", 0, 0, b"about:html-kind\0subtitles\0");
    assert_eq!(of_kind(html), (Forced::No, Some(Role::Subtitle)));
    let two = Track {
        entries: vec![tx3g(0), tx3g(0xc000_0000)],
        stsc: vec![(1, 2, 1), (2, 1, 2)],
        offsets: vec![MEDIA, MEDIA],
        ..with_gap()
    };
    assert_eq!(forced(two), (Forced::Some, None));
}

#[test]
fn edits_of_a_text_are_kept_as_they_are_written() {
    let stretches = |edits: Vec<(u64, i64)>| {
        let text = Track { edits: Some((0, edits)), ..with_gap() };
        let text = text_of(text);
        assert_eq!(spans(&text).len(), 3);
        text.stretches
    };
    // A delay; media from its middle on; the first and the last third; and an end that trims.
    assert_eq!(stretches(vec![(500, -1), (3000, 0)]), [stretch(500, 0, None)]);
    assert_eq!(stretches(vec![(1500, 1500)]), [stretch(0, 1500, None)]);
    assert_eq!(
        stretches(vec![(1000, 0), (1000, 2000)]),
        [stretch(0, 0, Some(1000)), stretch(1000, 2000, Some(1000))]
    );
    assert_eq!(stretches(vec![(1000, 0)]), [stretch(0, 0, Some(1000))]);
    let wrong = Track { edits: Some((0, vec![(1000, 0)])), duration: 9, ..with_gap() };
    let movie = film(wrong);
    assert_eq!(movie.texts[0].stretches, [stretch(0, 0, None)]);
    assert!(movie.warnings[0].starts_with("track 3: its edit list ends at tick 1000"));
}

#[test]
fn texts_that_cannot_be_read_are_left_out_with_their_reason() {
    let left_out = |text: Track| {
        let movie = film(text);
        assert!(movie.texts.is_empty() && movie.skipped.len() == 1, "{movie:?}");
        let skipped = &movie.skipped[0];
        (skipped.reason.clone(), skipped.is_damaged, skipped.is_encrypted, skipped.kind)
    };
    let with = |handler: &[u8; 4], entries| Track { handler: *handler, entries, ..with_gap() };
    let one = |entry| vec![entry];
    let text = Some(MediaKind::Text);
    for (track, reason, is_damaged, is_encrypted, kind) in [
        (
            with(b"clcp", one(text_entry(b"c608", b""))),
            "closed captions in a track of their own (c608) are not supported",
            false,
            false,
            None,
        ),
        (
            with(b"text", one(text_entry(b"sbtt", b""))),
            "the codec sbtt is not supported",
            false,
            false,
            text,
        ),
        (
            with(b"subt", one(text_entry(b"enct", b""))),
            "already encrypted: text (enct)",
            false,
            true,
            text,
        ),
        (
            with(b"vide", one(tx3g(0))),
            "the codec tx3g is not supported",
            false,
            false,
            Some(MediaKind::Video),
        ),
        (
            Track { sizes: Some(Sizes::Table(vec![])), ..with_gap() },
            "has no samples",
            false,
            false,
            text,
        ),
        (
            Track { stts: None, ..with_gap() },
            "moov/trak[2]/mdia/minf/stbl at 1204: holds no stts",
            true,
            false,
            text,
        ),
        (
            Track { offsets: vec![1 << 20], ..with_gap() },
            "moov/trak[2]/mdia/minf/stbl at 1204: sample data ends at 1048584, but the file has \
             only 1394 bytes",
            true,
            false,
            text,
        ),
        (
            Track {
                entries: vec![tx3g(0), text_entry(b"wvtt", b"")],
                stsc: vec![(1, 2, 1), (2, 1, 2)],
                offsets: vec![MEDIA, MEDIA],
                ..with_gap()
            },
            "moov/trak[2]/mdia/minf/stbl: the coding changes within the track: sample entry 2 \
             differs: wvtt instead of tx3g; a file for each would do",
            true,
            false,
            text,
        ),
    ] {
        assert_eq!(left_out(track), (reason.to_owned(), is_damaged, is_encrypted, kind));
    }
}

/// A fragment at that time, in milliseconds, with samples of a second each.
fn fragment(time: i64, sizes: &[u32]) -> Vec<Traf> {
    let sample = |size: &u32| Sample { duration: 1000, ..Sample::sync(*size) };
    let samples: Vec<_> = sizes.iter().map(sample).collect();
    vec![Traf::new(3, time, &samples)]
}

fn fragmented(fragments: &[Vec<Traf>]) -> Movie {
    let text = Track::text(0, b"subt", text_entry(b"stpp", STPP), &[]);
    let moov = fragments::moov(&[without_samples(text)], &[[3, 1, 0, 0, 0]]);
    open(fragments::file(&moov, fragments))
}

#[test]
fn gaps_between_fragments_of_text_show_nothing() {
    let movie = fragmented(&[
        fragment(5000, &[0, 7, 0, 0]),
        fragment(9000, &[4, 0]),
        fragment(13_000, &[2, 0]),
    ]);
    let [text] = movie.texts.as_slice() else { panic!("{movie:?}") };
    assert_eq!(text.start, Ticks(6000));
    assert_eq!(
        spans(text),
        [(0, 1000, 7), (1000, 2000, 0), (3000, 1000, 4), (4000, 3000, 0), (7000, 1000, 2)]
    );
    // A later fragment replaces what it overlaps.
    let movie = fragmented(&[fragment(0, &[7, 8]), fragment(4000, &[9]), fragment(1000, &[5])]);
    assert_eq!(spans(&movie.texts[0]), [(0, 1000, 7), (1000, 1000, 5)]);
}

/// On a clock of 10 MHz, 31 bits are 214 seconds.
#[test]
fn a_sample_of_text_may_last_for_minutes() {
    let long = u32::MAX - 1000;
    let text = text_of(Track { stts: Some(vec![(2, 1000), (1, long)]), ..with_gap() });
    assert_eq!(spans(&text)[2], (2000, long.into(), 3));
    let samples = [Sample { duration: long, ..Sample::sync(4) }];
    let movie = fragmented(&[vec![Traf::new(3, 0, &samples)], fragment(long.into(), &[5])]);
    assert_eq!(spans(&movie.texts[0]), [(0, long.into(), 4), (long.into(), 1000, 5)]);
}

/// A gap may be longer than a sample can be.
#[test]
fn a_long_gap_is_several_samples() {
    let longest = i64::from(i32::MAX);
    let movie = fragmented(&[fragment(0, &[1]), fragment(1000 + 2 * longest + 7, &[2])]);
    assert_eq!(
        spans(&movie.texts[0]),
        [
            (0, 1000, 1),
            (1000, longest, 0),
            (1000 + longest, longest, 0),
            (1000 + 2 * longest, 7, 0),
            (1000 + 2 * longest + 7, 1000, 2)
        ]
    );
    let movie = fragmented(&[fragment(0, &[1]), fragment(1000 + longest, &[2])]);
    assert_eq!(spans(&movie.texts[0]).len(), 3);
    let text = Track::text(0, b"subt", text_entry(b"stpp", STPP), &[]);
    let moov = fragments::moov(&[without_samples(text)], &[[3, 1, 0, 0, 0]]);
    let far = fragments::file(&moov, &[fragment(0, &[1]), fragment(longest << 12, &[2])]);
    let error = demux(far.into()).unwrap_err();
    assert!(error.to_string().contains("ticks after the samples before"), "{error}");
}

#[test]
fn the_run_of_a_fragment_may_declare_nothing() {
    let text = Track::text(0, b"subt", text_entry(b"stpp", STPP), &[]);
    let moov = fragments::moov(&[without_samples(text)], &[[3, 1, 2000, 50, 0]]);
    let run = Run { fields: 0, ..Run::new(&[Sample { duration: 2000, ..Sample::sync(50) }; 2]) };
    let traf = Traf { runs: vec![run], ..Traf::new(3, 4000, &[]) };
    let movie = open(fragments::file(&moov, &[vec![traf]]));
    assert_eq!(spans(&movie.texts[0]), [(0, 2000, 50), (2000, 2000, 50)]);
    assert_eq!(movie.texts[0].start, Ticks(4000));
}

#[test]
fn tracks_named_as_chapters_are_chapters() {
    let text = Track { language: 0x15c7, ..with_gap() };
    let audio = Track { references: chapters(&[3, 9]), ..Track::audio(MEDIA + 190) };
    let movie = open(file(&[Track::video(MEDIA), audio.clone(), text], 400));
    assert_eq!((movie.tracks.len(), movie.texts.len(), movie.skipped.len()), (2, 0, 0));
    let [titles] = movie.chapters.tracks.as_slice() else { panic!("{movie:?}") };
    assert_eq!((titles.id.0, titles.language.tag()), (3, "en"));
    assert_eq!(titles.samples.len(), 3);
    // Damaged chapters are left out of the film.
    let broken = Track { stts: None, ..with_gap() };
    let movie = open(file(&[Track::video(MEDIA), audio, broken], 400));
    assert!(movie.chapters.is_empty());
    let skipped = &movie.skipped[0];
    assert_eq!((skipped.is_damaged, skipped.kind), (true, None));
}

/// A file of video with this `udta`.
fn with_udta(udta: &[u8]) -> Movie {
    let body = [mvhd(), Track::video(MEDIA).trak(), boxed(b"udta", udta)].concat();
    open(file_with(&[0; 400], &boxed(b"moov", &body)))
}

#[test]
fn listed_chapters_are_read() {
    let chapter = |start: u64, title: &[u8]| {
        let len = u8::try_from(title.len()).unwrap();
        [&start.to_be_bytes()[..], &[len], title].concat()
    };
    let list = |count: u8, chapters: &[Vec<u8>]| {
        full(b"chpl", 1, 0, &[vec![0, 0, 0, 0, count], chapters.concat()].concat())
    };
    let [one, two] = [chapter(0, b"One"), chapter(20_100_000, "Zw\u{f6}lf\n".as_bytes())];
    let movie = with_udta(&list(2, &[one.clone(), two]));
    let expected = [(0, "One"), (2010, "Zw\u{f6}lf")].map(|(millis, title)| Chapter {
        start: Time::new(Ticks(millis), Timescale::MILLIS),
        title: title.into(),
        language: Language::undetermined(),
    });
    assert_eq!(movie.chapters.listed, expected);
    assert!(movie.warnings.is_empty());
    for (udta, warning) in [
        (list(2, &[one]), "moov/udta/chpl at 1016: is cut short"),
        (
            list(1, &[chapter(u64::MAX, b"")]),
            "moov/udta/chpl at 1016: a chapter starts at 18446744073709551615, beyond any film",
        ),
    ] {
        let movie = with_udta(&udta);
        assert!(movie.chapters.is_empty());
        assert_eq!(movie.warnings, [format!("its chapters cannot be read: {warning}")]);
    }
    assert!(with_udta(b"").chapters.is_empty());
}

#[test]
fn a_file_of_text_alone_is_a_movie() {
    let movie = open(file(&[with_gap()], 400));
    assert_eq!((movie.tracks.len(), movie.texts.len()), (0, 1));
    let broken = file(&[Track { stts: None, ..with_gap() }], 400);
    assert!(matches!(demux(broken.into()), Err(Error::Malformed { .. })));
}

/// The table of a text track does not keep a large `moov` in memory.
#[test]
fn a_text_holds_only_its_own_tables() {
    let free = boxed(b"free", &vec![0; 2 << 20]);
    let samples = vec![(1000, &b"12"[..]); 100];
    let text = Track::text(MEDIA, b"sbtl", tx3g(0), &samples);
    let body = [mvhd(), text.trak(), free].concat();
    let movie = open(file_with(&[0; 400], &boxed(b"moov", &body)));
    assert!(movie.texts[0].samples.memory_size() < 4096);
}
