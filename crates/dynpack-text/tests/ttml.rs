//! TTML: times, styles and places, and what is written.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::ttml::{Profile, Times, WriteOptions};
use dynpack_text::{Document, Options, ttml, vtt};

fn read(document: &str) -> Document {
    let parsed = ttml::read(document.as_bytes(), Options::new()).unwrap();
    assert_eq!(parsed.warnings, [], "{document}");
    parsed.document
}

fn as_vtt(document: &str) -> String {
    vtt::write(&read(document).whole(), None).trim_start_matches("WEBVTT\n\n").to_owned()
}

/// A document with this body and head.
fn document(head: &str, body: &str) -> String {
    format!("<tt xml:lang='en'><head>{head}</head>{body}</tt>")
}

#[test]
fn nested_times_add_up() {
    for (body, times) in [
        ("<p begin='1s' end='3s'>a</p>", "00:00:01.000 --> 00:00:03.000"),
        ("<div begin='10s' dur='5s'><p begin='1s'>a</p></div>", "00:00:11.000 --> 00:00:15.000"),
        (
            "<div begin='10s' end='12s'><p begin='1s' end='9s'>a</p></div>",
            "00:00:11.000 --> 00:00:12.000",
        ),
        ("<p begin='1s' dur='9s' end='3s'>a</p>", "00:00:01.000 --> 00:00:03.000"),
        (
            "<div begin='1s' timeContainer='seq'><p dur='1s'/><p begin='1s' dur='2s'>a</p></div>",
            "00:00:03.000 --> 00:00:05.000",
        ),
        ("<p begin='0:0:1:12' end='50f'>a</p>", "00:00:01.480 --> 00:00:02.000"),
        ("<p>a</p>", "00:00:00.000 --> 74565:24:16.000"),
    ] {
        let document = format!("<tt ttp:frameRate='25'><body>{body}</body></tt>");
        assert_eq!(as_vtt(&document), format!("{times} align:start\na\n\n"), "{body}");
    }
}

/// Each change of a paragraph makes a cue.
#[test]
fn spans_with_times_of_their_own_come_and_go() {
    let cues = |content: &str| {
        let body = format!("<body><p begin='0s' end='9s'>{content}</p></body>");
        let document = read(&document("", &body));
        let cues = document.cues.all().iter();
        cues.map(|cue| (cue.start.as_seconds(), cue.end.as_seconds(), cue.plain_text()))
            .collect::<Vec<_>>()
    };
    let (a, ab) = ("a".to_owned(), "a b".to_owned());
    assert_eq!(
        cues("<span begin='1s' end='5s'>a</span> <span begin='3s' end='6s'>b</span>"),
        [(1.0, 3.0, a.clone()), (3.0, 5.0, ab.clone()), (5.0, 6.0, "b".into())]
    );
    assert_eq!(
        cues("<span end='2s'>a</span><span begin='4s'>a</span>"),
        [(0.0, 2.0, a.clone()), (4.0, 9.0, a.clone())]
    );
    assert_eq!(cues("a<span begin='4s'> b</span>"), [(0.0, 4.0, a), (4.0, 9.0, ab)]);
    assert_eq!(cues("<set begin='1s' tts:color='red'/>a"), [(0.0, 9.0, "a".into())]);
    assert_eq!(cues("<br/> <span/>\n"), []);
}

#[test]
fn white_space_is_collapsed_unless_it_is_kept() {
    for (attributes, content, text) in [
        ("", "\n  a\n  b <span> c </span> d<br/>\n  e  \n", "a b c d\ne"),
        ("", "a<span xml:space='preserve'>  b </span> c", "a  b  c"),
        ("xml:space='preserve'", "  a<br/>b ", "  a\nb "),
        ("", "a<br/><br/>b", "a\n\nb"),
        ("", "a &amp; &lt;b&gt;<![CDATA[ <c>]]>", "a & <b> <c>"),
        ("", "a<metadata>no</metadata><foreign>no</foreign>b", "ab"),
    ] {
        let body =
            format!("<body><div><p begin='0s' end='1s' {attributes}>{content}</p></div></body>");
        assert_eq!(read(&document("", &body)).cues.all()[0].plain_text(), text);
    }
}

