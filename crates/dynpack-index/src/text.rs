//! The text tracks of a movie, and its chapters.

use bytes::{BufMut, Bytes};
use dynpack_media::{Chapter, Chapters, Forced, Language, MediaStretch, TextTrack, Ticks, Time};

use crate::error::Error;
use crate::heading::{Heading, put_samples, take_samples, take_timescale};
use crate::reader::Reader;
use crate::writer::{put_bytes, put_list};

const SOME: u8 = 1;
const ALL: u8 = 2;

pub(crate) fn put(track: &TextTrack, out: &mut Vec<u8>) -> Result<(), Error> {
    let heading = Heading {
        id: track.id,
        timescale: track.timescale,
        language: track.language.clone(),
        name: track.name.clone(),
        role: track.role,
        grouping: track.grouping,
    };
    heading.put(out)?;
    out.put_u8(match track.forced {
        Forced::No => 0,
        Forced::Some => SOME,
        Forced::All => ALL,
    });
    out.put_i64(track.start.0);
    put_list(&track.stretches, out, put_stretch)?;
    put_bytes(&track.sample_entry, out)?;
    put_samples(track.id, &track.samples, out)
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<TextTrack, Error> {
    let Heading { id, timescale, language, name, role, grouping } = Heading::take(reader)?;
    let forced = match reader.u8()? {
        0 => Forced::No,
        SOME => Forced::Some,
        ALL => Forced::All,
        other => return Err(reader.malformed(format!("a text is forced by {other}"))),
    };
    let start = ticks(reader)?;
    let stretches = reader.list(take_stretch)?;
    let sample_entry = Bytes::copy_from_slice(&reader.bytes()?);
    let samples = take_samples(reader)?;
    let mut track = TextTrack::new(id, timescale, sample_entry, samples);
    (track.language, track.name, track.role) = (language, name, role);
    (track.grouping, track.forced) = (grouping, forced);
    (track.start, track.stretches) = (start, stretches);
    Ok(track)
}

pub(crate) fn put_chapters(chapters: &Chapters, out: &mut Vec<u8>) -> Result<(), Error> {
    put_list(&chapters.tracks, out, put)?;
    put_list(&chapters.listed, out, |Chapter { start, title, language }, out| {
        out.put_i64(start.ticks.0);
        out.put_u32(start.timescale.hz());
        put_bytes(title.as_bytes(), out)?;
        put_bytes(language.tag().as_bytes(), out)
    })
}

pub(crate) fn take_chapters(reader: &mut Reader<'_>) -> Result<Chapters, Error> {
    let tracks = reader.list(take)?;
    let listed = reader.list(|reader| {
        let start = Time::new(ticks(reader)?, take_timescale(reader)?);
        let (title, language) = (reader.text()?, Language::parse(&reader.text()?));
        Ok(Chapter { start, title, language })
    })?;
    Ok(Chapters::new(tracks, listed))
}

#[expect(clippy::unnecessary_wraps, reason = "as lists are put")]
fn put_stretch(stretch: &MediaStretch, out: &mut Vec<u8>) -> Result<(), Error> {
    out.put_i64(stretch.position.0);
    out.put_i64(stretch.media_start.0);
    out.put_u8(stretch.duration.is_some().into());
    out.put_i64(stretch.duration.unwrap_or_default().0);
    Ok(())
}

fn take_stretch(reader: &mut Reader<'_>) -> Result<MediaStretch, Error> {
    let (position, media_start) = (ticks(reader)?, ticks(reader)?);
    let (has_duration, duration) = (reader.flag()?, ticks(reader)?);
    Ok(MediaStretch { position, media_start, duration: has_duration.then_some(duration) })
}

fn ticks(reader: &mut Reader<'_>) -> Result<Ticks, Error> {
    let ticks = Ticks(reader.i64()?);
    match ticks.is_plausible() {
        true => Ok(ticks),
        false => Err(reader.malformed("a time is beyond any plausible one")),
    }
}
