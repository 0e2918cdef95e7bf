//! The chapters of an asset, as they are stored.

use dynpack_media::{Chapter, Language, Ticks, Time};
use dynpack_text::{Document, chapters};

/// The chapters of an asset, on the clock of its movies.
#[derive(Default)]
pub(super) struct StoredChapters {
    /// Documents whose cues are chapters, with the language of each.
    pub(super) documents: Vec<(Document, Language)>,
    /// Chapters of a list.
    pub(super) listed: Vec<Chapter>,
}

impl StoredChapters {
    pub(super) fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.listed.is_empty()
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.documents.extend(other.documents);
        self.listed.extend(other.listed);
    }

    /// The chapters of a presentation that starts at that time of its movies, and what is left out
    /// of them.
    pub(super) fn since(self, origin: Time) -> (Vec<Chapter>, Vec<String>) {
        let (mut all, mut warnings) = (Vec::new(), Vec::new());
        for (document, language) in self.documents {
            match chapters::read(&document.since(origin), &language) {
                Ok(chapters) => all.extend(chapters),
                Err(error) => warnings.push(format!("chapters are left out: {error}")),
            }
        }
        let before = Time::new(-origin.ticks, origin.timescale);
        let zero = Time::new(Ticks::ZERO, origin.timescale);
        all.extend(self.listed.into_iter().map(|chapter| {
            let start = chapter.start.plus(before).max(zero);
            Chapter { start, ..chapter }
        }));
        (all, warnings)
    }
}
