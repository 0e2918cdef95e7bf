//! A track of a movie.

use bytes::BufMut;
use dynpack_media::{Edit, Matrix, Ticks, Track};

use crate::codec;
use crate::error::Error;
use crate::heading::{Heading, put_samples, take_samples};
use crate::reader::Reader;

pub(crate) fn put(track: &Track, out: &mut Vec<u8>) -> Result<(), Error> {
    let heading = Heading {
        id: track.id,
        timescale: track.timescale,
        language: track.language.clone(),
        name: track.name.clone(),
        role: track.role,
        grouping: track.grouping,
    };
    heading.put(out)?;
    track.matrix.0.into_iter().for_each(|value| out.put_i32(value));
    out.put_i64(track.edit.delay.0);
    out.put_i64(track.edit.media_start.0);
    codec::put(track, out)?;
    put_samples(track.id, &track.samples, out)
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Track, Error> {
    let Heading { id, timescale, language, name, role, grouping } = Heading::take(reader)?;
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
    if samples.is_empty() || samples.has_empty_samples() {
        return Err(reader.malformed("a track has samples without bytes, or none"));
    }
    Ok(Track::new(id, timescale, codec, sample_entry, samples)
        .with_language(language)
        .with_name(name)
        .with_role(role)
        .with_grouping(grouping)
        .with_matrix(Matrix(matrix))
        .with_edit(edit))
}
