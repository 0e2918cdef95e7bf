//! Chapters and markers as events of a period (ISO/IEC 23009-1, 5.10.2).

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_media::text::clean;
use dynpack_media::{ChapterSpan, Marker, Period, Splice, Ticks, Time, Timescale};
use dynpack_xml::Writer;

/// The scheme of events that are chapters. DASH has none of its own: this is ours, for
/// applications, which players hand such events to. The value is the language of the titles.
pub const CHAPTERS: &str = "urn:dynpack:chapters:2026";

/// The scheme of events that are markers without a URI of their own as their class. The value is
/// the class.
pub const MARKERS: &str = "urn:dynpack:markers:2026";

/// The scheme of sections of ANSI/SCTE 35 in XML, in Base64 (ANSI/SCTE 214-1, 6.7.4).
const SCTE_35: &str = "urn:scte:scte35:2014:xml+bin";

/// The namespace of those (ANSI/SCTE 35, 11).
const SCTE_35_XML: &str = "http://www.scte.org/schemas/35/2016";

const CLOCK: Timescale = Timescale::MILLIS;

/// `EventStream` (5.10.2.2): events of one scheme and value.
pub(crate) struct EventStream {
    scheme: String,
    value: Option<String>,
    events: Vec<Event>,
}

/// `Event` (5.10.2.2).
struct Event {
    /// In milliseconds from the start of the period.
    presentation_time: i64,
    duration: i64,
    content: Content,
}

enum Content {
    Text(String),
    /// A section of ANSI/SCTE 35 in Base64.
    Section(String),
}

impl EventStream {
    /// Those of a period, which starts with its video at `start`: the chapters of each language, in
    /// the order of the tags, and the markers of each scheme and value, in their order.
    pub(crate) fn all(period: &Period<'_>, start: Time) -> Vec<Self> {
        let mut chapters: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ChapterSpan { chapter, span } in period.chapters(CLOCK) {
            chapters.entry(chapter.language.tag()).or_default().push(Event {
                presentation_time: span.start.0,
                duration: (span.end - span.start).0,
                content: Content::Text(clean(&chapter.title)),
            });
        }
        let chapters = chapters.into_iter().map(|(language, events)| {
            let (scheme, value) = (CHAPTERS.to_owned(), Some(language.to_owned()));
            Self { scheme, value, events }
        });
        chapters.chain(markers(period, start)).collect()
    }

    pub(crate) fn write(&self, xml: &mut Writer) {
        let tag = xml.open("EventStream").with("schemeIdUri", &self.scheme);
        tag.with_some("value", self.value.as_ref()).with("timescale", CLOCK.hz()).children(|xml| {
            for (event, id) in self.events.iter().zip(1..) {
                let tag = xml.open("Event").with("presentationTime", event.presentation_time);
                let tag = tag.with("duration", event.duration).with("id", id);
                match &event.content {
                    Content::Text(text) => tag.text(text),
                    Content::Section(section) => tag.children(|xml| {
                        let signal = xml.open("scte35:Signal").with("xmlns:scte35", SCTE_35_XML);
                        signal.children(|xml| xml.open("scte35:Binary").text(section));
                    }),
                }
            }
        });
    }
}

/// The markers of a period, in one stream for each scheme and value.
fn markers(period: &Period<'_>, start: Time) -> Vec<EventStream> {
    let stretch = start..period.presentation().duration();
    let start = stretch.start.round(CLOCK);
    let mut streams: BTreeMap<(&str, Option<&str>), Vec<Event>> = BTreeMap::new();
    let markers = &period.presentation().markers;
    for marker in markers.iter().filter(|marker| marker.is_in(&stretch)) {
        let within = |time: Time| time.clamp(stretch.start, stretch.end).round(CLOCK) - start;
        let (from, to) = (within(marker.start), within(marker.end()));
        let content = match &marker.splice {
            Some(Splice { section, .. }) => Content::Section(STANDARD.encode(section)),
            None => Content::Text(text(marker)),
        };
        let (presentation_time, duration) = (from.0, (to - from).max(Ticks::ZERO).0);
        let event = Event { presentation_time, duration, content };
        streams.entry(scheme(marker)).or_default().push(event);
    }
    let streams = streams.into_iter().map(|((scheme, value), events)| {
        let (scheme, value) = (scheme.to_owned(), value.map(str::to_owned));
        EventStream { scheme, value, events }
    });
    streams.collect()
}

/// The scheme and the value of a marker.
fn scheme(marker: &Marker) -> (&str, Option<&str>) {
    match marker.class.as_deref() {
        _ if marker.splice.is_some() => (SCTE_35, None),
        Some(uri) if uri.contains(':') => (uri, None),
        class => (MARKERS, class),
    }
}

/// What applications know about a marker: its id and its attributes, as a JSON object.
fn text(marker: &Marker) -> String {
    let id = [("ID", marker.id.as_str())].into_iter();
    let attributes = marker.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let fields =
        id.chain(attributes).map(|(name, value)| format!("{}:{}", json(name), json(value)));
    format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
}

/// A text as JSON has it, without control characters.
fn json(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}
