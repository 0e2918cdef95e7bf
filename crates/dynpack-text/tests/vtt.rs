//! WebVTT: what the standard's algorithm accepts, drops and means.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::{Cue, Options, Strictness, vtt};

const STYLED: &str = include_str!("data/styled.vtt");

/// Start, end and words of each cue; times in milliseconds.
fn cues(document: &str) -> Vec<(i64, i64, String)> {
    let parsed = vtt::read(document.as_bytes(), Options::new()).unwrap();
    parsed.document.cues.all().iter().map(seen).collect()
}

fn seen(cue: &Cue) -> (i64, i64, String) {
    let millis = |time: Time| time.round(Timescale::MILLIS).0;
    (millis(cue.start), millis(cue.end), cue.plain_text())
}

fn rewritten(document: &str) -> String {
    vtt::write(&vtt::read(document.as_bytes(), Options::new()).unwrap().document.whole(), None)
}

#[test]
fn what_is_written_reads_and_writes_the_same() {
    let written = rewritten(STYLED);
    assert_eq!(written, include_str!("data/styled.written.vtt"));
    assert_eq!(rewritten(&written), written);
    assert_eq!(cues(&written), cues(STYLED));
}

#[test]
fn regions_and_cues_without_a_length_are_kept() {
    let document = "WEBVTT\n\nREGION\nid:top\nwidth:40%\nlines:2\nregionanchor:0%,0%\n\
                    viewportanchor:10%,5%\nscroll:up\n\n\
                    00:00:01.000 --> 00:00:01.000 region:top align:start\nNow\n\n\
                    00:00:01.000 --> 00:00:02.000\n\n";
    assert_eq!(rewritten(document), document);
    // Settings that the standard does not allow in a region take the cue out of it.
    let moved = document.replace("region:top", "region:top line:0");
    assert_eq!(rewritten(&moved), document.replace("region:top", "line:0"));
}

/// The tags of the text, and what is written for them.
#[test]
fn cue_text_is_read_as_the_standard_says() {
    for (text, expected) in [
        ("a\nb", "a\nb"),
        ("<i>a", "<i>a</i>"),
        ("<i>a<b>b</i>c</b>d", "<i>a<b>bc</b>d</i>"),
        ("a<unknown>b</unknown>c", "abc"),
        ("a < b > c", "a  c"),
        ("a <", "a "),
        ("<v.loud  Mary   Ann >a", "<v.loud Mary Ann>a</v>"),
        ("<v\nMary>a", "<v Mary>a</v>"),
        ("<v R&amp;D>a", "<v R&amp;D>a</v>"),
        ("<rt>a</rt>", "a"),
        ("<ruby>a<rt>b</ruby>c", "<ruby>a<rt>b</rt></ruby>c"),
        ("<c.red>a</c><c.bg_lime.x>b</c>", "<c.red>a</c><c.x.bg_lime>b</c>"),
        ("<b.x.red>a</b>", "<b.x.red>a</b>"),
        ("<v.red Mary>a", "<c.red><v Mary>a</v></c>"),
        ("<c></c>a<c><b></b></c>", "a"),
        ("a&lt;b&gt;c&amp;&nbsp;&eacute;&#233;&#xe9;&copy", "a&lt;b&gt;c&amp;\u{a0}ééé©"),
        ("&unknown; & &;", "&amp;unknown; &amp; &amp;;"),
        ("a <00:01.000>b<1:00>c", "a <00:00:01.000>bc"),
        ("<lang en-GB>a", "<lang en-GB>a</lang>"),
    ] {
        let document = format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n");
        let written = rewritten(&document);
        let body = written.split_once(" --> 00:00:01.000\n").unwrap().1;
        assert_eq!(body.trim_end_matches('\n'), expected, "{text}");
    }
}

#[test]
fn tags_deeper_than_the_limit_are_left_out_but_their_text_is_not() {
    let text = format!("{}deep{}", "<b>".repeat(5000), "</b>".repeat(5000));
    let document = format!("WEBVTT\n\n00:00.000 --> 00:01.000\n{text}\n");
    assert_eq!(cues(&document), [(0, 1000, "deep".into())]);
    assert_eq!(rewritten(&document).matches("<b>").count(), dynpack_text::MAX_DEPTH);
}