#[test]
fn styles_come_from_attributes_references_regions_and_parents() {
    let head = "<styling><style xml:id='late' style='base' tts:color='lime'/>\
                <style xml:id='base' tts:fontStyle='italic' tts:color='red'/>\
                <style xml:id='loop' style='loop late'/></styling>\
                <layout><region xml:id='r' tts:color='yellow'><style tts:fontWeight='bold'/>\
                </region></layout><metadata><ttm:agent xml:id='m'><ttm:name type='full'>Mary</ttm:name>\
                </ttm:agent></metadata>";
    for (attributes, content, text) in [
        ("", "<span style='base'>a</span>b", "<i.red>a</i>b"),
        ("style='late'", "a", "<i.lime>a</i>"),
        ("style='loop'", "a", "<i.lime>a</i>"),
        ("style='late base'", "a", "<i.red>a</i>"),
        ("style='base' tts:color='blue'", "a", "<i.blue>a</i>"),
        (
            "style='base'",
            "a<span tts:fontStyle='normal'>b</span>c",
            "<i.red>a</i><c.red>b</c><i.red>c</i>",
        ),
        ("tts:textDecoration='underline'", "a<br/>b", "<u>a</u>\n<u>b</u>"),
        (
            "tts:backgroundColor='#0000ff'",
            "a<span tts:color='#ff8000'>b</span>",
            "<c.bg_blue>a</c><c.color-ff8000.bg_blue>b</c>",
        ),
        ("ttm:agent='m'", "a", "<v Mary>a</v>"),
        (
            "",
            "<span xml:lang='ja'><span tts:ruby='container'><span tts:ruby='base'>漢</span>\
              <span tts:ruby='delimiter'>(</span><span tts:ruby='text'>かん</span></span></span>",
            "<lang ja><ruby>漢<rt>かん</rt></ruby></lang>",
        ),
        ("style='unknown' tts:color='nonsense'", "a", "a"),
    ] {
        let body = format!(
            "<body><p begin='0s' end='1s' tts:textAlign='center' {attributes}>{content}</p></body>"
        );
        let written = as_vtt(&document(head, &body));
        let (_, cue) = written.split_once("00:00:00.000 --> 00:00:01.000\n").unwrap();
        assert_eq!(cue.trim_end(), text, "{attributes} {content}");
    }
    let in_region = document(head, "<body region='r'><p begin='0s' end='1s'>a</p></body>");
    assert!(as_vtt(&in_region).ends_with("<b.yellow>a</b>\n\n"));
}

#[test]
fn regions_become_settings_and_settings_become_regions() {
    for (region, settings) in [
        (
            "tts:origin='10% 80%' tts:extent='80% 15%' tts:displayAlign='after'",
            " line:95%,end position:10% size:80% align:start",
        ),
        (
            "tts:origin='10% 5%' tts:extent='80% 20%' tts:textAlign='center'",
            " line:5% position:50% size:80%",
        ),
        (
            "tts:origin='20% 20%' tts:extent='60% 60%' tts:displayAlign='center' \
             tts:textAlign='right'",
            " line:50%,center position:80% size:60% align:right",
        ),
        (
            "tts:origin='70% 10%' tts:extent='20% 80%' tts:writingMode='tbrl'",
            " vertical:rl line:90% position:10% size:80% align:start",
        ),
    ] {
        let head = format!("<layout><region xml:id='r' {region}/></layout>");
        let original = document(&head, "<body><p region='r' begin='0s' end='1s'>a</p></body>");
        assert_eq!(as_vtt(&original), format!("00:00:00.000 --> 00:00:01.000{settings}\na\n\n"));
        // What is written has the same region, and what is read from the settings is there too.
        let again = ttml::write(&read(&original).whole(), WriteOptions::default());
        assert_eq!(
            as_vtt(&again),
            as_vtt(&original).replace("00:00:00.000 -->", "_cue.0\n00:00:00.000 -->")
        );
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    for (document, problem) in [
        ("<tt>\n<body><p>", "malformed at line 2, column 10: an element is not closed"),
        ("<tt>\n<body><p></body></tt>", "malformed at line 2, column 10: "),
        ("<html/>", "malformed at line 1, column 1: the root element is not <tt>"),
        ("<tt ttp:timeBase='smpte'/>", "not supported at line 1, column 1: timeBase \"smpte\""),
        (
            "<tt><body>\n<div smpte:backgroundImage='a.png'/></body></tt>",
            "not supported at line 2, column 1: images in other files",
        ),
        ("<!DOCTYPE tt><tt/>", "not supported at line 1, column 1: a document type declaration"),
    ] {
        let error = ttml::read(document.as_bytes(), Options::new()).unwrap_err().to_string();
        assert!(error.starts_with(problem), "{error}");
    }
    let document =
        "<tt><body>\n<p begin='x'>a</p>\n<p begin='2s' end='1s'>b</p><p end='1s'>c</p></body></tt>";
    let parsed = ttml::read(document.as_bytes(), Options::new()).unwrap();
    let warnings: Vec<_> = parsed.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        ["line 2: the times of a cue are invalid", "line 3: a cue ends before it starts"]
    );
    assert_eq!(parsed.document.cues.all().len(), 1);
}

