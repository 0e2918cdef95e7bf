//! Any URL of any format with your own IO: no storage, no async, no HTTP.
//!
//! `cargo run --release --example answer -- FOLDER URL > out` opens the MP4 files of a folder, and
//! writes the resource of a URL, such as `/film/film.ism/manifest(format=m3u8-cmaf)`.

use std::error::Error;
use std::fs::{File, read_dir};
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{CutPolicy, Extent, Movie};
use dynpack_packager::{Admission, Combination, Content, Filters, Job, Request, Resource, present};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, url] = &arguments[..] else { return Err("usage: answer FOLDER URL".into()) };
    // Parse the request, and check whether it is published. Without locators, everything is
    // published without encryption.
    let request = Request::parse(url)?;
    Admission::new(None, &request, Duration::ZERO, SystemTime::now().try_into()?)?;

    // Open the files in the order of their names, and cut them into segments.
    let paths: Result<Vec<_>, _> = read_dir(folder)?.map(|entry| Ok(entry?.path())).collect();
    let mut paths = paths.map_err(|error: std::io::Error| format!("{folder}: {error}"))?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "mp4"));
    paths.sort();
    let mut files = paths.iter().map(File::open).collect::<Result<Vec<_>, _>>()?;
    let movies = files.iter_mut().map(open).collect::<Result<Vec<_>, _>>()?;
    let presentation = present(movies, CutPolicy::SIX_SECONDS)?;

    // Filters that the URL names narrow what manifests and playlists list, and change no media.
    let filters = std::fs::read(format!("{folder}/filters.json")).unwrap_or_else(|_| b"[]".into());
    let filters = Filters::parse(&filters);
    let is_media = matches!(request.resource, Resource::Media(..));
    let names = request.filters.iter().filter(|_| !is_media);
    let named = names.map(|name| {
        filters.get(name)?.ok_or_else(|| Box::<dyn Error>::from(format!("no filter `{name}`")))
    });
    let filters = Combination::new(named.collect::<Result<Vec<_>, _>>()?)?;
    let filtered = filters.apply(&presentation)?;

    // A manifest is returned as text. A plan of media lists the ranges of the files that it needs.
    let view = filtered.view(&filtered.presentation)?;
    let job = Job::new(&view, &request).with_first_quality(filtered.first_quality);
    let package = request.format.packager()?.package(&job)?;
    let answer = match package.content {
        Content::Bytes(bytes) => vec![bytes],
        Content::Plan(plan) => {
            let reads = plan.reads().iter();
            let media = reads.map(|one| read(&mut files[one.source.0 as usize], one.extent));
            let media = media.collect::<Result<Vec<_>, _>>()?;
            plan.finish(&media)?
        }
    };
    answer.iter().try_for_each(|piece| std::io::stdout().write_all(piece)).map_err(Into::into)
}

fn open(file: &mut File) -> Result<Movie, Box<dyn Error>> {
    let mut demuxer = Demuxer::new(file.metadata()?.len(), Limits::default());
    while let Some(range) = demuxer.need() {
        demuxer.feed(range.offset, read(file, range)?)?;
    }
    Ok(demuxer.finish()?)
}

fn read(file: &mut File, range: Extent) -> Result<Bytes, Box<dyn Error>> {
    let mut bytes = vec![0; usize::try_from(range.len)?];
    file.seek(SeekFrom::Start(range.offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}
