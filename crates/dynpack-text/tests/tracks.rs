//! Samples as other programs write them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::{Document, Options, TrackReader, vtt};

fn seconds(seconds: i64) -> Time {
    Time::new(Ticks(seconds), Timescale::SECONDS)
}

/// Reads samples of a second each.
fn read(entry: &[u8], samples: &[&[u8]]) -> Result<Document, String> {
    let mut track = TrackReader::new(entry, Options::new()).map_err(|error| error.to_string())?;
    for (at, sample) in (0..).zip(samples) {
        track.add(seconds(at)..seconds(at + 1), sample).map_err(|error| error.to_string())?;
    }
    Ok(track.finish().document)
}

/// The cues as WebVTT, without its header.
fn as_vtt(document: &Document) -> String {
    vtt::write(&document.whole(), None).trim_start_matches("WEBVTT\n\n").to_owned()
}

/// A box with these fields.
fn a_box(code: &str, fields: &[u8]) -> Vec<u8> {
    let len = u32::try_from(fields.len() + 8).unwrap();
    [&len.to_be_bytes(), code.as_bytes(), fields].concat()
}

fn entry(code: &str, fields: &[u8]) -> Vec<u8> {
    a_box(code, &[b"\0\0\0\0\0\0\0\x01", fields].concat())
}

/// The `tx3g` entry of ffmpeg 7, without its `ftab` and `btrt`: centred, at the bottom, white.
const TX3G: &[u8] =
    b"\0\0\0\0\x01\xff\0\0\0\xff\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x10\xff\xff\xff\xff";

#[test]
fn tx3g_of_ffmpeg_has_its_styles() {
    let sample = b"\0\x14Plain italic bold \xc3\xa9\0\0\0\x22styl\0\x02\
                   \0\x06\0\x0c\0\x01\x02\x10\xff\xff\xff\xff\
                   \0\x0d\0\x11\0\x01\x01\x10\xff\xff\xff\xff";
    let red = b"\0\x08red\nline\0\0\0\x16styl\0\x01\0\0\0\x03\0\x01\0\x10\xff\0\0\xff";
    assert_eq!(
        as_vtt(&read(&entry("tx3g", TX3G), &[b"\0\0", sample, b"", red]).unwrap()),
        "00:00:01.000 --> 00:00:02.000\nPlain <i>italic</i> <b>bold</b> é\n\n\
         00:00:03.000 --> 00:00:04.000\n<c.red>red</c>\nline\n\n"
    );
}

#[test]
fn plain_texts_are_decoded_as_they_say() {
    let quick_time = entry("text", &[0; 51]);
    for (entry, sample, expected) in [
        (entry("tx3g", TX3G), &b"\0\x06\xfe\xff\0a\x20\xac"[..], Ok("a€")),
        (entry("tx3g", TX3G), b"\0\x01\xe9", Err("the text sample is not in UTF-8")),
        (quick_time.clone(), b"\0\x03a\rb\0\0\0\x0cencd\0\0\x01\0", Ok("a\nb")),
        (quick_time.clone(), b"\0\x01\x8e", Ok("é")),
        (quick_time, b"\0\x05a", Err("the text sample is cut short")),
    ] {
        let text = read(&entry, &[sample]).map(|document| document.cues.all()[0].plain_text());
        assert_eq!(text, expected.map(String::from).map_err(String::from), "{sample:?}");
    }
}

/// What is written reads back as the same.
#[test]
fn an_identifier_with_a_zero_is_written_without() {
    let cue = [a_box("iden", b"a\0b"), a_box("payl", b"text")].concat();
    let document = read(&entry("wvtt", b""), &[&a_box("vttc", &cue)]).unwrap();
    assert_eq!(as_vtt(&document), "a\u{fffd}b\n00:00:00.000 --> 00:00:01.000\ntext\n\n");
}