#[test]
fn what_is_written_is_reviewed() {
    let styled = vtt::read(include_bytes!("data/styled.vtt"), Options::new()).unwrap().document;
    let written = ttml::write(&styled.whole(), WriteOptions::default());
    assert_eq!(written.replace("><", ">\n<"), include_str!("data/styled.written.ttml").trim_end());
    let empty = ttml::write(&styled.segment(at(20)..at(30)), WriteOptions::default());
    assert!(empty.contains("ttp:profile=\"http://www.w3.org/ns/ttml/profile/imsc1/text\""));
    assert!(empty.ends_with("<head/><body/></tt>"));
    let options = WriteOptions { profile: Profile::Imsc1_1, ..WriteOptions::default() };
    let ruby = ttml::write(&styled.segment(at(6)..at(7)), options);
    let base = "<span tts:ruby=\"container\"><span tts:ruby=\"base\">漢</span>\
                <span tts:ruby=\"text\">かん</span></span>";
    assert!(ruby.contains(&format!("<span xml:lang=\"ja\">{base}")), "{ruby}");
}

#[test]
fn times_of_a_segment_count_from_its_start() {
    let source = document("", "<body><p begin='5s' end='30010000t' >a</p></body>");
    let source = source.replace("<tt ", "<tt ttp:tickRate='2500000' ");
    let document = read(&source);
    let options = WriteOptions { times: Times::Segment, ..WriteOptions::default() };
    for (from, to, times) in [
        (0, 6, "begin=\"00:00:05.000\" end=\"00:00:06.000\""),
        (6, 12, "begin=\"00:00:00.000\" end=\"00:00:06.000\""),
        (12, 18, "begin=\"00:00:00.000\" end=\"00:00:00.004\""),
    ] {
        let segment = document.segment(at(from)..at(to));
        assert!(ttml::write(&segment, options).contains(times));
        assert!(
            ttml::write(&segment, WriteOptions::default())
                .contains("begin=\"00:00:05.000\" end=\"00:00:12.004\"")
        );
    }
}

fn at(seconds: i64) -> Time {
    Time::new(Ticks(seconds), Timescale::SECONDS)
}

/// Of two colours, one with a class of its own in WebVTT: read and written again, it is the same.
#[test]
fn colours_keep_their_order_in_webvtt() {
    for (colors, classes) in [
        (("yellow", "#0001ff"), "background-color-0001ff.yellow"),
        (("#0001ff", "yellow"), "color-0001ff.bg_yellow"),
        (("#0001fe", "#0001ff"), "color-0001fe.background-color-0001ff"),
        (("yellow", "blue"), "yellow.bg_blue"),
    ] {
        let (color, background) = colors;
        let source = format!(
            r#"<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling">
            <body><div><p begin="1s" end="2s"><span tts:color="{color}"
            tts:backgroundColor="{background}">a</span></p></div></body></tt>"#
        );
        let document = ttml::read(source.as_bytes(), Options::new()).unwrap().document;
        let text = vtt::write(&document.whole(), None);
        assert!(text.contains(&format!("<c.{classes}>a</c>")), "{text}");
        let again = vtt::read(text.as_bytes(), Options::new()).unwrap().document;
        assert_eq!(vtt::write(&again.whole(), None), text);
    }
}
