//! The tracks of a file, once their samples are known.

use dynpack_codec::MediaKind;
use dynpack_media::{Movie, SkippedTrack, Track, TrackId};

use crate::Error;
use crate::error::reasons;

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

    /// The same, to be changed.
    pub(crate) fn served_mut(&mut self) -> impl Iterator<Item = &mut Track> {
        self.outcomes.iter_mut().filter_map(|outcome| outcome.track.as_mut().ok())
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
        let skip = |(id, kind, error): &(TrackId, Option<MediaKind>, Error)| SkippedTrack {
            id: *id,
            kind: *kind,
            is_damaged: error.is_damage(),
            is_encrypted: matches!(error, Error::Encrypted(_)),
            reason: error.to_string(),
        };
        let skipped = failures.iter().map(skip).collect();
        if tracks.is_empty() {
            return Err(why_none(failures, skipped));
        }
        Ok(Movie::new(tracks, skipped).with_warnings(self.warnings))
    }
}

/// Why no track can be served: what is broken, or else encrypted, or else not supported.
fn why_none(
    failures: Vec<(TrackId, Option<MediaKind>, Error)>,
    skipped: Vec<SkippedTrack>,
) -> Error {
    let mut errors = failures.into_iter().map(|(.., error)| error);
    if let Some(broken) =
        errors.find(|error| matches!(error, Error::Malformed { .. } | Error::EditList { .. }))
    {
        return broken;
    }
    if skipped.iter().any(|track| track.is_encrypted) {
        return Error::Encrypted(format!("no track can be served: {}", reasons(&skipped)));
    }
    Error::NoTracks { skipped }
}
