//! The sample asset in memory, and short ways to ask for things.

use std::path::Path;

use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Error, Request, Response};

pub(crate) const SAMPLE: [&str; 5] = ["audio_deu.mp4", "audio_eng.mp4", "video_180p.mp4", "video_360p.mp4", "video_720p.mp4"];

/// A file of the sample asset.
pub(crate) fn sample(name: &str) -> Bytes {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/media/sample");
    std::fs::read(folder.join(name)).unwrap().into()
}

/// The sample asset at `/sample/sample.ism`.
pub(crate) fn sample_storage() -> Memory {
    let storage = Memory::new();
    for name in SAMPLE {
        storage.insert(format!("sample/{name}"), sample(name));
    }
    storage
}

pub(crate) fn sample_origin() -> Dynpack {
    Dynpack::builder(sample_storage()).build()
}

pub(crate) async fn ask(dynpack: &Dynpack, path: &str) -> Result<Response, Error> {
    dynpack.respond(&Request::parse(path)?, &Conditions::default()).await
}

pub(crate) async fn get(dynpack: &Dynpack, path: &str) -> Bytes {
    let response = ask(dynpack, path).await.unwrap_or_else(|error| panic!("{path}: {error}"));
    let promised = response.body.len();
    let body = response.body.collect().await.unwrap();
    assert_eq!(body.len() as u64, promised, "{path}");
    body
}

pub(crate) async fn text(dynpack: &Dynpack, path: &str) -> String {
    String::from_utf8(get(dynpack, path).await.to_vec()).unwrap()
}

/// The path of `link` in a document at `base`.
pub(crate) fn join(base: &str, link: &str) -> String {
    format!("{}/{link}", base.rsplit_once('/').unwrap().0)
}

/// What a manifest promises of one rendition: its init segment and its segments, with the start and duration of each in seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promise {
    pub(crate) init: String,
    pub(crate) segments: Vec<(String, f64, f64)>,
}

/// Everything that the HLS CMAF playlists of an asset promise, by an independent parser.
pub(crate) async fn hls(dynpack: &Dynpack, asset: &str) -> Vec<Promise> {
    let base = format!("{asset}/manifest(format=m3u8-cmaf)");
    let (_, multivariant) = m3u8_rs::parse_master_playlist(text(dynpack, &base).await.as_bytes()).map_err(drop).unwrap();
    let audio = multivariant.alternatives.iter().filter_map(|media| media.uri.clone());
    let mut promises = Vec::new();
    for link in audio.chain(multivariant.variants.iter().map(|variant| variant.uri.clone())) {
        let playlist = join(&base, &link);
        let (_, media) = m3u8_rs::parse_media_playlist(text(dynpack, &playlist).await.as_bytes()).map_err(drop).unwrap();
        let mut promise = Promise::default();
        let mut start = 0.0;
        for segment in &media.segments {
            if let Some(map) = &segment.map {
                promise.init = join(&playlist, &map.uri);
            }
            let duration = f64::from(segment.duration);
            promise.segments.push((join(&playlist, &segment.uri), start, duration));
            start += duration;
        }
        promises.push(promise);
    }
    promises
}

/// Everything that the DASH CMAF manifest of an asset promises.
pub(crate) async fn dash(dynpack: &Dynpack, asset: &str) -> Vec<Promise> {
    use quick_xml::events::Event;
    let base = format!("{asset}/manifest(format=mpd-time-cmaf)");
    let mpd = text(dynpack, &base).await;
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
                let fill = |template: &str| join(&base, &template.replace("$Bandwidth$", &attribute("bandwidth").unwrap()));
                let (init, media, timescale) = &template;
                let seconds = |ticks: u64| f64::from(u32::try_from(ticks).unwrap()) / timescale;
                let segment = |&(start, duration): &(u64, u64)| {
                    (fill(&media.replace("$Time$", &start.to_string())), seconds(start), seconds(duration))
                };
                promises.push(Promise { init: fill(init), segments: line.iter().map(segment).collect() });
            }
            _ => {}
        }
    }
}
