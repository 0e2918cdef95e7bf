//! Any URL of any format with your own IO: no storage, no async, no HTTP.
//!
//! `cargo run --release --example answer -- FOLDER URL > out` opens the MP4 files and subtitles of a
//! folder, and writes the resource of a URL, such as `/film/film.ism/manifest(format=m3u8-cmaf)`.

use std::error::Error;
use std::fs::{File, read_dir};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{CutPolicy, Extent, Movie, SourceIndex};
use dynpack_packager::{
    Admission, Combination, Content, Filters, Job, Request, Resource, Text, TextFile, present,
    present_texts,
};
use dynpack_text::Options;

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
    paths.sort();
    let is_movie = |path: &&PathBuf| path.extension().is_some_and(|ending| ending == "mp4");
    let mut files = paths.iter().filter(is_movie).map(File::open).collect::<Result<Vec<_>, _>>()?;
    let movies = files.iter_mut().map(open).collect::<Result<Vec<_>, _>>()?;
    let presentation = present(movies, CutPolicy::SIX_SECONDS)?;
    let texts = paths.iter().map(subtitles).filter_map(Result::transpose);
    let (presentation, texts) = present_texts(&presentation, texts.collect::<Result<_, _>>()?)?;

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

    // A format leaves out what it cannot carry, such as texts.
    let packager = request.format.packager()?;
    let carried = packager.carried(&filtered.presentation, &request, None)?;
    let view = filtered.view(&carried.presentation)?;
    // A manifest is returned as text. A plan of media lists the ranges of the files that it needs.
    let job = Job::new(&view, &request).with_texts(&texts);
    let package = packager.package(&job.with_first_quality(filtered.first_quality))?;
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

/// The cues of a file, if it has the ending of subtitles. What its name says of them goes with them.
fn subtitles(path: &PathBuf) -> Result<Option<Text>, Box<dyn Error>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(file) = TextFile::parse(&name) else { return Ok(None) };
    let parsed = file.read(&std::fs::read(path)?, Options::new())?;
    Ok(Some(Text::new(SourceIndex::default(), parsed.document).named_by(&file)))
}

fn read(file: &mut File, range: Extent) -> Result<Bytes, Box<dyn Error>> {
    let mut bytes = vec![0; usize::try_from(range.len)?];
    file.seek(SeekFrom::Start(range.offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}
