//! SubRip, as files of all kinds have it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_text::{Encoding, Options, srt, vtt};

fn as_vtt(document: &str) -> String {
    let parsed = srt::read(document.as_bytes(), Options::new()).unwrap();
    vtt::write(&parsed.document.whole(), None).trim_start_matches("WEBVTT\n\n").to_owned()
}

#[test]
fn cues_go_up_to_the_next_number_with_times() {
    for (document, expected) in [
        (
            "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\nOne\r\nline\r\n\r\n2\r\n\
             00:00:03.000 --> 00:00:04,000 X1:10 X2:20\r\nTwo\r\n",
            "1\n00:00:01.000 --> 00:00:02.500\nOne\nline\n\n\
             2\n00:00:03.000 --> 00:00:04.000\nTwo\n\n",
        ),
        (
            "00:00:01,5-->0:00:02\nNo number\n\n1984\n\n3\n00:00:03,000 --> 00:00:03,000\n",
            "00:00:01.005 --> 00:00:02.000\nNo number\n<c></c>\n1984\n\n\
             3\n00:00:03.000 --> 00:00:03.000\n\n",
        ),
        ("", ""),
        ("\n \n", ""),
    ] {
        assert_eq!(as_vtt(document), expected);
    }
}

#[test]
fn tags_that_players_know_are_styles_and_others_are_text() {
    for (text, expected) in [
        ("<i>a</i> <B>b</B> <u>c", "<i>a</i> <b>b</b> <u>c</u>"),
        ("<i>a<b>b</i>c</b>", "<i>a<b>b</b></i>c"),
        (
            r##"<font color="#ffff00">a</font><font face=x color=red>b"##,
            "<c.yellow>a</c><c.red>b</c>",
        ),
        ("<font color=FF0000>a</font><font size=3>b</font>", "<c.red>a</c>b"),
        ("a <3 b < c {d} <laughs>", "a &lt;3 b &lt; c {d} &lt;laughs&gt;"),
        (r"{\i1}a{\i0}b{\fad(1,2)\b1}c", "<i>a</i>b<b>c</b>"),
        ("AT&amp;T &lt;i&gt; Q&A", "AT&amp;T &lt;i&gt; Q&amp;A"),
    ] {
        let document = format!("1\n00:00:00,000 --> 00:00:01,000\n{text}\n");
        let expected = format!("1\n00:00:00.000 --> 00:00:01.000\n{expected}\n\n");
        assert_eq!(as_vtt(&document), expected, "{text}");
    }
}

#[test]
fn places_are_those_of_a_keypad() {
    for (key, settings) in [
        (1, " align:left"),
        (2, ""),
        (5, " line:50%,center"),
        (8, " line:0"),
        (9, " line:0 align:right"),
    ] {
        let document = format!("1\n00:00:00,000 --> 00:00:01,000\n{{\\an{key}}}a\n");
        let expected = format!("1\n00:00:00.000 --> 00:00:01.000{settings}\na\n\n");
        assert_eq!(as_vtt(&document), expected);
    }
}

#[test]
fn what_is_left_out_is_warned_about() {
    let document = "title\n\n1\n00:00:01,000 --> 00:00:02\na\n\n2\n00:00:x --> y\nb\n\n3\n\
                    00:00:05,000 --> 00:00:04,000\nc\n";
    let parsed = srt::read(document.as_bytes(), Options::new()).unwrap();
    let warnings: Vec<_> = parsed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "line 1: text before the first cue is ignored",
            "line 8: the times of a cue are invalid",
            "line 12: a cue ends before it starts"
        ]
    );
    assert_eq!(parsed.document.cues.all().len(), 1);
    let error = srt::read(b"no subtitles", Options::new()).unwrap_err().to_string();
    assert_eq!(error, "malformed at line 1, column 1: there are no times");
}

#[test]
fn windows_1252_is_read_if_it_is_declared() {
    let document = b"1\n00:00:01,000 --> 00:00:02,000\n\x80 \xe9\n";
    let options = Options::new().with_encoding(Encoding::Windows1252);
    let parsed = srt::read(document, options).unwrap();
    assert_eq!(parsed.document.cues.all()[0].plain_text(), "€ é");
    let error = srt::read(document, Options::new()).unwrap_err().to_string();
    assert_eq!(error, "malformed at line 3, column 1: neither UTF-8 nor UTF-16");
}
