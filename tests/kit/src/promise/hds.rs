//! What an F4M manifest promises, read by the crate `quick-xml`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::Event;

use super::{Bootstrap, Promise, attribute, join};

/// What the manifest at `base` promises.
///
/// # Panics
/// On malformed XML, and on media without bootstrap information before it.
#[must_use]
pub fn promises(base: &str, f4m: &str) -> Vec<Promise> {
    let mut reader = quick_xml::Reader::from_str(f4m);
    let (mut promises, mut bootstraps, mut id) = (Vec::new(), Vec::new(), None);
    loop {
        let event = reader.read_event().unwrap();
        if let (Event::Text(content), Some(id)) = (&event, id.take()) {
            bootstraps.push((id, Bootstrap::read(&STANDARD.decode(content.as_ref()).unwrap())));
        }
        let (Event::Start(element) | Event::Empty(element)) = event else {
            if event == Event::Eof {
                return promises;
            }
            continue;
        };
        let attribute = |name: &str| attribute(&element, name);
        match element.name().as_ref() {
            "bootstrapInfo" => id = attribute("id"),
            "media" => {
                let (url, id) = (attribute("url").unwrap(), attribute("bootstrapInfoId").unwrap());
                let (_, bootstrap) = bootstraps.iter().find(|(known, _)| *known == id).unwrap();
                let segment = |number: u32| {
                    let (start, duration) = bootstrap.fragment(number);
                    let (address, query) = url.split_at(url.find('?').unwrap_or(url.len()));
                    let url = join(base, &format!("{address}Seg1-Frag{number}{query}"));
                    (url, seconds(start), seconds(duration.into()))
                };
                let numbers = bootstrap.first()..bootstrap.first() + bootstrap.fragments;
                let segments = numbers.map(segment).collect();
                promises.push(Promise { init: None, segments });
            }
            _ => {}
        }
    }
}

fn seconds(millis: u64) -> f64 {
    millis as f64 / 1000.0
}
