//! The manifest of a presentation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_codec::Video;
use dynpack_media::text::uri;
use dynpack_media::{Period, Stream, Ticks};
use dynpack_xml::{Style, Writer};

use crate::fragment::duration;
use crate::stream::bitrate;
use crate::{Error, bootstrap, metadata};

/// The URLs of the streams of a presentation.
pub trait Urls {
    /// The address of a stream, absolute or relative to the manifest. Characters that a URL must
    /// not contain are percent-encoded when it is written. Clients append the name of a
    /// [fragment](crate::FragmentNumber) to its path.
    fn stream(&self, stream: &Stream<'_>) -> String;
}

/// The F4M manifest of these streams of a presentation in one period, with the bootstrap
/// information inside (Adobe Flash Media Manifest file format specification 1.0).
///
/// Streams with the same fragments share their bootstrap information, since yt-dlp relies on that.
///
/// # Errors
/// [`Error::Rendition`] for a codec that FLV does not support, [`Error::Duration`] for a fragment
/// that lasts too long.
pub fn manifest(
    streams: &[Stream<'_>],
    period: &Period<'_>,
    urls: &impl Urls,
) -> Result<String, Error> {
    let mut bootstraps = Vec::new();
    let mut media = Vec::new();
    for stream in streams {
        let content = STANDARD.encode(bootstrap(stream, period)?);
        let shared = bootstraps.iter().position(|other| *other == content);
        let bootstrap = shared.unwrap_or(bootstraps.len());
        if shared.is_none() {
            bootstraps.push(content);
        }
        media.push(Media::new(stream, period, bootstrap, urls)?);
    }
    let durations = streams.iter().map(|stream| duration(stream, period));
    let duration = durations.max().unwrap_or_default();
    Ok(Manifest { duration, bootstraps, media }.to_xml())
}

/// The namespace of F4M 1.0.
const NAMESPACE: &str = "http://ns.adobe.com/f4m/1.0";

struct Manifest {
    /// In milliseconds.
    duration: Ticks,
    /// In Base64.
    bootstraps: Vec<String>,
    media: Vec<Media>,
}

impl Manifest {
    fn to_xml(&self) -> String {
        let mut xml = Writer::new(Style::INDENTED);
        xml.open("manifest").with("xmlns", NAMESPACE).children(|xml| {
            xml.open("streamType").text("recorded");
            xml.open("duration").text(seconds(self.duration));
            for (index, content) in self.bootstraps.iter().enumerate() {
                let tag = xml.open("bootstrapInfo").with("profile", "named");
                tag.with("id", bootstrap_id(index)).text(content);
            }
            self.media.iter().for_each(|media| media.write(xml));
        });
        xml.finish()
    }
}

struct Media {
    /// In kilobits per second.
    bitrate: u64,
    width: Option<u16>,
    height: Option<u16>,
    url: String,
    /// Index of its bootstrap information.
    bootstrap: usize,
    /// In Base64.
    metadata: String,
}

impl Media {
    fn new(
        stream: &Stream<'_>,
        period: &Period<'_>,
        bootstrap: usize,
        urls: &impl Urls,
    ) -> Result<Self, Error> {
        let (width, height) = stream.main.track.codec.video().map(Video::dimensions).unzip();
        Ok(Self {
            bitrate: bitrate(stream).div_ceil(1000),
            width,
            height,
            url: urls.stream(stream),
            bootstrap,
            metadata: STANDARD.encode(metadata(stream, period)?),
        })
    }

    fn write(&self, xml: &mut Writer) {
        let tag = xml
            .open("media")
            .with("bitrate", self.bitrate)
            .with_some("width", self.width)
            .with_some("height", self.height)
            .with("url", uri(&self.url))
            .with("bootstrapInfoId", bootstrap_id(self.bootstrap));
        tag.children(|xml| xml.open("metadata").text(&self.metadata));
    }
}

fn bootstrap_id(index: usize) -> String {
    format!("bootstrap{}", index.saturating_add(1))
}

/// A time in seconds, to the millisecond.
fn seconds(time: Ticks) -> String {
    const PER_SECOND: i64 = 1000;

    format!("{}.{:03}", time.0 / PER_SECOND, time.0 % PER_SECOND)
}
