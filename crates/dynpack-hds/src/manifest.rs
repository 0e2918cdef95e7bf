//! The manifest of a presentation.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynpack_codec::VideoCodec;
use dynpack_media::{Stream, Ticks, Timescale};
use serde::Serialize;

use crate::stream::{bitrate, end};
use crate::{Error, bootstrap, metadata};

/// Where the streams of a presentation are found.
pub trait Urls {
    /// The address of a stream, absolute or relative to the manifest, with everything escaped that
    /// a URL cannot hold. Clients append the name of a [fragment](crate::FragmentNumber) to its
    /// path.
    fn stream(&self, stream: &Stream<'_>) -> String;
}

/// The F4M manifest of these streams (Adobe Flash Media Manifest file format specification 1.0),
/// bootstrap information inside.
///
/// Streams with the same fragments share their bootstrap information, which is what yt-dlp counts
/// on.
///
/// # Errors
/// [`Error::Rendition`] for a codec which FLV does not know, [`Error::Duration`] for a fragment that
/// lasts too long.
pub fn manifest(streams: &[Stream<'_>], urls: &impl Urls) -> Result<String, Error> {
    let mut bootstraps: Vec<Bootstrap> = Vec::new();
    let mut media = Vec::new();
    for stream in streams {
        let content = STANDARD.encode(bootstrap(stream)?);
        let id = match bootstraps.iter().find(|bootstrap| bootstrap.content == content) {
            Some(shared) => shared.id.clone(),
            None => {
                let id = format!("bootstrap{}", bootstraps.len() + 1);
                bootstraps.push(Bootstrap { profile: "named", id: id.clone(), content });
                id
            }
        };
        media.push(Media::new(stream, id, urls)?);
    }
    let duration = streams.iter().map(end).max().unwrap_or_default();
    let manifest = Manifest {
        xmlns: NAMESPACE,
        stream_type: "recorded",
        duration: seconds(duration),
        bootstraps,
        media,
    };
    Ok(manifest.to_xml())
}

/// The namespace of F4M 1.0.
const NAMESPACE: &str = "http://ns.adobe.com/f4m/1.0";

#[derive(Serialize)]
#[serde(rename = "manifest")]
struct Manifest {
    #[serde(rename = "@xmlns")]
    xmlns: &'static str,
    #[serde(rename = "streamType")]
    stream_type: &'static str,
    duration: String,
    #[serde(rename = "bootstrapInfo")]
    bootstraps: Vec<Bootstrap>,
    media: Vec<Media>,
}

#[derive(Serialize)]
struct Bootstrap {
    #[serde(rename = "@profile")]
    profile: &'static str,
    #[serde(rename = "@id")]
    id: String,
    #[serde(rename = "$text")]
    content: String,
}

#[derive(Serialize)]
struct Media {
    /// In kilobits a second.
    #[serde(rename = "@bitrate")]
    bitrate: u64,
    #[serde(rename = "@width", skip_serializing_if = "Option::is_none")]
    width: Option<u16>,
    #[serde(rename = "@height", skip_serializing_if = "Option::is_none")]
    height: Option<u16>,
    #[serde(rename = "@url")]
    url: String,
    #[serde(rename = "@bootstrapInfoId")]
    bootstrap_id: String,
    metadata: String,
}

impl Media {
    fn new(stream: &Stream<'_>, bootstrap_id: String, urls: &impl Urls) -> Result<Self, Error> {
        let (width, height) = stream.main.track.codec.video().map(VideoCodec::dimensions).unzip();
        let metadata = STANDARD.encode(metadata(stream)?);
        let url = urls.stream(stream).replace(|c: char| c.is_control(), "");
        Ok(Self {
            bitrate: bitrate(stream).div_ceil(1000),
            width,
            height,
            url,
            bootstrap_id,
            metadata,
        })
    }
}

impl Manifest {
    fn to_xml(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
        let mut serializer = quick_xml::se::Serializer::new(&mut text);
        serializer.indent(' ', 2);
        self.serialize(serializer).expect("a struct of texts and numbers is always XML");
        text + "\n"
    }
}

/// Seconds to the millisecond.
fn seconds(time: Ticks) -> String {
    let per_second = i64::from(Timescale::MILLIS.hz());
    format!("{}.{:03}", time.0 / per_second, time.0 % per_second)
}
