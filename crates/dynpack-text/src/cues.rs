//! The cues of a document, in order.

use std::collections::BTreeSet;
use std::ops::Range;

use dynpack_media::Time;

use crate::cue::Cue;

/// Cues in the order of their starts. Those that start together are in the order of their document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cues {
    cues: Vec<Cue>,
    /// The latest end of each cue and all before it.
    ends: Vec<Time>,
    /// Whether the identifiers of cues can be those of elements.
    ids: Ids,
    has_images: bool,
}

/// Whether the identifiers of cues can be those of elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ids {
    /// No two cues have the same.
    #[default]
    Unique,
    /// Some cues have the same.
    Repeated,
}

impl Cues {
    /// Sorts cues.
    #[must_use]
    pub fn new(mut cues: Vec<Cue>) -> Self {
        cues.sort_by_key(|cue| cue.start);
        let ends = cues.iter().scan(None, |latest: &mut Option<Time>, cue| {
            let end = cue.end.max(cue.start);
            *latest = Some(latest.map_or(end, |latest| latest.max(end)));
            *latest
        });
        let mut seen = BTreeSet::new();
        let are_unique = cues.iter().filter_map(|cue| cue.id.as_ref()).all(|id| seen.insert(id));
        let ids = if are_unique { Ids::Unique } else { Ids::Repeated };
        let has_images = cues.iter().any(|cue| cue.image().is_some());
        Self { ends: ends.collect(), ids, has_images, cues }
    }

    /// All cues.
    #[must_use]
    pub fn all(&self) -> &[Cue] {
        &self.cues
    }

    /// Whether some of them show images in place of text.
    #[must_use]
    pub const fn has_images(&self) -> bool {
        self.has_images
    }

    /// The cues, in their order.
    #[must_use]
    pub fn into_vec(self) -> Vec<Cue> {
        self.cues
    }

    /// The cues that [touch](Cue::touches) a span of time. Finding the first takes logarithmic
    /// time; then those that start before the end of the span are visited.
    pub fn touching(&self, span: Range<Time>) -> impl Iterator<Item = &Cue> {
        let first = self.ends.partition_point(|end| *end < span.start);
        let end = self.cues.partition_point(|cue| cue.start < span.end);
        let candidates = self.cues.get(first..end).unwrap_or_default();
        candidates.iter().filter(move |cue| cue.touches(&span))
    }

    /// An identifier for the element of a cue of this list, which no other one has: its own, if
    /// that is a name in XML, or one of its place.
    pub(crate) fn xml_id(&self, cue: &Cue) -> String {
        let own = cue.id.as_deref().filter(|id| self.ids == Ids::Unique && is_name(id));
        own.map_or_else(|| format!("_cue.{}", self.index_of(cue)), Into::into)
    }

    /// The place of a cue of this list.
    pub(crate) fn index_of(&self, cue: &Cue) -> u32 {
        let first = self.cues.partition_point(|other| other.start < cue.start);
        let same = self.cues.get(first..).unwrap_or_default();
        let further = same.iter().position(|other| std::ptr::eq(other, cue)).unwrap_or_default();
        u32::try_from(first.saturating_add(further)).unwrap_or(u32::MAX)
    }
}

impl FromIterator<Cue> for Cues {
    fn from_iter<T: IntoIterator<Item = Cue>>(cues: T) -> Self {
        Self::new(cues.into_iter().collect())
    }
}

/// Whether a text is a name without colon (Namespaces in XML 1.0, 3) of ASCII characters that does
/// not start with `_`, as names that are made do.
fn is_name(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}
