//! What an MPD promises.

use dynpack::Dynpack;
use quick_xml::events::Event;

use super::{Promise, join, text};

pub(crate) async fn promises(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    all(dynpack, manifest).await.into_iter().filter(|promise| !promise.is_key_frames()).collect()
}

pub(crate) async fn key_frames(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    all(dynpack, manifest).await.into_iter().filter(Promise::is_key_frames).collect()
}

async fn all(dynpack: &Dynpack, manifest: &str) -> Vec<Promise> {
    let mpd = text(dynpack, manifest).await;
    let mut reader = quick_xml::Reader::from_str(&mpd);
    let (mut promises, mut template, mut line) = (Vec::new(), (String::new(), String::new(), 0.0), Vec::<(u64, u64)>::new());
    loop {
        let event = reader.read_event().unwrap();
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if event == Event::Eof {
                return promises;
            }
            continue;
        };
        let attribute = |name: &str| {
            let attribute = element.try_get_attribute(name).unwrap()?;
            Some(attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned())
        };
        let number = |name: &str| attribute(name).map(|value| value.parse::<u64>().unwrap());
        match element.name().as_ref() {
            "SegmentTemplate" => {
                let timescale: f64 = attribute("timescale").unwrap().parse().unwrap();
                template = (attribute("initialization").unwrap(), attribute("media").unwrap(), timescale);
                line.clear();
            }
            "S" => {
                let duration = number("d").unwrap();
                let mut start = number("t").unwrap_or_else(|| line.last().map_or(0, |(start, duration)| start + duration));
                for _ in 0..=number("r").unwrap_or_default() {
                    line.push((start, duration));
                    start += duration;
                }
            }
            "Representation" => {
                let fill = |template: &str| join(manifest, &template.replace("$Bandwidth$", &attribute("bandwidth").unwrap()));
                let (init, media, timescale) = &template;
                let seconds = |ticks: u64| ticks as f64 / timescale;
                let segment = |&(start, duration): &(u64, u64)| {
                    (fill(&media.replace("$Time$", &start.to_string())), seconds(start), seconds(duration))
                };
                promises.push(Promise { init: Some(fill(init)), segments: line.iter().map(segment).collect() });
            }
            _ => {}
        }
    }
}
