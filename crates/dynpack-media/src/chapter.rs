//! Chapters of a film.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::{Language, TextTrack, Ticks, Time, Timescale};

/// A chapter of a film. It ends where the next one of its language starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Where it starts.
    pub start: Time,
    /// Its title; empty if it has none.
    pub title: String,
    /// The language of the title.
    pub language: Language,
}

/// The chapters that one file has.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Chapters {
    /// Text tracks that tracks of the file name as their chapters (`chap`), in file order. The cues
    /// of each are chapters, in its language.
    pub tracks: Vec<TextTrack>,
    /// Those listed in the user data of the movie (`chpl`), in an undetermined language. Programs
    /// write them in addition to a track.
    pub listed: Vec<Chapter>,
}

impl Chapters {
    /// Those of tracks and of a list.
    #[must_use]
    pub const fn new(tracks: Vec<TextTrack>, listed: Vec<Chapter>) -> Self {
        Self { tracks, listed }
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tracks.is_empty() && self.listed.is_empty()
    }
}

/// The part of a chapter that a stretch of a film shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterSpan<'a> {
    /// The chapter.
    pub chapter: &'a Chapter,
    /// When it is shown, from the start of the stretch.
    pub span: Range<Ticks>,
}

/// The chapters within a stretch of their film, in the order of their starts. The first may have
/// started before. Times are rounded to the nearest tick of `clock`.
pub(crate) fn within<'a>(
    chapters: &'a [Chapter],
    stretch: &Range<Time>,
    clock: Timescale,
) -> Vec<ChapterSpan<'a>> {
    let start = stretch.start.round(clock);
    let mut sorted: Vec<_> = chapters.iter().collect();
    sorted.sort_by_key(|chapter| chapter.start);
    let mut spans = Vec::new();
    let mut ends: BTreeMap<&Language, Time> = BTreeMap::new();
    for chapter in sorted.into_iter().rev() {
        let end = ends.insert(&chapter.language, chapter.start).unwrap_or(stretch.end);
        let [from, to] = [chapter.start.max(stretch.start), end.min(stretch.end)];
        if from < to {
            let span = from.round(clock) - start..to.round(clock) - start;
            spans.push(ChapterSpan { chapter, span });
        }
    }
    spans.reverse();
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: i64) -> Time {
        Time::new(Ticks(seconds), Timescale::SECONDS)
    }

    fn chapter(start: i64, title: &str, language: &str) -> Chapter {
        let language = Language::parse(language);
        Chapter { start: seconds(start), title: title.into(), language }
    }

    #[test]
    fn chapters_end_where_the_next_of_their_language_starts() {
        let chapters = [
            chapter(10, "two", "en"),
            chapter(0, "one", "en"),
            chapter(0, "eins", "de"),
            chapter(20, "three", "en"),
        ];
        let shown = |from, to| -> Vec<_> {
            let spans = within(&chapters, &(seconds(from)..seconds(to)), Timescale::SECONDS);
            let texts = spans.into_iter().map(|ChapterSpan { chapter, span }| {
                (chapter.title.clone(), span.start.0, span.end.0)
            });
            texts.collect()
        };
        let of = |title: &str, start, end| (title.to_owned(), start, end);
        assert_eq!(
            shown(0, 30),
            [of("one", 0, 10), of("eins", 0, 30), of("two", 10, 20), of("three", 20, 30)]
        );
        assert_eq!(shown(15, 18), [of("eins", 0, 3), of("two", 0, 3)]);
        assert_eq!(shown(20, 21), [of("eins", 0, 1), of("three", 0, 1)]);
    }
}
