//! The tracks of a file, once their samples are known.

use dynpack_codec::MediaKind;
use dynpack_media::{
    Chapter, Chapters, Movie, SampleTable, SkippedTrack, TextTrack, Track, TrackId,
};

use crate::Error;
use crate::error::reasons;

/// The tracks of a file, in file order.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    pub(crate) outcomes: Vec<Outcome>,
    /// The chapters in the user data of the movie.
    pub(crate) chapters: Vec<Chapter>,
    /// What is wrong with the file, though tracks of it can be served. For people.
    pub(crate) warnings: Vec<String>,
}

/// What a track came to.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) id: TrackId,
    pub(crate) kind: Option<MediaKind>,
    /// Whether another track names it as its chapters.
    pub(crate) is_chapters: bool,
    /// The track, or why it is left out.
    pub(crate) track: Result<Served, Error>,
}

/// A track that is not left out.
#[expect(clippy::large_enum_variant, reason = "a file has few tracks, most of them of media")]
#[derive(Debug)]
pub(crate) enum Served {
    Media(Track),
    Text(TextTrack),
}

impl Served {
    fn media(&self) -> Option<&Track> {
        match self {
            Self::Media(track) => Some(track),
            Self::Text(_) => None,
        }
    }

    fn samples(&self) -> &SampleTable {
        match self {
            Self::Media(track) => &track.samples,
            Self::Text(track) => &track.samples,
        }
    }

    fn samples_mut(&mut self) -> &mut SampleTable {
        match self {
            Self::Media(track) => &mut track.samples,
            Self::Text(track) => &mut track.samples,
        }
    }
}

impl Tracks {
    /// The samples of those that are not left out.
    pub(crate) fn samples(&self) -> impl Iterator<Item = &SampleTable> {
        self.outcomes.iter().filter_map(|outcome| outcome.track.as_ref().ok().map(Served::samples))
    }

    /// The same, to be changed.
    pub(crate) fn samples_mut(&mut self) -> impl Iterator<Item = &mut SampleTable> {
        let served = self.outcomes.iter_mut().filter_map(|outcome| outcome.track.as_mut().ok());
        served.map(Served::samples_mut)
    }

    /// The tracks of video and audio that are not left out, with their places in the list.
    pub(crate) fn media(&self) -> impl Iterator<Item = (usize, &Track)> {
        (0..self.outcomes.len()).filter_map(|at| Some((at, self.get(at)?)))
    }

    /// The one at that place of the list, if it is video or audio and not left out.
    pub(crate) fn get(&self, at: usize) -> Option<&Track> {
        self.outcomes.get(at)?.track.as_ref().ok()?.media()
    }

    /// Replaces the one at that place of the list, if it is video or audio and not left out, by
    /// what is made of it. It may come with a warning.
    pub(crate) fn replace(
        &mut self,
        at: usize,
        make: impl FnOnce(Track) -> Result<(Track, Option<String>), Error>,
    ) {
        let Some(outcome) = self.outcomes.get_mut(at) else { return };
        let served = std::mem::replace(&mut outcome.track, Err(Error::Unsupported(String::new())));
        outcome.track = match served {
            Ok(Served::Media(track)) => make(track).map(|(track, warning)| {
                self.warnings.extend(warning);
                Served::Media(track)
            }),
            other => other,
        };
    }

    /// The movie, if at least one track can be served.
    pub(crate) fn movie(self) -> Result<Movie, Error> {
        let (mut tracks, mut texts, mut chapters) = (Vec::new(), Vec::new(), Vec::new());
        let (mut errors, mut skipped) = (Vec::new(), Vec::new());
        for Outcome { id, kind, is_chapters, track } in self.outcomes {
            match track {
                Ok(Served::Media(track)) => tracks.push(track),
                Ok(Served::Text(track)) if is_chapters => chapters.push(track),
                Ok(Served::Text(track)) => texts.push(track),
                Err(error) => {
                    skipped.push(SkippedTrack {
                        id,
                        kind,
                        is_damaged: error.is_damage(),
                        is_encrypted: matches!(error, Error::Encrypted(_)),
                        reason: error.to_string(),
                    });
                    errors.push(error);
                }
            }
        }
        if tracks.is_empty() && texts.is_empty() && chapters.is_empty() {
            return Err(why_none(errors, skipped));
        }
        let chapters = Chapters::new(chapters, self.chapters);
        let movie = Movie::new(tracks, skipped).with_texts(texts).with_chapters(chapters);
        Ok(movie.with_warnings(self.warnings))
    }
}

/// Why no track can be served: what is broken, or else encrypted, or else not supported.
fn why_none(errors: Vec<Error>, skipped: Vec<SkippedTrack>) -> Error {
    let mut errors = errors.into_iter();
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
