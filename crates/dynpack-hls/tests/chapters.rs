//! Chapters: their JSON, and the tag that names it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use dynpack_hls::{Options, SegmentUrl, Urls, chapters, multivariant_playlist};
use dynpack_media::{
    Chapter, Language, Period, Presentation, Rates, Rendition, SegmentNumber, Ticks, Time,
    Timescale, View,
};
use dynpack_testkit as film;

/// A film with this chapter: where it starts, in milliseconds, its title and its language.
fn with_chapters(chapters: &[(i64, &str, &str)]) -> Presentation {
    let chapter = |&(start, title, language): &(i64, &str, &str)| Chapter {
        start: Time::new(Ticks(start), Timescale::MILLIS),
        title: title.into(),
        language: Language::parse(language),
    };
    film::in_short_segments(vec![(
        "video",
        400_000,
        film::video((640, 360), (512, 12_800), 250, 50),
    )])
    .with_chapters(chapters.iter().map(chapter).collect())
}

#[test]
fn chapters_are_listed_as_apple_documents_it() {
    let film = with_chapters(&[
        (0, "Birth", "en"),
        (0, "Nacimiento", "es"),
        (3_100, "Life \"and\" more\n", "en"),
        (3_100, "", "es"),
        (7_333, "Death", "en"),
    ]);
    let expected = r#"[
  {
    "chapter": 1,
    "start-time": 0.0,
    "titles": [
      {
        "language": "en",
        "title": "Birth"
      },
      {
        "language": "es",
        "title": "Nacimiento"
      }
    ]
  },
  {
    "chapter": 2,
    "start-time": 3.1,
    "titles": [
      {
        "language": "en",
        "title": "Life \"and\" more "
      },
      {
        "language": "es",
        "title": ""
      }
    ]
  },
  {
    "chapter": 3,
    "start-time": 7.333,
    "titles": [
      {
        "language": "en",
        "title": "Death"
      }
    ]
  }
]
"#;
    assert_eq!(chapters(&View::whole(&film)).unwrap(), expected);
    assert_eq!(chapters(&View::whole(&with_chapters(&[]))), None);
}

/// Where each chapter starts and which it is.
fn listed(view: &View<'_>) -> Vec<(f64, String)> {
    let json = chapters(view).unwrap();
    let entries: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    let entry = |entry: &serde_json::Value| {
        let title = entry["titles"][0]["title"].as_str().unwrap();
        (entry["start-time"].as_f64().unwrap(), title.to_owned())
    };
    entries.iter().map(entry).collect()
}

#[test]
fn chapters_of_a_part_count_from_its_start() {
    let film = with_chapters(&[(0, "one", "en"), (5_000, "two", "en"), (9_000, "three", "en")]);
    let part =
        |first, end| Period::within(&film, SegmentNumber(first)..SegmentNumber(end)).unwrap();
    let [one, two] = [(0.0, "one".to_owned()), (1.0, "two".to_owned())];
    assert_eq!(listed(&View::new(part(2, 4))), [one.clone(), two.clone()]);
    let view = View::new(part(2, 4)).with_period(part(0, 1));
    assert_eq!(listed(&view), [one, two, (4.0, "one".to_owned())]);
}

struct Named(Option<&'static str>);

impl Urls for Named {
    fn playlist(&self, _: &Rendition) -> String {
        "media.m3u8".into()
    }

    fn init(&self, _: &Rendition) -> String {
        "init.mp4".into()
    }

    fn segments(&self, _: &Rendition) -> SegmentUrl {
        SegmentUrl::default()
    }

    fn chapters(&self, _: &Presentation) -> Option<String> {
        self.0.map(Into::into)
    }
}

#[test]
fn the_playlist_names_the_chapters() {
    let film = with_chapters(&[(0, "one", "en")]);
    let playlist =
        |name| multivariant_playlist(&film, &Rates::default(), &Named(name), &Options::CMAF);
    let tag =
        "#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.chapters\",URI=\"the%20chapters.json\"\n";
    let text = playlist(Some("the chapters.json"));
    assert_eq!(text, playlist(None) + tag);
    let read = m3u8_rs::parse_master_playlist_res(text.as_bytes()).unwrap();
    let data = &read.session_data[0];
    assert_eq!(data.data_id, "com.apple.hls.chapters");
    assert_eq!(data.field, m3u8_rs::SessionDataField::Uri("the%20chapters.json".into()));
}
