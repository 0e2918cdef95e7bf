//! The `moov` box: all tracks of a movie (ISO/IEC 14496-12, 8.2.1).
//!
//! Not read: `iods`, `udta`, `meta`, `pssh`, and the duration of `mvhd`, which often lies.

use dynpack_media::{Movie, SkippedTrack, TrackId};

use crate::boxes::BoxRef;
use crate::trak::{self, Draft};
use crate::{Error, Limits};

/// A movie while its samples are gathered.
#[derive(Debug, Default)]
pub(crate) struct Moov {
    /// The tracks in file order, or why they are left out.
    tracks: Vec<(TrackId, Result<Draft, Error>)>,
}

impl Moov {
    /// Reads the movie. A track that cannot be read is left out for its reason.
    pub(crate) fn read(moov: &BoxRef<'_>, limits: &Limits) -> Result<Self, Error> {
        if moov.child(b"cmov")?.is_some() {
            return Err(Error::Unsupported(format!("{}: the movie header is compressed", moov.path())));
        }
        let mvhd = moov.child(b"mvhd")?;
        let movie_timescale = mvhd.as_ref().and_then(|mvhd| trak::timescale(mvhd).ok()).map(|(timescale, _)| timescale);
        let mut movie = Self::default();
        for trak in moov.children().all_of_kind(b"trak") {
            let trak = trak?;
            if movie.tracks.len() as u64 >= u64::from(limits.tracks) {
                return Err(moov.exceeds("tracks", u64::from(limits.tracks).saturating_add(1), limits.tracks.into()));
            }
            let id = trak::id(&trak).and_then(|id| movie.unused(id, &trak));
            let draft = id.clone().and_then(|id| Draft::read(&trak, id, movie_timescale, limits));
            if let Err(error) = &draft
                && !error.is_of_the_file()
            {
                return Err(error.clone());
            }
            movie.tracks.push((id.unwrap_or(TrackId(0)), draft));
        }
        if movie.tracks.is_empty() {
            return Err(moov.malformed("holds no trak"));
        }
        Ok(movie)
    }

    fn unused(&self, id: TrackId, trak: &BoxRef<'_>) -> Result<TrackId, Error> {
        match self.tracks.iter().any(|(other, _)| *other == id) {
            true => Err(trak.malformed(format!("has the id {} of an earlier track", id.0))),
            false => Ok(id),
        }
    }

    /// The movie, if a file of `file_len` bytes holds the samples of at least one track.
    pub(crate) fn finish(self, file_len: u64) -> Result<Movie, Error> {
        let (mut tracks, mut failures) = (Vec::new(), Vec::new());
        for (id, draft) in self.tracks {
            match draft.and_then(|draft| draft.finish(file_len)) {
                Ok(track) => tracks.push(track),
                Err(error) => failures.push((id, error)),
            }
        }
        if tracks.is_empty() {
            return Err(why_none(failures));
        }
        let skipped = failures.into_iter().map(|(id, error)| SkippedTrack { id, reason: error.to_string() });
        Ok(Movie::new(tracks, skipped.collect()))
    }
}

/// Why no track can be served: what is broken, or else what is not supported.
fn why_none(failures: Vec<(TrackId, Error)>) -> Error {
    let reasons: Vec<_> = failures.iter().map(|(id, error)| format!("track {}: {error}", id.0)).collect();
    let broken = failures.into_iter().map(|(_, error)| error).find(|error| matches!(error, Error::Malformed { .. }));
    broken.unwrap_or_else(|| Error::Unsupported(format!("no track can be served: {}", reasons.join("; "))))
}
