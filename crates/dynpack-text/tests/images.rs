//! Images in TTML: read from documents and samples, cut, and written.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::ttml::{Profile, Times, WriteOptions};
use dynpack_text::{Cue, Document, Options, TrackReader, stpp, ttml, vtt, wvtt};

/// Two PNG files of one pixel.
const ONE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E\
                   rkJggg==";
const TWO: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5C\
                   YII=";

fn png(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

/// A document with this body. Its regions are 640 by 75 pixels, at the bottom and at the top of a
/// picture of 1920 by 1080, and images `one` and `two` are in it.
fn document(body: &str) -> String {
    format!(
        "<tt xmlns='http://www.w3.org/ns/ttml' tts:extent='1920px 1080px' ttp:frameRate='24'
            ttp:profile='http://www.w3.org/ns/ttml/profile/imsc1/image'>
          <head>
            <metadata>
              <smpte:image xml:id='one' imageType='PNG' encoding='Base64'>\n{ONE}\n</smpte:image>
              <smpte:image xml:id='two' imagetype='PNG' encoding='Base64'>{TWO}</smpte:image>
            </metadata>
            <layout>
              <region xml:id='bottom' tts:origin='641px 977px' tts:extent='640px 75px'/>
              <region xml:id='top' tts:origin='641px 31px' tts:extent='640px 75px'/>
            </layout>
          </head>
          <body>{body}</body>
        </tt>"
    )
}

fn read(text: &str) -> Document {
    let parsed = ttml::read(text.as_bytes(), Options::new()).unwrap();
    assert_eq!(parsed.warnings, [], "{text}");
    parsed.document
}

fn time(millis: i64) -> Time {
    Time::new(Ticks(millis), Timescale::MILLIS)
}

/// Start and end in milliseconds, and the image.
fn shown(document: &Document) -> Vec<(i64, i64, Vec<u8>)> {
    let millis = |time: Time| time.round(Timescale::MILLIS).0;
    let cue = |cue: &Cue| (millis(cue.start), millis(cue.end), cue.image().unwrap().png().to_vec());
    document.cues.all().iter().map(cue).collect()
}

const BODY: &str = "
    <div xml:id='a' region='bottom' begin='1s' end='2s' smpte:backgroundImage='#one'>
      <metadata><ittm:altText>Exit</ittm:altText></metadata>
    </div>
    <div region='top' begin='5s' end='7.5s' smpte:backgroundImage='#two'/>
    <div region='bottom' begin='00:00:08:12' dur='24f' smpte:backgroundImage='#one'/>";

#[test]
fn embedded_images_are_read_with_their_times_and_places() {
    let document = read(&document(BODY));
    let (one, two) = (png(ONE), png(TWO));
    assert_eq!(shown(&document), [(1000, 2000, one.clone()), (5000, 7500, two), (8500, 9500, one)]);
    assert!(document.cues.has_images());
    let cues = document.cues.all();
    let regions = [0, 1, 2].map(|at: usize| cues[at].layout.region.as_deref());
    assert_eq!(regions, [Some("bottom"), Some("top"), Some("bottom")]);
}

#[test]
fn references_are_found_in_every_form() {
    for (body, expected) in [
        ("<div smpte:backgroundImage='#two'/>".to_owned(), vec![TWO]),
        (
            format!("<div><image type='image/png' src='data:image/png;base64,{ONE}'/></div>"),
            vec![ONE],
        ),
        ("<div><image src='#one'/></div>".into(), vec![ONE]),
        (
            "<div><div smpte:backgroundImage='none'><p smpte:backgroundImage='#one'/></div></div>"
                .into(),
            vec![ONE],
        ),
        ("<div begin='2s'><image src='#one' begin='1s'/></div>".into(), vec![ONE]),
    ] {
        let document = read(&document(&body));
        let images: Vec<_> = shown(&document).into_iter().map(|(.., image)| image).collect();
        assert_eq!(images, expected.into_iter().map(png).collect::<Vec<_>>(), "{body}");
    }
    let late = read(&document("<div begin='2s'><image src='#one' begin='1s'/></div>"));
    assert_eq!(late.cues.all()[0].start, time(3000));
}

#[test]
fn images_that_cannot_be_served_are_refused_with_their_place() {
    for (body, problem) in [
        (
            "<div smpte:backgroundImage='exit.png'/>",
            "not supported at line 15, column 17: images in other files",
        ),
        ("<div smpte:backgroundImage='#three'/>", "refers to an image that is not there"),
        ("<div smpte:backgroundImage='urn:mpeg:14496-30:subs:1'/>", "an image that is not there"),
        ("<div><image src='data:image/png;base64,iVB'/></div>", "an image is not in Base64"),
        ("<div><image src='data:image/gif;base64,R0lGODlh'/></div>", "images other than PNG"),
        ("<div><image/></div>", "images without src"),
    ] {
        let error = ttml::read(document(body).as_bytes(), Options::new()).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
}

#[test]
fn segments_have_the_images_that_they_show() {
    let document = read(&document(BODY));
    let options = WriteOptions::default();
    let segment = |start, end| ttml::write(&document.segment(time(start)..time(end)), options);
    let first = segment(0, 6000);
    assert!(first.contains("ttp:profile=\"http://www.w3.org/ns/ttml/profile/imsc1/image\""));
    assert!(first.contains(" tts:extent=\"1920px 1080px\">"), "{first}");
    assert!(first.contains("tts:origin=\"641px 977px\" tts:extent=\"640px 75px\""), "{first}");
    assert!(first.contains("tts:origin=\"641px 31px\" tts:extent=\"640px 75px\""), "{first}");
    assert!(first.contains(ONE) && first.contains(TWO), "{first}");
    assert!(!first.contains("Exit"), "Shaka Player would show it: {first}");
    assert_eq!(shown(&read(&first)).len(), 2);
    // A cue that crosses a cut is in both, with its own times.
    let second = segment(6000, 12_000);
    assert_eq!(shown(&read(&second)), [(5000, 7500, png(TWO)), (8500, 9500, png(ONE))]);
    let empty = segment(12_000, 18_000);
    assert!(empty.ends_with("<body/></tt>") && !empty.contains("smpte:image"), "{empty}");
    // Smooth Streaming counts from the start of the segment.
    let cut = WriteOptions { times: Times::Cut, profile: Profile::Imsc1 };
    let cut = ttml::write(&document.segment(time(6000)..time(9000)), cut);
    assert_eq!(shown(&read(&cut)), [(6000, 7500, png(TWO)), (8500, 9000, png(ONE))]);
    let smooth = WriteOptions { times: Times::Segment, profile: Profile::Imsc1 };
    let smooth = ttml::write(&document.segment(time(6000)..time(12_000)), smooth);
    assert_eq!(shown(&read(&smooth)), [(0, 1500, png(TWO)), (2500, 3500, png(ONE))]);
    let in_vtt = vtt::write(&document.whole(), None);
    assert!(in_vtt.ends_with("\n\n") && !in_vtt.contains("-->"), "{in_vtt}");
    let [nothing] = &wvtt::samples(&document.whole(), Timescale::MILLIS).unwrap()[..] else {
        panic!()
    };
    assert!(nothing.data.ends_with(b"vtte"));
    let whole = ttml::write(&document.whole(), options);
    assert_eq!(whole.matches(ONE).count(), 1, "an image is in a document once");
    assert_eq!(shown(&read(&whole)), shown(&document));
    assert_eq!(ttml::write(&read(&whole).whole(), options), whole);
}

/// A document whose images follow it in its sample, as packagers of DASH write it.
#[test]
fn images_after_the_document_of_a_sample_are_read() {
    let mut entry = stpp::sample_entry();
    let len = entry.len() - 1;
    entry.splice(len.., *b"image/png\0");
    let len = u32::try_from(entry.len()).unwrap();
    entry.splice(..4, len.to_be_bytes());
    let mut track = TrackReader::new(&entry, Options::new()).unwrap();
    let body = |images: &[(u32, &str)]| {
        let div = |(number, times): &(u32, &str)| {
            format!("<div {times} smpte:backgroundImage='urn:mpeg:14496-30:subs:{number}'/>")
        };
        document(&images.iter().map(div).collect::<String>()).into_bytes()
    };
    // Both cues start and end together, and each sample has its own copies.
    let times = "begin='1s' end='9s'";
    let first = [body(&[(1, times), (2, times)]), png(ONE), png(TWO)].concat();
    let second = [body(&[(2, times), (1, times)]), png(TWO), png(ONE)].concat();
    track.add(time(0)..time(6000), &first).unwrap();
    track.add(time(6000)..time(12_000), &second).unwrap();
    let document = track.finish().document;
    assert_eq!(shown(&document), [(1000, 9000, png(ONE)), (1000, 9000, png(TWO))]);
    let mut track = TrackReader::new(&entry, Options::new()).unwrap();
    let error = track.add(time(0)..time(6000), &body(&[(1, times)])).unwrap_err().to_string();
    assert!(error.contains("refers to an image that is not there"), "{error}");
}
