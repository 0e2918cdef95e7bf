//! Prints the content of a file as a table: its tracks, their codecs, times and groups of pictures.
//!
//! `cargo run --release --example inspect -- FILE.mp4 [FILTERS.json]`. Only the file's index is
//! read, never its media. With a list of filters (docs/filters.md), it also prints what each of them
//! leaves.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;
use dynpack_codec::{Codec, MediaKind};
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{CutPolicy, Extent, Movie, Presentation, Role, SampleIndex, TextTrack, Track};
use dynpack_packager::{Combination, Error, Filters, present};

#[expect(clippy::print_stdout, reason = "a table on standard output is what this program is for")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: inspect FILE.mp4 [FILTERS.json]")?;
    let mut file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let len = file.metadata()?.len();
    let (movie, read) = open(&mut file, len)?;
    println!("{}: {len} bytes, of which {read} were read", path.display());
    println!(
        "{:>3} {:<14} {:<22} {:>9} {:>11} {:>9} {:<18}",
        "id", "codec", "shape", "samples", "seconds", "kb/s", "groups of pictures"
    );
    for track in &movie.tracks {
        println!("{}", row(track));
    }
    for text in &movie.texts {
        println!("{}", text_row(text));
    }
    for chapters in &movie.chapters.tracks {
        println!("{} (chapters)", text_row(chapters));
    }
    for chapter in &movie.chapters.listed {
        println!("chapter at {:.3} s: {}", chapter.start.as_seconds(), chapter.title);
    }
    for skipped in &movie.skipped {
        println!("{:>3} left out: {}", skipped.id.0, skipped.reason);
    }
    for warning in &movie.warnings {
        println!("warning: {warning}");
    }
    let Some(path) = std::env::args_os().nth(2) else { return Ok(()) };
    let filters = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let filters = Filters::parse(&filters);
    filters.problems().for_each(|problem| println!("warning: {problem}"));
    let presentation = present([movie], CutPolicy::SIX_SECONDS)?;
    for name in filters.names() {
        match left(&filters, name, &presentation) {
            Ok(left) => println!("filter {name}: {left}"),
            Err(error) => println!("filter {name}: {error}"),
        }
    }
    Ok(())
}

/// What a filter leaves.
fn left(filters: &Filters, name: &str, presentation: &Presentation) -> Result<String, Error> {
    let filtered = Combination::new(filters.get(name)?)?.apply(presentation)?;
    let view = filtered.view(&filtered.presentation)?;
    let (start, shown) = (view.first().start().as_seconds(), view.first().presentation());
    let tracks = shown.renditions.iter();
    let tracks = tracks.map(|one| format!("{} of {} bit/s", one.id.name, one.id.bitrate));
    let (end, tracks) = (shown.duration().as_seconds(), tracks.collect::<Vec<_>>().join(", "));
    Ok(format!("{tracks}; from {start:.3} to {end:.3} s"))
}

/// Feeds the demuxer what it needs, until it has the movie.
fn open(file: &mut File, len: u64) -> Result<(Movie, u64), Box<dyn std::error::Error>> {
    let mut demuxer = Demuxer::new(len, Limits::default());
    let mut total = 0;
    while let Some(Extent { offset, len, .. }) = demuxer.need() {
        let mut bytes = vec![0; usize::try_from(len)?];
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(&mut bytes)?;
        demuxer.feed(offset, Bytes::from(bytes))?;
        total += len;
    }
    Ok((demuxer.finish()?, total))
}

fn row(track: &Track) -> String {
    let (samples, all) = (&track.samples, SampleIndex(0)..SampleIndex(track.samples.len()));
    let seconds = samples.total_duration().as_seconds(track.timescale);
    let shape = match &track.codec {
        Codec::Video(video) => {
            let (width, height) = video.dimensions();
            format!("{width}x{height}")
        }
        Codec::Audio(audio) => {
            let (rate, channels) = (audio.sampling_rate(), audio.channels());
            format!("{rate} Hz, {channels} ch, {}", track.language)
        }
        Codec::Text => track.language.to_string(),
    };
    #[expect(clippy::cast_precision_loss, reason = "printing needs no more than 52 bits")]
    let kilobits = samples.byte_len(all.clone()) as f64 / 125.0 / seconds.max(f64::MIN_POSITIVE);
    let groups = match (track.kind(), samples.sync_samples(all)) {
        (MediaKind::Video, Some(sync)) => {
            format!(
                "{}, {:.2} s each",
                sync.len(),
                seconds / f64::from(u32::try_from(sync.len().max(1)).unwrap_or(u32::MAX))
            )
        }
        (MediaKind::Video, None) => "every frame is one".into(),
        (MediaKind::Audio | MediaKind::Text, _) => String::new(),
    };
    let (id, codec, count) = (track.id.0, track.codec.rfc6381(), samples.len());
    format!("{id:>3} {codec:<14} {shape:<22} {count:>9} {seconds:>11.3} {kilobits:>9.1} {groups}")
}

fn text_row(text: &TextTrack) -> String {
    let kind = text.sample_entry.get(4..8).unwrap_or_default();
    let (id, kind, language) = (text.id.0, String::from_utf8_lossy(kind), &text.language);
    let seconds = text.samples.total_duration().as_seconds(text.timescale);
    let (role, count) = (text.role.map_or("", Role::as_str), text.samples.len());
    let shape = format!("{language} {role}");
    format!("{id:>3} {kind:<14} {shape:<22} {count:>9} {seconds:>11.3} {}", text.name)
}
