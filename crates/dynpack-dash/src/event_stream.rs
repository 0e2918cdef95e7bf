//! Chapters as events of a period (ISO/IEC 23009-1, 5.10.2).

use std::collections::BTreeMap;

use dynpack_media::text::clean;
use dynpack_media::{ChapterSpan, Period, Timescale};
use dynpack_xml::Writer;

/// The scheme of events that are chapters. DASH has none of its own: this is ours, for
/// applications, which players hand such events to. The value is the language of the titles.
pub const CHAPTERS: &str = "urn:dynpack:chapters:2026";

const CLOCK: Timescale = Timescale::MILLIS;

/// `EventStream` (5.10.2.2): the chapters of one language.
pub(crate) struct EventStream {
    language: String,
    events: Vec<Event>,
}

/// `Event` (5.10.2.2): a chapter.
struct Event {
    /// In milliseconds from the start of the period.
    presentation_time: i64,
    duration: i64,
    title: String,
}

impl EventStream {
    /// Those of a period, one for each language, in the order of the tags.
    pub(crate) fn all(period: &Period<'_>) -> Vec<Self> {
        let mut streams: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ChapterSpan { chapter, span } in period.chapters(CLOCK) {
            streams.entry(chapter.language.tag()).or_default().push(Event {
                presentation_time: span.start.0,
                duration: (span.end - span.start).0,
                title: clean(&chapter.title),
            });
        }
        let stream = |(language, events): (&str, _)| Self { language: language.into(), events };
        streams.into_iter().map(stream).collect()
    }

    pub(crate) fn write(&self, xml: &mut Writer) {
        let tag = xml.open("EventStream").with("schemeIdUri", CHAPTERS);
        tag.with("value", &self.language).with("timescale", CLOCK.hz()).children(|xml| {
            for (event, id) in self.events.iter().zip(1..) {
                let tag = xml.open("Event").with("presentationTime", event.presentation_time);
                tag.with("duration", event.duration).with("id", id).text(&event.title);
            }
        });
    }
}
