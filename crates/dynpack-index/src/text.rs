//! The text tracks of a movie, and its chapters.

use std::num::NonZeroI32;

use bytes::{BufMut, Bytes};
use dynpack_media::{
    Chapter, Chapters, Forced, Grouping, Language, MediaStretch, Role, SampleTable, TextTrack,
    Ticks, Time, Timescale, TrackId,
};

use crate::error::Error;
use crate::reader::Reader;
use crate::writer::{put_bytes, put_list};

const SOME: u8 = 1;
const ALL: u8 = 2;

pub(crate) fn put(track: &TextTrack, out: &mut Vec<u8>) -> Result<(), Error> {
    out.put_u32(track.id.0);
    out.put_u32(track.timescale.hz());
    put_bytes(track.language.tag().as_bytes(), out)?;
    put_bytes(track.name.as_bytes(), out)?;
    put_bytes(track.role.map_or("", Role::as_str).as_bytes(), out)?;
    let Grouping { is_enabled, alternate_group, switch_group } = track.grouping;
    out.put_u8(is_enabled.into());
    out.put_i16(alternate_group);
    out.put_i32(switch_group.map_or(0, NonZeroI32::get));
    out.put_u8(match track.forced {
        Forced::No => 0,
        Forced::Some => SOME,
        Forced::All => ALL,
    });
    out.put_i64(track.start.0);
    put_list(&track.stretches, out, put_stretch)?;
    put_bytes(&track.sample_entry, out)?;
    let samples = track.samples.put_indexed(out);
    samples.map_err(|error| Error::Unrepresentable(format!("track {}: {error}", track.id.0)))
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<TextTrack, Error> {
    let id = TrackId(reader.u32()?);
    let timescale = timescale(reader)?;
    let language = Language::parse(&reader.text()?);
    let (name, role) = (reader.text()?, reader.text()?);
    let grouping = Grouping {
        is_enabled: reader.flag()?,
        alternate_group: reader.i16()?,
        switch_group: NonZeroI32::new(reader.i32()?),
    };
    let forced = match reader.u8()? {
        0 => Forced::No,
        SOME => Forced::Some,
        ALL => Forced::All,
        other => return Err(reader.malformed(format!("a text is forced by {other}"))),
    };
    let start = ticks(reader)?;
    let stretches = reader.list(take_stretch)?;
    let sample_entry = Bytes::copy_from_slice(&reader.bytes()?);
    let samples = SampleTable::take_indexed(&mut reader.rest);
    let samples = samples.map_err(|error| reader.malformed(error.to_string()))?;
    let (found, allowed) = (samples.len().into(), reader.limits.samples.into());
    if found > allowed {
        return Err(Error::LimitExceeded { limit: "samples", allowed, found });
    }
    let mut track = TextTrack::new(id, timescale, sample_entry, samples);
    (track.language, track.name, track.role) = (language, name, Role::parse(&role));
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
        let start = Time::new(ticks(reader)?, timescale(reader)?);
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

fn timescale(reader: &mut Reader<'_>) -> Result<Timescale, Error> {
    let timescale = reader.u32()?;
    Timescale::new(timescale).ok_or_else(|| reader.malformed("a clock stands still"))
}
