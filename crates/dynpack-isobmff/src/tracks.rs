//! The tracks of a file, once their samples are known.

use dynpack_codec::MediaKind;
use dynpack_media::{Movie, SkippedTrack, Track, TrackId};

use crate::Error;

/// The tracks of a file, in file order.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    pub(crate) outcomes: Vec<Outcome>,
    /// What is wrong with the file, though tracks of it can be served. For people.
    pub(crate) warnings: Vec<String>,
}

/// What a track came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) id: TrackId,
    pub(crate) kind: Option<MediaKind>,
    /// The track, or why it is left out.
    pub(crate) track: Result<Track, Error>,
}

impl Tracks {
    /// Those that are not left out.
    pub(crate) fn served(&self) -> impl Iterator<Item = &Track> {
        self.outcomes.iter().filter_map(|outcome| outcome.track.as_ref().ok())
    }

    /// The one at that place of the list, unless it is left out.
    pub(crate) fn get(&self, at: usize) -> Option<&Track> {
        self.outcomes.get(at)?.track.as_ref().ok()
    }

    /// Replaces the one at that place of the list, unless it is left out, by what is made of it. It
    /// may come with a warning.
    pub(crate) fn replace(
        &mut self,
        at: usize,
        make: impl FnOnce(Track) -> Result<(Track, Option<String>), Error>,
    ) {
        let Some(outcome) = self.outcomes.get_mut(at) else { return };
        let track = std::mem::replace(&mut outcome.track, Err(Error::Unsupported(String::new())));
        outcome.track = track.and_then(make).map(|(track, warning)| {
            self.warnings.extend(warning);
            track
        });
    }

    /// The movie, if at least one track can be served.
    pub(crate) fn movie(self) -> Result<Movie, Error> {
        let (mut tracks, mut failures) = (Vec::new(), Vec::new());
        for Outcome { id, kind, track } in self.outcomes {
            match track {
                Ok(track) => tracks.push(track),
                Err(error) => failures.push((id, kind, error)),
            }
        }
        if tracks.is_empty() {
            return Err(why_none(failures));
        }
        let skipped = failures.into_iter().map(|(id, kind, error)| SkippedTrack {
            id,
            kind,
            is_damaged: error.is_damage(),
            is_encrypted: matches!(error, Error::Encrypted(_)),
            reason: error.to_string(),
        });
        Ok(Movie::new(tracks, skipped.collect()).with_warnings(self.warnings))
    }
}

/// Why no track can be served: what is broken, or else encrypted, or else not supported.
fn why_none(failures: Vec<(TrackId, Option<MediaKind>, Error)>) -> Error {
    let reasons: Vec<_> =
        failures.iter().map(|(id, _, error)| format!("track {}: {error}", id.0)).collect();
    let is_encrypted = failures.iter().any(|(.., error)| matches!(error, Error::Encrypted(_)));
    let broken = failures
        .into_iter()
        .map(|(.., error)| error)
        .find(|error| matches!(error, Error::Malformed { .. }));
    let reasons = || format!("no track can be served: {}", reasons.join("; "));
    broken.unwrap_or_else(|| {
        if is_encrypted { Error::Encrypted(reasons()) } else { Error::Unsupported(reasons()) }
    })
}
