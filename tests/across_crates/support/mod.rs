//! The sample asset in memory, and shorthands for requests.

pub(crate) mod published;

use bytes::Bytes;
use dynpack::storage::Memory;
use dynpack::{Conditions, Dynpack, Error, Format, Protocol, Request, Response};
use dynpack_testkit::film::{Container, Film, Form};
use dynpack_testkit::promise::{self, Promise};
use dynpack_testkit::read::{adts, annex_b, transport};
pub(crate) use dynpack_testkit::sample_asset::{MEDIA as SAMPLE, TEXTS, file as sample};

/// The sample asset at `/sample/sample.ism`, without its subtitles.
pub(crate) fn sample_storage() -> Memory {
    let storage = Memory::new();
    for name in SAMPLE {
        storage.insert(format!("sample/{name}"), sample(name));
    }
    storage
}

/// The whole sample asset.
pub(crate) fn subtitled_storage() -> Memory {
    let storage = sample_storage();
    for name in TEXTS {
        storage.insert(format!("sample/{name}"), sample(name));
    }
    storage
}

/// An origin of the sample asset without its subtitles.
pub(crate) fn sample_origin() -> Dynpack {
    Dynpack::builder(sample_storage()).build()
}

/// The asset `/film/film.ism` with that film.
pub(crate) fn film_storage(film: &Film, container: Container) -> Memory {
    let storage = Memory::new();
    for (name, file) in container.asset(film) {
        storage.insert(format!("film/{name}"), file);
    }
    storage
}

/// The asset `/sample/sample.ism` with that film, instead of the sample.
pub(crate) fn in_place_of_the_sample(film: &Film) -> Memory {
    let storage = Memory::new();
    let container =
        Container { form: Form::Progressive { is_fast_start: true }, is_one_file: true };
    storage.insert("sample/film.mp4", container.file(&film.tracks));
    storage
}

/// The samples of the stream on `pid` of transport streams, as in an MP4 file.
pub(crate) fn elementary(segments: &[u8], pid: u16) -> Vec<u8> {
    let reading = transport::read(segments);
    let packets = reading.pes.iter().filter(|pes| pes.pid == pid);
    let samples = packets.map(|pes| match pid {
        0x100 => annex_b::sample(&pes.data),
        _ => adts::frames(&pes.data).iter().flat_map(|frame| frame.data).copied().collect(),
    });
    samples.collect::<Vec<_>>().concat()
}

pub(crate) async fn ask(dynpack: &Dynpack, path: &str) -> Result<Response, Error> {
    dynpack.respond(&Request::parse(path)?, &Conditions::default()).await
}

/// The response to a URL: a stream, or a stored file.
pub(crate) async fn fetch(dynpack: &Dynpack, url: &str) -> Result<Response, Error> {
    dynpack.get(url, &Conditions::default()).await
}

/// The status and the code of an error.
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

/// The supported formats.
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
        Protocol::Hls => playlists_promise(dynpack, playlists(dynpack, manifest).await).await,
        Protocol::Dash => {
            let mut promises = promise::dash::promises(manifest, &text(dynpack, manifest).await);
            promises.retain(|promise| !promise.is_key_frames());
            promises
        }
        Protocol::Smooth => promise::smooth::promises(manifest, &get(dynpack, manifest).await),
        _ => promise::hds::promises(manifest, &text(dynpack, manifest).await),
    }
}

/// The URL by which the whole lists the media of a URL in a manifest of a part: in Smooth Streaming
/// those count from the start of the part.
pub(crate) fn url_in_whole(url: &str) -> String {
    let counts = url.contains(",from=");
    if counts { Request::parse(url).unwrap().to_string() } else { url.to_owned() }
}

/// The paths of the media playlists that a multivariant playlist lists: audio first.
pub(crate) async fn playlists(dynpack: &Dynpack, manifest: &str) -> Vec<String> {
    promise::hls::playlists(manifest, &text(dynpack, manifest).await)
}

/// The paths of the lists of key frames that a multivariant playlist lists.
pub(crate) async fn key_frame_playlists(dynpack: &Dynpack, manifest: &str) -> Vec<String> {
    promise::hls::key_frame_playlists(manifest, &text(dynpack, manifest).await)
}

async fn playlists_promise(dynpack: &Dynpack, playlists: Vec<String>) -> Vec<Promise> {
    let mut promises = Vec::new();
    for playlist in playlists {
        promises.push(promise::hls::promise(&playlist, &text(dynpack, &playlist).await));
    }
    promises
}

/// The key frames that the manifests of an asset promise in a format. None if the format has no key
/// frames.
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
        Protocol::Hls => {
            playlists_promise(dynpack, key_frame_playlists(dynpack, manifest).await).await
        }
        Protocol::Dash => {
            let mut promises = promise::dash::promises(manifest, &text(dynpack, manifest).await);
            promises.retain(Promise::is_key_frames);
            promises
        }
        _ => Vec::new(),
    }
}

/// Everything that the HLS CMAF playlists of an asset promise.
pub(crate) async fn hls(dynpack: &Dynpack, asset: &str) -> Vec<Promise> {
    promises(dynpack, asset, Format::HlsCmaf).await
}
