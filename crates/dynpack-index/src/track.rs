//! A track of a movie.

use std::num::NonZeroI32;

use bytes::BufMut;
use dynpack_media::{
    Edit, Grouping, Language, Matrix, Role, SampleTable, Ticks, Timescale, Track, TrackId,
};

use crate::codec;
use crate::error::Error;
use crate::reader::Reader;
use crate::writer::put_bytes;

pub(crate) fn put(track: &Track, out: &mut Vec<u8>) -> Result<(), Error> {
    out.put_u32(track.id.0);
    out.put_u32(track.timescale.hz());
    put_bytes(track.language.tag().as_bytes(), out)?;
    put_bytes(track.name.as_bytes(), out)?;
    put_bytes(track.role.map_or("", Role::as_str).as_bytes(), out)?;
    let Grouping { is_enabled, alternate_group, switch_group } = track.grouping;
    out.put_u8(is_enabled.into());
    out.put_i16(alternate_group);
    out.put_i32(switch_group.map_or(0, NonZeroI32::get));
    track.matrix.0.into_iter().for_each(|value| out.put_i32(value));
    out.put_i64(track.edit.delay.0);
    out.put_i64(track.edit.media_start.0);
    codec::put(track, out)?;
    let samples = track.samples.put_indexed(out);
    samples.map_err(|error| Error::Unrepresentable(format!("track {}: {error}", track.id.0)))
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Track, Error> {
    let id = TrackId(reader.u32()?);
    let timescale = reader.u32()?;
    let timescale =
        Timescale::new(timescale).ok_or_else(|| reader.malformed("a clock stands still"))?;
    let language = Language::parse(&reader.text()?);
    let (name, role) = (reader.text()?, reader.text()?);
    let grouping = Grouping {
        is_enabled: reader.flag()?,
        alternate_group: reader.i16()?,
        switch_group: NonZeroI32::new(reader.i32()?),
    };
    let mut matrix = [0; 9];
    for value in &mut matrix {
        *value = reader.i32()?;
    }
    let edit = Edit { delay: Ticks(reader.i64()?), media_start: Ticks(reader.i64()?) };
    if edit.implausible_time().is_some() {
        return Err(reader.malformed("an edit is beyond any plausible time"));
    }
    let (codec, sample_entry) = codec::take(reader)?;
    let samples = take_samples(reader)?;
    Ok(Track::new(id, timescale, codec, sample_entry, samples)
        .with_language(language)
        .with_name(name)
        .with_role(Role::parse(&role))
        .with_grouping(grouping)
        .with_matrix(Matrix(matrix))
        .with_edit(edit))
}

fn take_samples(reader: &mut Reader<'_>) -> Result<SampleTable, Error> {
    let samples = SampleTable::take_indexed(&mut reader.rest);
    let samples = samples.map_err(|error| reader.malformed(error.to_string()))?;
    if samples.is_empty() || samples.has_empty_samples() {
        return Err(reader.malformed("a track has samples without bytes, or none"));
    }
    let (found, allowed) = (samples.len().into(), reader.limits.samples.into());
    if found > allowed {
        return Err(Error::LimitExceeded { limit: "samples", allowed, found });
    }
    Ok(samples)
}