#[test]
fn pieces_of_wvtt_with_a_source_are_one_cue() {
    let cue = |source: &[u8], text: &str| {
        let payload = a_box("payl", text.as_bytes());
        a_box("vttc", &[source, &a_box("sttg", b"align:left"), &payload].concat())
    };
    let source = |id: u8| a_box("vsid", &[0, 0, 0, id]);
    let entry = entry("wvtt", &a_box("vttC", b"WEBVTT\n\nREGION\nid:r"));
    let samples = [
        a_box("vttc", &a_box("payl", b"whole")),
        [cue(&source(1), "one"), cue(&source(2), "two")].concat(),
        [cue(&source(2), "two"), a_box("vtta", b"a comment")].concat(),
        a_box("vtte", b""),
        cue(&source(2), "again"),
        cue(b"", "alike"),
        cue(b"", "alike"),
    ];
    let document = read(&entry, &samples.each_ref().map(Vec::as_slice)).unwrap();
    assert_eq!(document.regions[0].id, "r");
    assert_eq!(
        as_vtt(&Document { regions: Vec::new(), ..document }),
        "00:00:00.000 --> 00:00:01.000\nwhole\n\n\
         00:00:01.000 --> 00:00:02.000 align:left\none\n\n\
         00:00:01.000 --> 00:00:03.000 align:left\ntwo\n\n\
         00:00:04.000 --> 00:00:05.000 align:left\nagain\n\n\
         00:00:05.000 --> 00:00:06.000 align:left\nalike\n\n\
         00:00:06.000 --> 00:00:07.000 align:left\nalike\n\n"
    );
}

/// Documents of `stpp` whose cues are cut at samples (with an identifier), or have their own times.
#[test]
fn pieces_of_stpp_are_one_cue() {
    let document = |cues: &str| format!("<tt><body><div>{cues}</div></body></tt>");
    let cue =
        |id: &str, begin: u8, end: u8| format!("<p {id} begin='{begin}s' end='{end}s'>text</p>");
    let samples = [
        document(&(cue("xml:id='a'", 0, 1) + &cue("", 0, 3))),
        document(&(cue("xml:id='a'", 1, 2) + &cue("", 0, 3) + &cue("", 1, 2))),
        document(&(cue("xml:id='b'", 2, 3) + &cue("", 0, 3) + &cue("", 5, 9))),
    ];
    let entry = entry("stpp", b"http://www.w3.org/ns/ttml\0\0\0");
    let samples = samples.each_ref().map(String::as_bytes);
    let document = read(&entry, &samples).unwrap();
    let times =
        |cue: &dynpack_text::Cue| (cue.id.clone(), cue.start.as_seconds(), cue.end.as_seconds());
    assert_eq!(
        document.cues.all().iter().map(times).collect::<Vec<_>>(),
        [
            (Some("a".into()), 0.0, 2.0),
            (None, 0.0, 3.0),
            (None, 1.0, 2.0),
            (Some("b".into()), 2.0, 3.0)
        ]
    );
}

#[test]
fn invalid_tracks_are_refused_with_their_part() {
    let wvtt = entry("wvtt", &a_box("vttC", b"WEBVTT"));
    let none: &[&[u8]] = &[];
    for (entry, samples, problem) in [
        (
            entry("mp4a", b""),
            none,
            "the sample entry is of no known text format, which is not supported",
        ),
        (vec![0; 4], none, "the sample entry is cut short"),
        (entry("tx3g", b"\0\0"), none, "the sample entry is cut short"),
        (
            entry("stpp", b"x\0\0image/png image/jpeg\0"),
            none,
            "the sample entry has images other than PNG, which is not supported",
        ),
        (
            entry("wvtt", &a_box("vttC", b"VTT")),
            none,
            "malformed at line 1, column 1: there is no signature WEBVTT",
        ),
        (wvtt.clone(), &[b"\0\0\0\x20vttc"], "the sample of wvtt is cut short"),
        (wvtt.clone(), &[b"\0\0\0\x10vttc\0\0\0\x09payl"], "vttc is cut short"),
        (wvtt, &[b"\0\0\0\x11vttc\0\0\0\x09payl\xff"], "payl is not in UTF-8"),
    ] {
        assert_eq!(read(&entry, samples).unwrap_err(), problem);
    }
}
