//! The movie of a media file.

use bytes::BufMut;
use dynpack_media::{MediaKind, Movie, SkippedTrack, TrackId};

use crate::error::Error;
use crate::reader::Reader;
use crate::writer::{put_bytes, put_list};
use crate::{text, track};

const VIDEO: u8 = 1;
const AUDIO: u8 = 2;
const TEXT: u8 = 3;

pub(crate) fn put(movie: &Movie, out: &mut Vec<u8>) -> Result<(), Error> {
    put_list(&movie.tracks, out, track::put)?;
    put_list(&movie.texts, out, text::put)?;
    text::put_chapters(&movie.chapters, out)?;
    put_list(&movie.skipped, out, put_skipped)?;
    put_list(&movie.warnings, out, |warning, out| put_bytes(warning.as_bytes(), out))
}

pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Movie, Error> {
    let tracks = reader.list(track::take)?;
    let texts = reader.list(text::take)?;
    let chapters = text::take_chapters(reader)?;
    let found = [tracks.len(), texts.len(), chapters.tracks.len()].into_iter();
    let found = found.fold(0, usize::saturating_add) as u64;
    let allowed = reader.limits.tracks.into();
    if found > allowed {
        return Err(Error::LimitExceeded { limit: "tracks", allowed, found });
    }
    let skipped = reader.list(take_skipped)?;
    let warnings = reader.list(Reader::text)?;
    let movie = Movie::new(tracks, skipped).with_texts(texts).with_chapters(chapters);
    Ok(movie.with_warnings(warnings))
}

fn put_skipped(skipped: &SkippedTrack, out: &mut Vec<u8>) -> Result<(), Error> {
    out.put_u32(skipped.id.0);
    out.put_u8(match skipped.kind {
        None => 0,
        Some(MediaKind::Video) => VIDEO,
        Some(MediaKind::Audio) => AUDIO,
        Some(MediaKind::Text) => TEXT,
    });
    out.put_u8(skipped.is_encrypted.into());
    out.put_u8(skipped.is_damaged.into());
    put_bytes(skipped.reason.as_bytes(), out)
}

fn take_skipped(reader: &mut Reader<'_>) -> Result<SkippedTrack, Error> {
    let id = TrackId(reader.u32()?);
    let kind = match reader.u8()? {
        0 => None,
        VIDEO => Some(MediaKind::Video),
        AUDIO => Some(MediaKind::Audio),
        TEXT => Some(MediaKind::Text),
        other => return Err(reader.malformed(format!("a track is of kind {other}"))),
    };
    let (is_encrypted, is_damaged) = (reader.flag()?, reader.flag()?);
    Ok(SkippedTrack { id, kind, is_encrypted, is_damaged, reason: reader.text()? })
}
