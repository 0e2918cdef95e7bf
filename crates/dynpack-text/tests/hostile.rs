//! Damaged documents and samples are read without harm, and what was read is written validly.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::ttml::WriteOptions;
use dynpack_text::{Cue, Cues, Document, Node, Options, Span, SpanKind, TrackReader};
use dynpack_text::{srt, stpp, ttml, vtt, wvtt};
use proptest::prelude::*;
use proptest::sample::Index;

const SOURCES: [&[u8]; 4] = [
    include_bytes!("data/styled.vtt"),
    include_bytes!("data/plain.srt"),
    include_bytes!("data/nested.ttml"),
    include_bytes!("data/images.ttml"),
];
/// Pieces that change what follows.
const PIECES: [&[u8]; 12] = [
    b"\n\n",
    b"-->",
    b"<",
    b">",
    b"&",
    b"\0",
    b"\xff",
    b"\"",
    b"<p>",
    b"</span>",
    b"<rt>",
    b"99999999",
];

fn at(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

/// Replaces stretches of bytes by pieces, or by other parts of the document.
fn damaged(mut bytes: Vec<u8>, edits: &[(Index, Index, Index, bool)]) -> Vec<u8> {
    for (start, other, piece, copies) in edits {
        let start = start.index(bytes.len());
        let end = (start + other.index(20)).min(bytes.len());
        let from = other.index(bytes.len());
        let copy = bytes[from..(from + 40).min(bytes.len())].to_vec();
        let replacement = if *copies { copy } else { piece.get(&PIECES).to_vec() };
        bytes.splice(start..end, replacement);
    }
    bytes
}

fn check(document: &Document) {
    for excerpt in [document.whole(), document.segment(at(4000)..at(8000))] {
        let text = vtt::write(&excerpt, None);
        let parsed = vtt::read(text.as_bytes(), Options::new()).unwrap();
        assert_eq!(parsed.warnings, [], "{text}");
        let texts = excerpt.cues().iter().filter(|cue| cue.image().is_none());
        assert_eq!(parsed.document.cues.all().len(), texts.count(), "{text}");
        assert_eq!(vtt::write(&parsed.document.whole(), None), text);
        let text = ttml::write(&excerpt, WriteOptions::default());
        assert_eq!(ttml::read(text.as_bytes(), Options::new()).unwrap().warnings, [], "{text}");
    }
}

/// What no document in WebVTT can say, but other formats and callers can.
#[test]
fn names_that_look_like_times_are_written_apart() {
    let text = || vec![Node::Text("text".into())];
    let class = Span { classes: vec!["--".into()], ..Span::new(SpanKind::Plain, text()) };
    let voice = Span::new(SpanKind::Voice("a --".into()), text());
    let nodes = [class, voice].map(|span| Node::Span(Box::new(span)));
    let cue = Cue { id: Some("-->".into()), ..Cue::new(at(0)..at(1), "") };
    let cues = Cues::new(vec![Cue { nodes: nodes.into(), ..cue }]);
    let document = Document { cues, ..Document::default() };
    check(&document);
    let text = vtt::write(&document.whole(), None);
    assert!(text.ends_with("\n<c.-- >text</c><v a -- >text</v>\n\n"), "{text}");
}

fn edits() -> impl Strategy<Value = Vec<(Index, Index, Index, bool)>> {
    proptest::collection::vec(any::<(Index, Index, Index, bool)>(), 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damaged_documents_do_no_harm(source in 0..SOURCES.len(), edits in edits()) {
        let bytes = damaged(SOURCES[source].to_vec(), &edits);
        for read in [vtt::read, srt::read, ttml::read] {
            if let Ok(parsed) = read(&bytes, Options::new()) {
                check(&parsed.document);
            }
        }
    }

    #[test]
    fn damaged_samples_do_no_harm(edits in edits()) {
        let document = vtt::read(SOURCES[0], Options::new()).unwrap().document;
        let whole = document.whole();
        let options = WriteOptions::default();
        let mut samples = wvtt::samples(&whole, Timescale::MILLIS).unwrap();
        samples.extend(stpp::sample(&whole, options, Timescale::MILLIS));
        let with_images = ttml::read(SOURCES[3], Options::new()).unwrap().document;
        let image = with_images.cues.all()[0].image().unwrap().png().to_vec();
        let mut followed = stpp::sample(&with_images.whole(), options, Timescale::MILLIS).unwrap();
        followed.data.extend([image.clone(), image].concat());
        samples.push(followed);
        for entry in [wvtt::sample_entry(&document), stpp::sample_entry()] {
            let _ = TrackReader::new(&damaged(entry.clone(), &edits), Options::new());
            let mut track = TrackReader::new(&entry, Options::new()).unwrap();
            for sample in &samples {
                let [start, end] = [sample.span.start, sample.span.end].map(|time| at(time.0));
                let _ = track.add(start..end, &damaged(sample.data.clone(), &edits));
            }
            check(&track.finish().document);
        }
    }
}
