//! What a client sees that reads all segments is what the source says.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::ttml::{Times, WriteOptions};
use dynpack_text::{Cue, Cues, Document, Options, TrackReader, stpp, ttml, vtt, wvtt};
use proptest::prelude::*;

const CLOCK: Timescale = Timescale::MILLIS;

/// Start, end and words; times in milliseconds.
type Seen = (i64, i64, String);

fn time(millis: i64) -> Time {
    Time::new(Ticks(millis), CLOCK)
}

fn seen(cue: &Cue) -> Seen {
    (cue.start.round(CLOCK).0, cue.end.round(CLOCK).0, cue.plain_text())
}

fn sorted(cues: impl IntoIterator<Item = Seen>) -> Vec<Seen> {
    let mut cues: Vec<Seen> = cues.into_iter().collect();
    cues.sort();
    cues
}

/// Segments of random lengths from zero on; the last has the end of the last cue.
fn segments(document: &Document, lengths: &[i64]) -> Vec<Range<Time>> {
    let ends = document.cues.all().iter().map(|cue| seen(cue).1);
    let end = ends.max().unwrap_or(0) + 1;
    let mut cuts = vec![0];
    for length in lengths {
        let next = cuts[cuts.len() - 1] + length;
        if next < end {
            cuts.push(next);
        }
    }
    cuts.push(end);
    cuts.windows(2).map(|cut| time(cut[0])..time(cut[1])).collect()
}

/// Times near each other and near cuts, with some hours apart.
fn a_time() -> impl Strategy<Value = i64> {
    prop_oneof![0..30_i64, (0..10_i64).prop_map(|at| at * 6000), 0..60_000_i64, Just(36_000_000)]
}

fn a_text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-c]{1,3}", "[a-b <>&.\n-]{0,12}", "\\PC{0,8}", Just("\n\n--> 00:\n".into())]
}

prop_compose! {
    fn a_cue()(start in a_time(), length in prop_oneof![Just(0), a_time()], text in a_text(),
               id in proptest::option::of("[a-z]{1,3}")) -> Cue {
        Cue { id, ..Cue::new(time(start)..time(start + length), &text) }
    }
}

prop_compose! {
    fn a_document()(cues in proptest::collection::vec(a_cue(), 0..12)) -> Document {
        Document { cues: Cues::new(cues), ..Document::default() }
    }
}

fn lengths() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(prop_oneof![Just(6000), 1..9000_i64], 0..12)
}

/// The cues of all segments: of those that start before their segment, the one before had them.
fn joined(segments: impl IntoIterator<Item = (Range<Time>, Document)>) -> Vec<Seen> {
    sorted(segments.into_iter().flat_map(|(span, document)| {
        let cues = document.cues.all().iter().filter(|cue| cue.start >= span.start);
        cues.map(seen).collect::<Vec<_>>()
    }))
}

/// The cues with text, since TTML cannot tell one without from none.
fn visible(document: &Document) -> Vec<Seen> {
    let cues = document.cues.all().iter().map(seen);
    sorted(cues.filter(|(_, _, text)| !text.trim_matches('\n').is_empty()))
}

fn read_vtt(text: &str) -> Document {
    let parsed = vtt::read(text.as_bytes(), Options::new()).unwrap();
    assert_eq!(parsed.warnings, []);
    parsed.document
}

proptest! {
    #[test]
    fn segments_of_webvtt_have_every_cue(document in a_document(), lengths in lengths()) {
        let segments = segments(&document, &lengths).into_iter().map(|span| {
            let text = vtt::write(&document.segment(span.clone()), None);
            (span, read_vtt(&text))
        });
        prop_assert_eq!(joined(segments), sorted(document.cues.all().iter().map(seen)));
    }

    #[test]
    fn webvtt_is_the_same_when_it_is_read_and_written_again(document in a_document()) {
        let text = vtt::write(&document.whole(), None);
        let read = read_vtt(&text);
        prop_assert_eq!(vtt::write(&read.whole(), None), text);
        prop_assert_eq!(read.cues, document.cues);
    }

    #[test]
    fn segments_of_imsc_have_every_cue(document in a_document(), lengths in lengths()) {
        let segments = segments(&document, &lengths).into_iter().map(|span| {
            let text = ttml::write(&document.segment(span.clone()), WriteOptions::default());
            (span, ttml::read(text.as_bytes(), Options::new()).unwrap().document)
        });
        prop_assert_eq!(joined(segments), visible(&document));
    }

    #[test]
    fn segments_of_smooth_streaming_join_to_every_cue_with_a_length(
        document in a_document(),
        lengths in lengths(),
    ) {
        let options = WriteOptions { times: Times::Segment, ..WriteOptions::default() };
        let mut joined: Vec<Seen> = Vec::new();
        for span in segments(&document, &lengths) {
            let start = span.start.round(CLOCK).0;
            let text = ttml::write(&document.segment(span.clone()), options);
            for cue in ttml::read(text.as_bytes(), Options::new()).unwrap().document.cues.all() {
                let (from, to, text) = seen(cue);
                let cue = (start + from, start + to, cue.id.clone().unwrap() + &text);
                // The piece before has the same identifier.
                match joined.iter_mut().find(|joined| joined.2 == cue.2) {
                    Some(before) => {
                        prop_assert_eq!((before.1, cue.0), (start, start));
                        before.1 = cue.1;
                    }
                    None => joined.push(cue),
                }
            }
        }
        let times = |cues: &[Seen]| {
            let mut times: Vec<_> = cues.iter().map(|(start, end, _)| (*start, *end)).collect();
            times.sort_unstable();
            times
        };
        prop_assert_eq!(times(&joined), times(&visible(&document)));
    }

    #[test]
    fn samples_of_stpp_have_every_cue(document in a_document(), lengths in lengths()) {
        let mut track = TrackReader::new(&stpp::sample_entry(), Options::new()).unwrap();
        for segment in segments(&document, &lengths) {
            let options = WriteOptions::default();
            let sample = stpp::sample(&document.segment(segment), options, CLOCK).unwrap();
            let [start, end] = [sample.span.start, sample.span.end].map(|at| time(at.0));
            track.add(start..end, &sample.data).unwrap();
        }
        let joined = track.finish().document.cues;
        prop_assert_eq!(sorted(joined.all().iter().map(seen)), visible(&document));
    }

    #[test]
    fn samples_of_wvtt_have_every_cue_with_a_length(
        document in a_document(),
        lengths in lengths(),
    ) {
        let mut track = TrackReader::new(&wvtt::sample_entry(&document), Options::new()).unwrap();
        let mut end = 0;
        for segment in segments(&document, &lengths) {
            for sample in wvtt::samples(&document.segment(segment), CLOCK).unwrap() {
                prop_assert_eq!(sample.span.start.0, end);
                end = sample.span.end.0;
                track.add(time(sample.span.start.0)..time(end), &sample.data).unwrap();
            }
        }
        let joined = track.finish().document.cues;
        let with_length = document.cues.all().iter().filter(|cue| cue.start < cue.end).map(seen);
        prop_assert_eq!(sorted(joined.all().iter().map(seen)), sorted(with_length));
    }
}
