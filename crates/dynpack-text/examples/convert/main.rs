//! Converts subtitles: from `.vtt`, `.srt`, `.ttml` to `.vtt`, `.ttml`, or samples in `.mp4`.
//!
//! `cargo run -p dynpack-text --example convert -- IN OUT [SECONDS]` writes the whole file, or with
//! SECONDS its segments of that length: `OUT` then has `{}` where the number of a segment goes. An
//! `.mp4` has a track of `wvtt`; an `.stpp.mp4` one of IMSC 1.

#![expect(clippy::print_stderr, reason = "a program reports warnings")]

mod mp4;

use std::error::Error;
use std::path::Path;

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_text::ttml::WriteOptions;
use dynpack_text::{Document, Excerpt, Options, Parsed, srt, stpp, ttml, vtt, wvtt};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (from, to, seconds) = match arguments.as_slice() {
        [from, to] => (from, to, None),
        [from, to, seconds] => (from, to, Some(seconds.parse::<u32>()?)),
        _ => return Err("usage: convert IN OUT [SECONDS]".into()),
    };
    let Parsed { document, warnings, .. } = read(from)?;
    for warning in warnings {
        eprintln!("{from}: {warning}");
    }
    match seconds {
        None => write(to, &document, &[document.whole()]),
        Some(seconds) => write(to, &document, &segments(&document, seconds)),
    }
}

fn read(path: &str) -> Result<Parsed, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let options = Options::new();
    match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("vtt") => Ok(vtt::read(&bytes, options)?),
        Some("srt") => Ok(srt::read(&bytes, options)?),
        Some("ttml" | "dfxp" | "xml") => Ok(ttml::read(&bytes, options)?),
        _ => Err("IN is none of .vtt, .srt, .ttml, .dfxp, .xml".into()),
    }
}

/// Segments up to the end of the last cue.
fn segments(document: &Document, seconds: u32) -> Vec<Excerpt<'_>> {
    let at = |count: i64| Time::new(Ticks(count * i64::from(seconds)), Timescale::SECONDS);
    let end = document.cues.all().iter().map(|cue| cue.end).max().unwrap_or_else(|| at(1));
    let starts = (0..).take_while(|count| at(*count) < end);
    starts.map(|count| document.segment(at(count)..at(count + 1))).collect()
}

fn write(to: &str, document: &Document, excerpts: &[Excerpt<'_>]) -> Result<(), Box<dyn Error>> {
    let clock = Timescale::MILLIS;
    if to.ends_with(".stpp.mp4") {
        let options = WriteOptions::default();
        let samples = excerpts.iter().filter_map(|excerpt| stpp::sample(excerpt, options, clock));
        let entry = stpp::sample_entry();
        return Ok(std::fs::write(to, mp4::file(&entry, *b"subt", clock, samples.collect())?)?);
    }
    if to.ends_with(".mp4") {
        let mut samples = Vec::new();
        for excerpt in excerpts {
            samples.extend(wvtt::samples(excerpt, clock)?);
        }
        let entry = wvtt::sample_entry(document);
        return Ok(std::fs::write(to, mp4::file(&entry, *b"text", clock, samples)?)?);
    }
    for (number, excerpt) in excerpts.iter().enumerate() {
        let text = if to.ends_with(".vtt") {
            vtt::write(excerpt, None)
        } else {
            ttml::write(excerpt, WriteOptions::default())
        };
        std::fs::write(to.replace("{}", &number.to_string()), text)?;
    }
    Ok(())
}
