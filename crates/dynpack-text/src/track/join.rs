//! Joins the pieces of cues that were split over samples.

use std::collections::BTreeMap;

use dynpack_media::Time;

use crate::cue::Cue;
use crate::error::Error;
use crate::limits::MAX_CUES;

/// What identifies the pieces of a cue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The identifier of its source (`vsid`).
    Source(u32),
    /// Its identifier in XML, and what it shows.
    Id(String, Shown),
    /// Its start and what it shows.
    Start(Time, Shown),
}

/// The words of a cue, and the digest of its image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) image: Option<u64>,
}

/// The cues so far, and which of them may go on.
pub(super) struct Joiner {
    cues: Vec<Cue>,
    /// The cues of the sample before, by their places in `cues`.
    before: BTreeMap<Key, Vec<usize>>,
    /// The cues of this sample.
    here: BTreeMap<Key, Vec<usize>>,
}

impl Joiner {
    pub(super) const fn new() -> Self {
        Self { cues: Vec::new(), before: BTreeMap::new(), here: BTreeMap::new() }
    }

    pub(super) fn start_sample(&mut self) {
        self.before = std::mem::take(&mut self.here);
    }

    /// Adds a whole cue.
    pub(super) fn add(&mut self, cue: Cue) -> Result<usize, Error> {
        if self.cues.len() == MAX_CUES {
            return Err(Error::LimitExceeded { what: "the cues", limit: MAX_CUES });
        }
        self.cues.push(cue);
        Ok(self.cues.len().saturating_sub(1))
    }

    /// Adds a piece of a cue. It continues one of the sample before with the same key `before`, if
    /// that has not ended earlier. The next sample can continue it by one of the `keys`.
    pub(super) fn add_piece(
        &mut self,
        before: Option<&Key>,
        keys: impl IntoIterator<Item = Key>,
        piece: Cue,
    ) -> Result<(), Error> {
        let place = before.and_then(|key| self.before.get_mut(key)).and_then(Vec::pop);
        let place = match place.and_then(|place| Some((place, self.cues.get_mut(place)?))) {
            Some((place, cue)) if cue.end >= piece.start => {
                cue.end = cue.end.max(piece.end);
                place
            }
            _ => self.add(piece)?,
        };
        for key in keys {
            self.here.entry(key).or_default().push(place);
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Cue> {
        self.cues
    }
}
