//! What the program prints, to the letter.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use super::*;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/media/sample");

/// The sample has key frames each two seconds.
const MARKERS: &str = r#"[{"id": "break", "start": 10000, "duration": 4000, "cut": true},
    {"id": "goal", "start": 7400}]"#;
const FILTERS: &str = r#"[
    {"name": "mobile", "tracks": [
        {"trackSelections": [{"property": "Type", "operation": "Equal", "value": "Video"},
                             {"property": "Height", "operation": "Equal", "value": "0-180"}]},
        {"trackSelections": [{"property": "Type", "operation": "Equal", "value": "Audio"}]}]},
    {"name": "later",
     "presentationTimeRange": {"timescale": 1, "startTimestamp": 60, "endTimestamp": 70}},
    {"name": "odd", "tracks": 1}]"#;
const PROGRAM: &str = r#"<smil><body><seq>
    <ref src="../film/film.ism" clipBegin="2s" clipEnd="8s"/>
    <ref src="/film/film.ism" clipBegin="8s" clipEnd="13.2s"/></seq></body></smil>"#;

/// What is printed for a command line, or the error.
async fn printed(arguments: &[&str]) -> String {
    let options = Options::try_parse_from([&["inspect"], arguments].concat()).unwrap();
    inspect(&options).await.unwrap_or_else(|error| error.to_string())
}

