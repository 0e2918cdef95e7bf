//! Prints the text tracks of a file, and its chapters, as WebVTT.
//!
//! `cargo run --release --example texts -- FILE.mp4`. Of the media, only text is read. Times count
//! from the start of the movie.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use bytes::Bytes;
use dynpack_isobmff::{Demuxer, Limits};
use dynpack_media::{Extent, Movie, TextTrack};
use dynpack_text::{Options, mp4, vtt};

type Failure = Box<dyn std::error::Error>;

#[expect(clippy::print_stdout, reason = "text on standard output is what this program is for")]
fn main() -> Result<(), Failure> {
    let path = std::env::args_os().nth(1).ok_or("usage: texts FILE.mp4")?;
    let mut file = File::open(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let movie = open(&mut file)?;
    for text in &movie.texts {
        println!("NOTE track {}, {}, {:?}\n", text.id.0, text.language, text.role);
        println!("{}", document(&mut file, text)?);
    }
    for text in &movie.chapters.tracks {
        println!("NOTE chapters, track {}, {}\n", text.id.0, text.language);
        println!("{}", document(&mut file, text)?);
    }
    for chapter in &movie.chapters.listed {
        println!("NOTE chapter at {:.3} s: {}\n", chapter.start.as_seconds(), chapter.title);
    }
    for skipped in &movie.skipped {
        println!("NOTE track {} is left out: {}\n", skipped.id.0, skipped.reason);
    }
    Ok(())
}

/// Feeds the demuxer what it needs, until it has the movie.
fn open(file: &mut File) -> Result<Movie, Failure> {
    let mut demuxer = Demuxer::new(file.metadata()?.len(), Limits::default());
    while let Some(extent) = demuxer.need() {
        demuxer.feed(extent.offset, read(file, extent)?)?;
    }
    Ok(demuxer.finish()?)
}

/// Reads a text track.
fn document(file: &mut File, text: &TextTrack) -> Result<String, Failure> {
    let pieces: Vec<_> =
        mp4::reads(text)?.into_iter().map(|extent| read(file, extent)).collect::<Result<_, _>>()?;
    let parsed = mp4::read(text, Options::new(), &pieces)?;
    Ok(vtt::write(&parsed.document.whole(), None))
}

fn read(file: &mut File, Extent { offset, len }: Extent) -> Result<Bytes, Failure> {
    let mut bytes = vec![0; usize::try_from(len)?];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes.into())
}
