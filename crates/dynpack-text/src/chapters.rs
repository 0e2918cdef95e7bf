//! Chapters, as cues whose texts are titles.

use dynpack_media::{Chapter, ChapterSpan, Language, Time, Timescale, text};

use crate::cue::Cue;
use crate::document::Document;
use crate::error::Error;
use crate::limits::MAX_CHAPTERS;

/// The chapters that a document lists. They are in its language, if it declares one, or else in
/// that of its track.
///
/// # Errors
/// [`Error::LimitExceeded`] past [`MAX_CHAPTERS`].
pub fn read(document: &Document, language: &Language) -> Result<Vec<Chapter>, Error> {
    let cues = document.cues.all();
    if cues.len() > MAX_CHAPTERS {
        return Err(Error::LimitExceeded { what: "the chapters", limit: MAX_CHAPTERS });
    }
    let declared = document.language.as_deref().map(Language::parse);
    let declared = declared.filter(|declared| !declared.is_undetermined());
    let language = declared.as_ref().unwrap_or(language);
    let chapter = |cue: &Cue| Chapter {
        start: cue.start,
        title: text::clean(cue.plain_text().trim()),
        language: language.clone(),
    };
    Ok(cues.iter().map(chapter).collect())
}

/// A document of the chapters of one language, such as [`vtt::write`](crate::vtt::write) writes.
/// The times of `spans` are on a clock of that timescale.
#[must_use]
pub fn document(spans: &[ChapterSpan<'_>], clock: Timescale, language: &Language) -> Document {
    let of_language = spans.iter().filter(|span| span.chapter.language == *language);
    let cues = of_language.map(|ChapterSpan { chapter, span }| {
        let [start, end] = [span.start, span.end].map(|ticks| Time::new(ticks, clock));
        Cue::new(start..end, &chapter.title)
    });
    let tag = (!language.is_undetermined()).then(|| language.tag().to_owned());
    Document { language: tag, cues: cues.collect(), ..Document::default() }
}

#[cfg(test)]
mod tests {
    use dynpack_media::Ticks;

    use super::*;
    use crate::{Options, vtt};

    #[test]
    fn chapters_become_a_document_and_chapters_again() {
        let english = Language::parse("en");
        let time = |seconds| Time::new(Ticks(seconds), Timescale::SECONDS);
        let chapter = |start, title: &str, language: &Language| Chapter {
            start: time(start),
            title: title.into(),
            language: language.clone(),
        };
        let chapters = [
            chapter(0, "One", &english),
            chapter(0, "Eins", &Language::parse("de")),
            chapter(9, "Two & a half", &english),
        ];
        let [one, german, two] = &chapters;
        let spans = [(one, 0, 9), (german, 0, 20), (two, 9, 20)]
            .map(|(chapter, from, to)| ChapterSpan { chapter, span: Ticks(from)..Ticks(to) });
        let document = document(&spans, Timescale::SECONDS, &english);
        let written = vtt::write(&document.whole(), None);
        assert_eq!(
            written,
            "WEBVTT\n\n00:00:00.000 --> 00:00:09.000\nOne\n\n\
             00:00:09.000 --> 00:00:20.000\nTwo &amp; a half\n\n"
        );
        let read_again = vtt::read(written.as_bytes(), Options::new()).unwrap().document;
        assert_eq!(read(&read_again, &english).unwrap(), [one.clone(), two.clone()]);
    }
}
