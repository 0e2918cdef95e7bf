//! Documents that would grow without limit are refused.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::limits::{MAX_BYTES, MAX_CUES, MAX_REGIONS};
use dynpack_text::{Cue, Cues, Document, Error, Options, srt, ttml, vtt, wvtt};

const CLOCK: Timescale = Timescale::MILLIS;

fn problem<T>(result: Result<T, Error>) -> String {
    result.map(|_| ()).unwrap_err().to_string()
}

#[test]
fn documents_past_a_limit_are_refused() {
    let options = Options::new();
    let cues = "00:00.000-->00:00.001\n\n".repeat(MAX_CUES + 1);
    let error = problem(vtt::read(format!("WEBVTT\n\n{cues}").as_bytes(), options));
    assert_eq!(error, "the cues pass the limit of 200000");

    let region = |id: usize| format!("REGION\nid:{id}\n\n");
    let regions: String = (0..=MAX_REGIONS).map(region).collect();
    let error = problem(vtt::read(format!("WEBVTT\n\n{regions}").as_bytes(), options));
    assert_eq!(error, "the regions pass the limit of 256");

    let bytes = vec![b' '; MAX_BYTES + 1];
    for read in [vtt::read, srt::read, ttml::read] {
        let error = problem(read(&bytes, options));
        assert_eq!(error, "the bytes of the document pass the limit of 8388608");
    }
}

/// In both, what is shown changes n times, and n texts are shown each time.
#[test]
fn overlapping_texts_are_not_repeated_without_limit() {
    let time = |millis: i64| Time::new(Ticks(millis), CLOCK);
    let overlapping = |count: i64| {
        let cues: Cues = (0..count).map(|at| Cue::new(time(at)..time(count + at), "a")).collect();
        Document { cues, ..Document::default() }
    };
    assert_eq!(wvtt::samples(&overlapping(100).whole(), CLOCK).unwrap().len(), 199);
    let error = problem(wvtt::samples(&overlapping(1000).whole(), CLOCK));
    assert_eq!(error, "repeated cues pass the limit of 65536");

    let spans = |count: usize| {
        let spans: String =
            (0..count).map(|at| format!("<span begin='{at}ms' dur='9s'>a</span>")).collect();
        let document = format!("<tt><body><p>{spans}</p></body></tt>");
        ttml::read(document.as_bytes(), Options::new())
    };
    assert_eq!(spans(100).unwrap().document.cues.all().len(), 199);
    let error = problem(spans(1000));
    assert_eq!(error, "the bytes of paragraphs at all of their times pass the limit of 16777216");
}