/// The blocks of a document, with the problems that are warned about.
#[test]
fn what_the_standard_drops_is_dropped_with_a_warning() {
    let ok = "00:01.000 --> 00:02.000";
    for (document, texts, warnings) in [
        ("WEBVTT".into(), vec![], vec![]),
        (format!("WEBVTT\n{ok}\na"), vec!["a"], vec![]),
        (format!("WEBVTT\t x\nLanguage: en\nKind: captions\n\n{ok}\na"), vec!["a"], vec![]),
        (format!("WEBVTT\r\n\r\nid\r\n{ok}\r\na\r\n\r\n\r\n{ok}\rb"), vec!["a", "b"], vec![]),
        (format!("WEBVTT\n\n{ok}\na\n{ok}\nb"), vec!["a", "b"], vec![]),
        (
            "WEBVTT\n\n00:01,000 --> 00:02.000\na\n\nx --> y\nb".into(),
            vec![],
            vec![
                "line 3: the times of a cue are invalid",
                "line 6: the times of a cue are invalid",
            ],
        ),
        (
            format!("WEBVTT\n\n00:02.000 --> 00:01.000\na\n\n{ok}\nb"),
            vec!["b"],
            vec!["line 3: a cue ends before it starts"],
        ),
        (
            format!("WEBVTT\n\nlost\n\nNOTE x\ny\n\nSTYLE\n::cue {{}}\n\nNOTE\n\n{ok}\na\n\nb"),
            vec!["a"],
            vec![
                "line 3: a block without times is ignored",
                "line 16: a block without times is ignored",
            ],
        ),
        (
            format!("WEBVTT\n\nNOTE\n{ok}\nthe identifier is NOTE"),
            vec!["the identifier is NOTE"],
            vec![],
        ),
        (format!("WEBVTT\n\nSTYLE\n::cue {{}}\n{ok}\na"), vec!["a"], vec![]),
        (format!("WEBVTT\n\n \t{ok}\t\talign:end\na"), vec!["a"], vec![]),
        ("WEBVTT\n\n00:01.000-->00:02.000line:1\na".into(), vec!["a"], vec![]),
    ] {
        let parsed = vtt::read(document.as_bytes(), Options::new()).unwrap();
        let found: Vec<_> = parsed.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(found, warnings, "{document}");
        assert_eq!(
            cues(&document).iter().map(|cue| &cue.2).collect::<Vec<_>>(),
            texts,
            "{document}"
        );
        let strict = Options::new().with_strictness(Strictness::Strict);
        let strict =
            vtt::read(document.as_bytes(), strict).map(|_| ()).map_err(|error| error.to_string());
        let line_of = |warning: &&str| warning.split_once(": ").unwrap().0.to_owned();
        match warnings.first().map(line_of) {
            None => assert_eq!(strict, Ok(())),
            Some(line) => assert!(strict.unwrap_err().contains(&format!("{line}, column 1"))),
        }
    }
}

#[test]
fn a_document_without_signature_is_refused() {
    for document in ["", "WEBVTTx", "webvtt", "\nWEBVTT", "1\n00:01.000 --> 00:02.000"] {
        let error = vtt::read(document.as_bytes(), Options::new()).unwrap_err().to_string();
        assert_eq!(error, "malformed at line 1, column 1: there is no signature WEBVTT");
    }
}

#[test]
fn segments_have_the_cues_they_touch_with_their_own_times() {
    let document = vtt::read(STYLED.as_bytes(), Options::new()).unwrap().document;
    let seconds = |seconds| Time::new(Ticks(seconds), Timescale::SECONDS);
    let starts = |from, to| {
        let segment = document.segment(seconds(from)..seconds(to));
        segment.cues().iter().map(|cue| seen(cue).0).collect::<Vec<_>>()
    };
    assert_eq!(starts(0, 6), [1000, 3500, 5000]);
    assert_eq!(starts(6, 8), [5000]);
    assert_eq!(starts(8, 12), [8000]);
    assert_eq!(starts(12, 18), [8000]);
    assert_eq!(starts(18, 24), Vec::<i64>::new());
    let map = vtt::TimestampMap { mpegts: 900_000, local: seconds(0) };
    assert_eq!(
        vtt::write(&document.segment(seconds(7)..seconds(8)), Some(map))
            .lines()
            .take(2)
            .collect::<Vec<_>>(),
        ["WEBVTT", "X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:00:00.000"]
    );
}
