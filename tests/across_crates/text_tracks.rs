//! Text tracks of files are read as documents, on the clock of the presentation.

use bytes::Bytes;
use dynpack_isobmff::demux;
use dynpack_media::{Extent, Movie, TextTrack, Ticks, Time, Timescale};
use dynpack_testkit::mp4::fragments::{self, Sample, Traf, without_samples};
use dynpack_testkit::mp4::{
    self, MEDIA, Track, boxed, chapters, file_with, moov, mvhd, plain_text, text_entry, tx3g,
};
use dynpack_text::ttml::WriteOptions;
use dynpack_text::{Document, Error, Options, chapters as titles, stpp, vtt, wvtt};
use proptest::prelude::*;

const STPP: &[u8] = b"http://www.w3.org/ns/ttml\0\0\0";

fn open(file: &[u8]) -> Movie {
    demux(Bytes::copy_from_slice(file)).unwrap()
}

fn millis(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

fn pieces(file: &[u8], reads: Vec<Extent>) -> Vec<&[u8]> {
    let within = |at: u64| usize::try_from(at).unwrap();
    let piece = |read: Extent| &file[within(read.offset)..within(read.end())];
    reads.into_iter().map(piece).collect()
}

/// The document of a track, in a presentation that starts at `origin` of its movie.
fn read(file: &[u8], track: &TextTrack, origin: Time) -> Result<Document, Error> {
    let reads = dynpack_text::mp4::reads(track)?;
    let parsed = dynpack_text::mp4::read(track, Options::new(), &pieces(file, reads))?;
    Ok(parsed.document.since(origin))
}

/// The cues of the first text track: start and end in milliseconds, and words.
fn cues(file: &[u8], origin: Time) -> Vec<(i64, i64, String)> {
    let movie = open(file);
    let document = read(file, &movie.texts[0], origin).unwrap();
    let cue = |cue: &dynpack_text::Cue| {
        let [start, end] = [cue.start, cue.end].map(|time| time.round(Timescale::MILLIS).0);
        (start, end, cue.plain_text())
    };
    document.cues.all().iter().map(cue).collect()
}

fn cue(start: i64, end: i64, text: &str) -> (i64, i64, String) {
    (start, end, text.into())
}

/// A file with one text track, and these samples.
fn file(
    handler: &[u8; 4],
    entry: Vec<u8>,
    samples: &[(u32, &[u8])],
    edits: &[(u64, i64)],
) -> Vec<u8> {
    let edits = (!edits.is_empty()).then(|| (0, edits.to_vec()));
    let text = Track { edits, ..Track::text(MEDIA, handler, entry, samples) };
    let media: Vec<u8> = samples.iter().flat_map(|(_, data)| data.to_vec()).collect();
    file_with(&media, &moov(&[text]))
}

/// Four samples of a second each: a gap, a text, an empty gap and another text.
fn plain(edits: &[(u64, i64)]) -> Vec<u8> {
    let (one, two) = (plain_text("one"), plain_text("two"));
    let samples = [(1000, &b"\0\0"[..]), (1000, &one), (1000, b""), (1000, &two)];
    file(b"sbtl", tx3g(0), &samples, edits)
}

#[test]
fn cues_of_samples_are_shown_while_their_samples_are() {
    let expected = [cue(1000, 2000, "one"), cue(3000, 4000, "two")];
    assert_eq!(cues(&plain(&[]), millis(0)), expected);
    let (one, two) = (plain_text("one"), plain_text("two"));
    let quick_time = file(b"text", text_entry(b"text", &[0; 51]), &[(700, &one), (300, &two)], &[]);
    assert_eq!(cues(&quick_time, millis(0)), [cue(0, 700, "one"), cue(700, 1000, "two")]);
}

#[test]
fn edit_lists_move_cut_and_repeat_cues() {
    // A delay, and a presentation that starts later than its movie.
    let late = plain(&[(250, -1), (4000, 0)]);
    assert_eq!(cues(&late, millis(0)), [cue(1250, 2250, "one"), cue(3250, 4250, "two")]);
    assert_eq!(cues(&late, millis(2000)), [cue(0, 250, "one"), cue(1250, 2250, "two")]);
    // From the middle of a cue on.
    assert_eq!(
        cues(&plain(&[(2500, 1500)]), millis(0)),
        [cue(0, 500, "one"), cue(1500, 2500, "two")]
    );
    // The second part first, then a pause, then the end of the first part twice.
    let edits = [(1000, 3000), (100, -1), (600, 1700), (500, 1500)];
    assert_eq!(
        cues(&plain(&edits), millis(0)),
        [cue(0, 1000, "two"), cue(1100, 1400, "one"), cue(1700, 2200, "one"),]
    );
    // An end.
    assert_eq!(cues(&plain(&[(1500, 0)]), millis(0)), [cue(1000, 1500, "one")]);
}

/// A TTML document.
fn ttml(cues: &str) -> Vec<u8> {
    format!(r#"<tt xmlns="http://www.w3.org/ns/ttml"><body><div>{cues}</div></body></tt>"#)
        .into_bytes()
}

fn paragraph(begin: &str, end: &str, text: &str) -> String {
    format!(r#"<p begin="{begin}" end="{end}">{text}</p>"#)
}

/// A file of fragments that start at these times, in milliseconds, each with one sample of two
/// seconds.
fn fragmented(handler: &[u8; 4], entry: Vec<u8>, samples: &[(i64, Vec<u8>)]) -> Vec<u8> {
    let text = without_samples(Track::text(0, handler, entry, &[]));
    let moov = fragments::moov(&[text], &[[3, 1, 0, 0, 0]]);
    samples.iter().fold([mp4::ftyp(), moov].concat(), |file, (time, data)| {
        let size = u32::try_from(data.len()).unwrap();
        let traf = Traf::new(3, *time, &[Sample { duration: 2000, ..Sample::sync(size) }]);
        let moof = fragments::moof(file.len() as u64, &[traf]);
        [file, moof, boxed(b"mdat", data)].concat()
    })
}

/// Times in `stpp` count from the start of the track's clock, whatever the first fragment is.
#[test]
fn times_of_stpp_are_those_of_the_track() {
    let samples = [
        (10_000, ttml(&paragraph("10.5s", "12.5s", "over"))),
        (12_000, ttml(&paragraph("10.5s", "12.5s", "over"))),
        (20_000, ttml(&paragraph("20s", "21s", "late"))),
    ];
    let file = fragmented(b"subt", text_entry(b"stpp", STPP), &samples);
    let expected = [cue(10_500, 12_500, "over"), cue(20_000, 21_000, "late")];
    assert_eq!(cues(&file, millis(0)), expected);
    assert_eq!(cues(&file, millis(10_000)), [cue(500, 2500, "over"), cue(10_000, 11_000, "late")]);
    assert_eq!(cues(&file, millis(11_000)), [cue(0, 1500, "over"), cue(9000, 10_000, "late")]);
}

/// Times in `dfxp` count from the start of each sample, as in Smooth Streaming.
#[test]
fn times_of_smooth_text_are_those_of_the_sample() {
    let samples = [
        (10_000, ttml(&paragraph("0.5s", "1s", "one"))),
        (12_000, ttml(&paragraph("00:00:00.000", "00:00:03.000", "cut"))),
    ];
    let expected = [cue(10_500, 11_000, "one"), cue(12_000, 14_000, "cut")];
    for (handler, kind) in [(b"text", b"dfxp"), (b"subt", b"TTML")] {
        let file = fragmented(handler, text_entry(kind, b""), &samples);
        assert_eq!(cues(&file, millis(0)), expected);
    }
}

#[test]
fn chapters_are_titles_with_their_language() {
    let (one, two) = (plain_text("One\n"), plain_text("Two"));
    let samples = [(700, &one[..]), (300, &two[..])];
    let text = Track {
        language: 0x15c7,
        ..Track::text(MEDIA + 220, b"text", text_entry(b"text", &[0; 51]), &samples)
    };
    let film = [
        Track { references: chapters(&[3]), ..Track::video(MEDIA) },
        Track::audio(MEDIA + 190),
        text,
    ];
    let file = file_with(&[&[0; 220][..], &one, &two].concat(), &moov(&film));
    let movie = open(&file);
    let track = &movie.chapters.tracks[0];
    let document = read(&file, track, millis(0)).unwrap();
    let chapters = titles::read(&document, &track.language).unwrap();
    let listed: Vec<_> = chapters
        .iter()
        .map(|chapter| (chapter.start, chapter.title.as_str(), chapter.language.tag()))
        .collect();
    assert_eq!(listed, [(millis(0), "One", "en"), (millis(700), "Two", "en")]);
}

#[test]
fn what_is_not_asked_for_is_refused() {
    let file = plain(&[]);
    let movie = open(&file);
    let track = &movie.texts[0];
    let reads = dynpack_text::mp4::reads(track).unwrap();
    assert_eq!(reads, [Extent::new(MEDIA, 12)]);
    let read =
        |pieces: &[&[u8]]| dynpack_text::mp4::read(track, Options::new(), pieces).map(|_| ());
    for pieces in [&[][..], &[&file[..11]], &[&file[..12], &[]]] {
        assert_eq!(read(pieces), Err(Error::WrongBytes), "{pieces:?}");
    }
    // Bytes that are no text.
    let error = read(&[&[0xff; 12]]).unwrap_err();
    assert_eq!(error.to_string(), "the text sample is cut short");
}

#[test]
fn tracks_past_a_limit_are_refused() {
    let refusal = |edits: Option<Vec<(u64, i64)>>, samples: &[(u32, &[u8])], sizes| {
        let text = Track::text(MEDIA, b"sbtl", tx3g(0), samples);
        let sizes = if let Some(sizes) = sizes { Some(sizes) } else { text.sizes.clone() };
        let text = Track { edits: edits.map(|edits| (0, edits)), sizes, ..text };
        let body = [mvhd(), text.trak()].concat();
        let file = file_with(&vec![0; 17 << 20], &boxed(b"moov", &body));
        read(&file, &open(&file).texts[0], millis(0)).unwrap_err().to_string()
    };
    let second: &[(u32, &[u8])] = &[(1000, b"\0\0")];
    let edits = (0..1025).map(|at| (1, at % 2 * 500)).collect();
    assert_eq!(
        refusal(Some(edits), second, None),
        "the edits of a text track pass the limit of 1024"
    );
    let large = mp4::Sizes::Constant(17 << 20, 1);
    assert_eq!(
        refusal(None, second, Some(large)),
        "the bytes of the samples pass the limit of 16777216"
    );
    let many = vec![second[0]; (1 << 18) + 1];
    let one = mp4::Sizes::Constant(1, (1 << 18) + 1);
    assert_eq!(refusal(None, &many, Some(one)), "the samples pass the limit of 262144");
}

/// Cues with times to the millisecond, which do not overlap.
fn documents() -> impl Strategy<Value = Document> {
    let cue = (0_u32..3000, 1_u32..3000, "[a-z]{1,9}( [a-z]{1,9})?");
    prop::collection::vec(cue, 1..20).prop_map(|cues| {
        let mut text = String::from("WEBVTT\n\n");
        let mut at = 0;
        for (gap, duration, words) in cues {
            let [start, end] = [at + gap, at + gap + duration]
                .map(|at| format!("{:02}:{:02}.{:03}", at / 60_000, at / 1000 % 60, at % 1000));
            text.push_str(&format!("{start} --> {end}\n{words}\n\n"));
            at += gap + duration;
        }
        vtt::read(text.as_bytes(), Options::new()).unwrap().document
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A document comes back from any track of MP4, however it was cut.
    #[test]
    fn documents_survive_their_tracks(document in documents(), seconds in 1_i64..9) {
        let end = document.cues.all().last().unwrap().end.ceil(Timescale::SECONDS).0;
        let starts = (0..end).step_by(usize::try_from(seconds).unwrap());
        let segments: Vec<_> = starts
            .map(|start| document.segment(millis(start * 1000)..millis((start + seconds) * 1000)))
            .collect();
        let clock = Timescale::MILLIS;
        let fragment = |samples: Vec<dynpack_text::Sample>, file: &mut Vec<u8>| {
            let lasts = |sample: &dynpack_text::Sample| Sample {
                duration: u32::try_from((sample.span.end - sample.span.start).0).unwrap(),
                ..Sample::sync(u32::try_from(sample.data.len()).unwrap())
            };
            let start = samples[0].span.start.0;
            let traf = Traf::new(3, start, &samples.iter().map(lasts).collect::<Vec<_>>());
            let moof = fragments::moof(file.len() as u64, &[traf]);
            let data: Vec<u8> = samples.into_iter().flat_map(|sample| sample.data).collect();
            file.extend([moof, boxed(b"mdat", &data)].concat());
        };
        let start = |entry: Vec<u8>| {
            let text = without_samples(Track::text(0, b"text", entry, &[]));
            [mp4::ftyp(), fragments::moov(&[text], &[[3, 1, 0, 0, 0]])].concat()
        };
        let (mut of_wvtt, mut of_stpp) =
            (start(wvtt::sample_entry(&document)), start(stpp::sample_entry()));
        for segment in &segments {
            fragment(wvtt::samples(segment, clock).unwrap(), &mut of_wvtt);
            let sample = stpp::sample(segment, WriteOptions::default(), clock).unwrap();
            fragment(vec![sample], &mut of_stpp);
        }
        for file in [&of_wvtt, &of_stpp] {
            let found = read(file, &open(file).texts[0], millis(0)).unwrap();
            let cue = |cue: &dynpack_text::Cue| (cue.start, cue.end, cue.plain_text());
            let [expected, found] = [&document, &found]
                .map(|document| document.cues.all().iter().map(cue).collect::<Vec<_>>());
            prop_assert_eq!(expected, found);
        }
    }
}