/// A folder of media with two videos and the audio of the sample as `film`, its lists, and a
/// program.
fn media() -> TempDir {
    let media = tempfile::tempdir().unwrap();
    let write = |path: &str, content: &[u8]| {
        let path = media.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    for file in ["video_180p.mp4", "video_360p.mp4", "audio_eng.mp4"] {
        write(&format!("film/{file}"), &fs::read(Path::new(SAMPLE).join(file)).unwrap());
    }
    write("film/markers.json", MARKERS.as_bytes());
    write("film/filters.json", FILTERS.as_bytes());
    write("evening/evening.ism", PROGRAM.as_bytes());
    write("broken.mp4", b"\0\0\0\x08free");
    media
}

/// What is printed for a path in a folder of media.
async fn printed_of(media: &TempDir, path: &str, more: &[&str]) -> String {
    let path = media.path().join(path);
    let printed = printed(&[&[path.to_str().unwrap()], more].concat()).await;
    let root = media.path().canonicalize().unwrap();
    printed.replace(root.to_str().unwrap(), "MEDIA")
}

#[tokio::test]
async fn the_sample_is_printed() {
    let expected = "\
sample/sample.ism
20.000 s, segments: 4
track               bit/s codec           shape                 samples segments  groups of pictures
video               62780 avc1.4d400c     320x180                   500        4  10, 2.00 s each
video              157695 avc1.64001e     640x360                   500        4  10, 2.00 s each
video              423476 avc1.64001f     1280x720                  500        4  10, 2.00 s each
audio_de            71182 mp4a.40.2       48000 Hz, 2 ch, de        939        4
audio_en            69345 mp4a.40.2       48000 Hz, 2 ch, en        939        4
text_de              5024 text            de, subtitle                         4
text_de_2            4000 text            de, forced-subtitle                  4
text_en              5604 text            en, subtitle                         4
";
    assert_eq!(printed(&[SAMPLE]).await, expected);
}

#[tokio::test]
async fn a_film_has_markers_and_filters() {
    let expected = "\
film/film.ism
20.000 s, segments: 4
track               bit/s codec           shape                 samples segments  groups of pictures
video               63356 avc1.4d400c     320x180                   500        4  10, 2.00 s each
video              159207 avc1.64001e     640x360                   500        4  10, 2.00 s each
audio               70618 mp4a.40.2       48000 Hz, 2 ch, en        939        4
marker goal at 7.400 s: the nearest segment starts at 6.000 s
marker break at 10.000 s for 4.000 s: a segment starts there
warning: the filter `odd` cannot be used: invalid type: integer `1`, expected a sequence
filter later: nothing is left
  later is from 60.000 s to 70.000 s
filter mobile: tracks: 2 of 3, segments: 4 of 4, from 0.000 to 20.000 s
  without video of 159207 bit/s: mobile wants height=0-180, or type=audio
";
    assert_eq!(printed_of(&media(), "film", &[]).await, expected);
}

#[tokio::test]
async fn filters_are_applied_together() {
    let more = ["--filter", "mobile", "--rules", "time=0-7;;type=video"];
    let printed = printed_of(&media(), "film", &more).await;
    let (_, left) = printed.split_once("filter mobile;").unwrap();
    let expected = "\
time=0-7;;type=video: tracks: 1 of 3, segments: 2 of 4, from 0.000 to 10.000 s
  without video of 159207 bit/s: mobile wants height=0-180, or type=audio
  without audio of 70618 bit/s: time=0-7;;type=video wants type=video
  time=0-7;;type=video is from 0.000 s to 7.000 s
";
    assert_eq!(left, expected);
}

#[tokio::test]
async fn a_program_has_clips() {
    let printed = printed_of(&media(), "evening/evening.ism", &["--rules", "time=0-5"]).await;
    let expected = "\
evening/evening.ism
11.200 s, segments: 3
clip 1 at 0.000 s: 6.000 s, segments: 1
clip 2 at 6.000 s: 5.200 s, segments: 2
track               bit/s codec           shape                 samples segments  groups of pictures
video               63356 avc1.4d400c     320x180                   281        3  6, 1.87 s each
video              159207 avc1.64001e     640x360                   280        3  6, 1.87 s each
audio               70618 mp4a.40.2       48000 Hz, 2 ch, en        525        3
marker goal at 5.400 s: the nearest segment starts at 6.000 s
marker break at 8.000 s for 3.200 s: a segment starts there
warning: clip 1: the filter `odd` cannot be used: invalid type: integer `1`, expected a sequence
warning: clip 2: the filter `odd` cannot be used: invalid type: integer `1`, expected a sequence
filter time=0-5: tracks: 3 of 3, clips: 1 of 2, segments: 1 of 3, from 0.000 to 6.000 s
  time=0-5 is from 0.000 s to 5.000 s
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn a_lone_file_has_the_filters_of_a_list() {
    let media = media();
    let list = media.path().join("film/filters.json");
    let printed = printed_of(&media, "film/video_180p.mp4", &[list.to_str().unwrap()]).await;
    let expected = "\
video_180p/video_180p.ism
20.000 s, segments: 4
track               bit/s codec           shape                 samples segments  groups of pictures
video               62780 avc1.4d400c     320x180                   500        4  10, 2.00 s each
warning: the filter `odd` cannot be used: invalid type: integer `1`, expected a sequence
filter later: nothing is left
  later is from 60.000 s to 70.000 s
filter mobile: tracks: 1 of 1, segments: 4 of 4, from 0.000 to 20.000 s
";
    assert_eq!(printed, expected);
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let media = media();
    fs::write(media.path().join("film.mp4"), "").unwrap();
    for (path, more, words) in [
        ("film.mp4", vec![], "beside the file is the asset of that name\nhint: rename one of them"),
        ("nothing", vec![], "hint: --help says what can be inspected"),
        (
            "broken.mp4",
            vec![],
            "the asset `broken/broken.ism` cannot be served: a file: moov at 8: the file ends \
             without one\nhint: make the file again from its source; if it is a copy, copy it \
             again\nhint: files are looked for below MEDIA",
        ),
        (
            "film",
            vec!["--filter", "tv"],
            "there is no filter `tv`\nhint: known are: later, mobile, odd",
        ),
        ("film", vec!["--filter", "odd"], "the filter `odd` cannot be used: invalid type"),
        ("film", vec!["--media", SAMPLE], "hint: --media DIR names the folder of all media"),
    ] {
        let error = printed_of(&media, path, &more).await;
        assert!(error.contains(words), "{path}: {error}");
    }
}
