//! Chapters as Apple's players read them: JSON, which a multivariant playlist names ("Providing
//! JavaScript Object Notation (JSON) chapters", Apple Developer Documentation).
//!
//! Images and metadata of chapters are not written.

use dynpack_media::text::clean;
use dynpack_media::{ChapterSpan, Ticks, Timescale, View};
use serde::Serialize;

/// `DATA-ID` of the tag that names the chapters.
pub(crate) const DATA_ID: &str = "com.apple.hls.chapters";

const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// Lists the chapters of a view in the order of their starts, as JSON. Chapters that start together
/// are one, with a title in each language. `None` if there are none.
#[must_use]
pub fn chapters(view: &View<'_>) -> Option<String> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut start = None;
    for ChapterSpan { chapter, span } in view.chapters(MICROS) {
        let title = Title { language: chapter.language.tag(), title: clean(&chapter.title) };
        match entries.last_mut().filter(|_| start == Some(span.start)) {
            Some(entry) => entry.titles.push(title),
            None => {
                let chapter = entries.len().saturating_add(1);
                entries.push(Entry::new(chapter, span.start, title));
            }
        }
        start = Some(span.start);
    }
    if entries.is_empty() {
        return None;
    }
    serde_json::to_string_pretty(&entries).ok().map(|json| json + "\n")
}

/// A chapter entry.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Entry<'a> {
    chapter: usize,
    /// In seconds.
    start_time: f64,
    titles: Vec<Title<'a>>,
}

#[derive(Serialize)]
struct Title<'a> {
    /// A tag of BCP 47.
    language: &'a str,
    title: String,
}

impl<'a> Entry<'a> {
    fn new(chapter: usize, start: Ticks, title: Title<'a>) -> Self {
        Self { chapter, start_time: start.as_seconds(MICROS), titles: vec![title] }
    }
}
