//! What an MPD promises, read by the crate `quick-xml`.

use quick_xml::XmlVersion;
use quick_xml::events::Event;

use super::{Promise, attribute, join};

/// A `SegmentTemplate` of an adaptation set, or of one representation that differs.
#[derive(Clone, Debug, Default)]
struct Template {
    init: String,
    media: String,
    timescale: f64,
    /// Start and duration of each segment.
    line: Vec<(u64, u64)>,
}

impl Template {
    fn promise(&self, base: &str, bandwidth: &str) -> Promise {
        let fill = |template: &str| join(base, &template.replace("$Bandwidth$", bandwidth));
        let seconds = |ticks: u64| ticks as f64 / self.timescale;
        let segment = |&(start, duration): &(u64, u64)| {
            (
                fill(&self.media.replace("$Time$", &start.to_string())),
                seconds(start),
                seconds(duration),
            )
        };
        Promise { init: Some(fill(&self.init)), segments: self.line.iter().map(segment).collect() }
    }

    fn add(&mut self, start: Option<u64>, duration: u64, repeats: u64) {
        let end = self.line.last().map_or(0, |(start, duration)| start + duration);
        let start = start.unwrap_or(end);
        self.line.extend((0..=repeats).map(|at| (start + at * duration, duration)));
    }
}

/// What the MPD at `base` promises, including key frames for trick play. A document that is all of
/// a representation is a segment without a duration.
///
/// # Panics
/// On malformed XML, and on representations without a template and without a document.
#[must_use]
pub fn promises(base: &str, mpd: &str) -> Vec<Promise> {
    let mut reader = quick_xml::Reader::from_str(mpd);
    let (mut promises, mut common, mut own) =
        (Vec::new(), Template::default(), Template::default());
    // The bandwidth of the representation that is open, and its document if it has one.
    let (mut open, mut document): (Option<String>, Option<String>) = (None, None);
    let mut is_in_url = false;
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(element) | Event::Empty(element)) = &event else {
            match event {
                Event::End(end) if end.name().as_ref() == "Representation" => {
                    let template = if own.media.is_empty() { &common } else { &own };
                    let bandwidth = open.take().unwrap();
                    promises.push(match document.take() {
                        Some(url) => Promise { init: None, segments: vec![(url, 0.0, 0.0)] },
                        None => template.promise(base, &bandwidth),
                    });
                }
                Event::Text(text) if is_in_url => {
                    document = Some(join(base, &text.xml_content(XmlVersion::Implicit1_0)));
                    is_in_url = false;
                }
                Event::Eof => return promises,
                _ => {}
            }
            continue;
        };
        let attribute = |name: &str| attribute(element, name);
        let number = |name: &str| attribute(name).map(|value| value.parse::<u64>().unwrap());
        let template = if open.is_some() { &mut own } else { &mut common };
        match element.name().as_ref() {
            "BaseURL" => is_in_url = true,
            "AdaptationSet" => *template = Template::default(),
            "SegmentTemplate" => {
                let (init, media) =
                    (attribute("initialization").unwrap(), attribute("media").unwrap());
                let timescale = attribute("timescale").unwrap().parse().unwrap();
                *template = Template { init, media, timescale, line: Vec::new() };
            }
            "S" => template.add(number("t"), number("d").unwrap(), number("r").unwrap_or_default()),
            "Representation" => {
                let bandwidth = attribute("bandwidth").unwrap();
                own = Template::default();
                match event {
                    Event::Empty(_) => promises.push(common.promise(base, &bandwidth)),
                    _ => open = Some(bandwidth),
                }
            }
            _ => {}
        }
    }
}
