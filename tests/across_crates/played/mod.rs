//! What players get of a presentation: the samples in each segment with their times, for every
//! container.

mod flash;
mod mp4;
mod transport;

use std::collections::HashSet;

use dynpack::{Dynpack, Format, Protocol};
use dynpack_testkit::promise::Promise;

use crate::support::{self, get, promises};

/// A sample in a player.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Played {
    /// When it is decoded and presented, in ticks of the [clock](Stream::clock).
    pub(crate) decode: i64,
    pub(crate) time: i64,
    /// Its duration, and whether decoding can start at it, if the container signals that.
    pub(crate) duration: Option<i64>,
    pub(crate) is_sync: Option<bool>,
    /// Whether the time is not signalled, but counted from the sample before.
    pub(crate) is_counted: bool,
    /// The data as in MP4 files: NAL units after their lengths, AAC without headers.
    pub(crate) data: Vec<u8>,
}

/// One rendition.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) track: String,
    pub(crate) bitrate: u32,
    /// Whether it is muxed into the segments of another rendition, whose bitrate is in the URLs.
    pub(crate) is_companion: bool,
    /// Ticks per second.
    pub(crate) clock: u32,
    pub(crate) segments: Vec<Segment>,
}

/// A rendition's share of what one URL returns.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    /// The time that names it.
    pub(crate) name: Option<i64>,
    /// When it starts and how long it lasts according to the manifest, in seconds.
    pub(crate) start: f64,
    pub(crate) duration: f64,
    pub(crate) samples: Vec<Played>,
}

impl Stream {
    fn new(promise: &Promise, track: &str, clock: u32, segments: Vec<Vec<Played>>) -> Self {
        let segments =
            promise.segments.iter().zip(segments).map(|((url, start, duration), samples)| {
                let name = argument(url, promise.track()).and_then(|name| name.parse().ok());
                Segment { name, start: *start, duration: *duration, samples }
            });
        let (_, level) = promise.segments[0].0.split_once("QualityLevels(").unwrap();
        Self {
            track: track.to_owned(),
            bitrate: level.split_once(')').unwrap().0.parse().unwrap(),
            is_companion: promise.track() != track,
            clock,
            segments: segments.collect(),
        }
    }

    pub(crate) fn samples(&self) -> impl Iterator<Item = &Played> {
        self.segments.iter().flat_map(|segment| &segment.samples)
    }

    /// The number of samples in each segment that has samples.
    pub(crate) fn lens(&self) -> Vec<usize> {
        self.segments.iter().map(|segment| segment.samples.len()).filter(|len| *len > 0).collect()
    }
}

/// The value after `name=` in a URL.
fn argument<'a>(url: &'a str, name: &str) -> Option<&'a str> {
    let (_, call) = url.split_once("Fragments(")?;
    let arguments = call.split([',', ')']).filter_map(|argument| argument.split_once('='));
    arguments.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
}

/// All streams of an asset in a format.
pub(crate) async fn streams(dynpack: &Dynpack, asset: &str, format: Format) -> Vec<Stream> {
    read(dynpack, format, each(promises(dynpack, asset, format).await)).await
}

/// Each promise once: without video, audio is also listed as a variant.
pub(crate) fn each(mut promises: Vec<Promise>) -> Vec<Promise> {
    let mut seen = HashSet::new();
    promises.retain(|promise| seen.insert(promise.segments[0].0.clone()));
    promises
}

/// The key frames of each video, for trick play.
pub(crate) async fn key_frames(dynpack: &Dynpack, asset: &str, format: Format) -> Vec<Stream> {
    read(dynpack, format, support::key_frames(dynpack, asset, format).await).await
}

/// The streams that were promised.
pub(crate) async fn read(dynpack: &Dynpack, format: Format, promises: Vec<Promise>) -> Vec<Stream> {
    let mut streams = Vec::new();
    for promise in promises {
        let mut bodies = Vec::new();
        for (url, ..) in &promise.segments {
            bodies.push(get(dynpack, url).await);
        }
        let companion = argument(&promise.segments[0].0, "audiotrack");
        let companion = companion.filter(|track| !track.is_empty());
        let read = |track: &str, clock: u32, read: &dyn Fn(&[u8]) -> Vec<Played>| {
            Stream::new(&promise, track, clock, bodies.iter().map(|body| read(body)).collect())
        };
        match (format.protocol(), &promise.init) {
            (Protocol::Smooth, _) => {
                streams.push(read(promise.track(), mp4::SMOOTH_CLOCK, &|body| mp4::read(body, 0)))
            }
            (_, Some(init)) => {
                let (clock, lead) = mp4::clock_and_lead(&get(dynpack, init).await);
                streams.push(read(promise.track(), clock, &|body| mp4::read(body, lead)));
            }
            (Protocol::Hls, None) => {
                let tracks = [Some(promise.track()), companion].into_iter().flatten();
                streams.extend(tracks.map(|track| {
                    read(track, transport::CLOCK, &|body| transport::read(body, track))
                }));
            }
            _ => {
                let tracks = [Some(promise.track()), companion].into_iter().flatten();
                streams.extend(
                    tracks.map(|track| read(track, flash::CLOCK, &|body| flash::read(body, track))),
                );
            }
        }
    }
    streams
}
