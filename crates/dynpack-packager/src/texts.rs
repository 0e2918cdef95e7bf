//! The cues of the texts of a presentation.

use std::sync::Arc;

use dynpack_media::Time;
use dynpack_text::Document;

/// The cues of the texts of a presentation, by the names of their renditions. Times count from the
/// start of the presentation.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    texts: Vec<(Arc<str>, Document)>,
}

impl Texts {
    /// No texts.
    pub(crate) const NONE: &'static Self = &Self { texts: Vec::new() };

    /// The cues of the rendition of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Document> {
        self.texts.iter().find(|(own, _)| **own == *name).map(|(_, document)| document)
    }

    /// The same cues on a clock that starts at that time ([`Document::since`]).
    #[must_use]
    pub(crate) fn since(self, origin: Time) -> Self {
        let since = |(name, document): (_, Document)| (name, document.since(origin));
        Self { texts: self.texts.into_iter().map(since).collect() }
    }

    /// The cues that are shown from `start` on, for so long ([`Document::within`]).
    #[must_use]
    pub(crate) fn within(&self, start: Time, duration: Time) -> Self {
        let within = |(name, document): &(Arc<str>, Document)| {
            (Arc::clone(name), document.within(start, duration))
        };
        Self { texts: self.texts.iter().map(within).collect() }
    }

    /// Bytes of memory that they take, about.
    pub(crate) fn memory_size(&self) -> usize {
        let sizes = self.texts.iter().map(|(_, document)| document.memory_size());
        sizes.fold(0, usize::saturating_add)
    }

    /// Adds the cues of a rendition.
    pub(crate) fn insert(&mut self, name: Arc<str>, document: Document) {
        self.texts.push((name, document));
    }
}
