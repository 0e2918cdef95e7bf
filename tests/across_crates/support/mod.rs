//! The sample asset in memory, and short ways to ask for things.

mod dash;
mod hds;
mod hls;
pub(crate) mod published;
mod smooth;
mod ts;

use std::path::Path;

use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Error, Format, Protocol, Request, Response};

pub(crate) use self::hds::tags;
pub(crate) use self::hls::{key_frame_playlists, playlists};
pub(crate) use self::ts::{adts_frames, elementary, nal_units};

pub(crate) const SAMPLE: [&str; 5] =
    ["audio_deu.mp4", "audio_eng.mp4", "video_180p.mp4", "video_360p.mp4", "video_720p.mp4"];

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

/// What a URL is answered with: a stream, or a stored file.
pub(crate) async fn fetch(dynpack: &Dynpack, url: &str) -> Result<Response, Error> {
    dynpack.get(url, &Conditions::default()).await
}

/// The status and the code with which it is refused.
pub(crate) fn refusal(answer: Result<Response, Error>) -> (u16, &'static str) {
    let error = answer.unwrap_err();
    (error.status(), error.code())
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

/// What a manifest promises of one rendition: its segments, with the start and duration of each in
/// seconds, and the init segment if the format has one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Promise {
    pub(crate) init: Option<String>,
    pub(crate) segments: Vec<(String, f64, f64)>,
}

impl Promise {
    /// The name of the track, as it stands in URLs.
    pub(crate) fn track(&self) -> &str {
        let (_, arguments) = self.segments[0].0.split_once("Fragments(").unwrap();
        arguments.split(['=', ',']).next().unwrap()
    }

    /// Whether it is for trick play.
    pub(crate) fn is_key_frames(&self) -> bool {
        self.segments[0].0.contains("type=keyframes")
    }
}

/// The formats that are built.
pub(crate) fn formats() -> impl Iterator<Item = Format> {
    Format::ALL.into_iter().filter(|format| format.packager().is_ok())
}

/// The path of an asset's manifest.
pub(crate) fn manifest(asset: &str, format: Format) -> String {
    format!("{asset}/manifest(format={format})")
}

/// Everything that the manifests of an asset promise in a format.
pub(crate) async fn promises(dynpack: &Dynpack, asset: &str, format: Format) -> Vec<Promise> {
    promises_at(dynpack, &manifest(asset, format), format).await
}

/// Everything that a manifest promises.
pub(crate) async fn promises_at(dynpack: &Dynpack, manifest: &str, format: Format) -> Vec<Promise> {
    match format.protocol() {
        Protocol::Hls => hls::promises(dynpack, manifest).await,
        Protocol::Dash => dash::promises(dynpack, manifest).await,
        Protocol::Smooth => smooth::promises(dynpack, manifest).await,
        _ => hds::promises(dynpack, manifest).await,
    }
}

/// The key frames that the manifests of an asset promise in a format: none where the format has no
/// such thing.
pub(crate) async fn key_frames(dynpack: &Dynpack, asset: &str, format: Format) -> Vec<Promise> {
    key_frames_at(dynpack, &manifest(asset, format), format).await
}

/// The key frames that a manifest promises.
pub(crate) async fn key_frames_at(
    dynpack: &Dynpack,
    manifest: &str,
    format: Format,
) -> Vec<Promise> {
    match format.protocol() {
        Protocol::Hls => hls::key_frames(dynpack, manifest).await,
        Protocol::Dash => dash::key_frames(dynpack, manifest).await,
        _ => Vec::new(),
    }
}

/// Everything that the HLS CMAF playlists of an asset promise.
pub(crate) async fn hls(dynpack: &Dynpack, asset: &str) -> Vec<Promise> {
    promises(dynpack, asset, Format::HlsCmaf).await
}
