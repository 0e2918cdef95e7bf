//! Markers of a film: points and stretches that applications act on, such as breaks for
//! advertisements.

use std::ops::Range;

use bytes::Bytes;

use crate::Time;

/// A point or a stretch of a film that an application acts on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Marker {
    /// What names it in its film.
    pub id: String,
    /// Where it starts, from the start of the presentation.
    pub start: Time,
    /// How long it lasts, if it is a stretch.
    pub duration: Option<Time>,
    /// What kind of marker it is, in terms of applications; a URI where they follow a standard.
    pub class: Option<String>,
    /// What else applications know about it: names, which start with `X-`, and texts.
    pub attributes: Vec<(String, String)>,
    /// What it tells splicers.
    pub splice: Option<Splice>,
    /// Whether a segment should start there.
    pub cuts: bool,
}

/// A section of ANSI/SCTE 35.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "plain data")]
pub struct Splice {
    /// Which attribute of HLS it belongs to.
    pub kind: SpliceKind,
    /// The `splice_info_section`.
    pub section: Bytes,
}

/// What a section of ANSI/SCTE 35 does (RFC 8216, 4.3.2.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "those of the standard")]
pub enum SpliceKind {
    /// It leaves the programme: `SCTE35-OUT`.
    Out,
    /// It returns to the programme: `SCTE35-IN`.
    In,
    /// Anything else: `SCTE35-CMD`.
    Command,
}

impl Marker {
    /// A point that is named so.
    #[must_use]
    pub fn new(id: &str, start: Time) -> Self {
        Self {
            id: id.to_owned(),
            start,
            duration: None,
            class: None,
            attributes: Vec::new(),
            splice: None,
            cuts: false,
        }
    }

    /// The same with another name.
    #[must_use]
    pub fn with_id(self, id: String) -> Self {
        Self { id, ..self }
    }

    /// The same on a clock that starts at `origin`.
    #[must_use]
    pub fn since(self, origin: Time) -> Self {
        let start = self.start.plus(Time::new(-origin.ticks, origin.timescale));
        Self { start, ..self }
    }

    /// When it ends. A point ends where it starts.
    #[must_use]
    pub fn end(&self) -> Time {
        self.duration.map_or(self.start, |duration| self.start.plus(duration))
    }

    /// Whether a stretch of the film shows some of it.
    #[must_use]
    pub fn is_in(&self, stretch: &Range<Time>) -> bool {
        self.start < stretch.end && (stretch.start <= self.start || stretch.start < self.end())
    }

    /// Whether a cut at that time is where it starts: at most a millisecond from it, which times of
    /// markers are often rounded to.
    #[must_use]
    pub fn is_at(&self, cut: Time) -> bool {
        let distance = self.start.plus(Time::new(-cut.ticks, cut.timescale)).as_seconds();
        distance.abs() <= 0.001
    }

    /// Bytes of memory that it takes.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let attributes = self.attributes.iter().flat_map(|(name, value)| [name, value]);
        let texts = attributes.chain([&self.id]).chain(&self.class).map(String::len);
        let section = self.splice.iter().map(|splice| splice.section.len());
        texts.chain(section).fold(size_of::<Self>(), usize::saturating_add)
    }
}

/// The times at which segments should start.
pub(crate) fn marks(markers: &[Marker]) -> impl Iterator<Item = Time> {
    markers.iter().filter(|marker| marker.cuts).map(|marker| marker.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ticks, Timescale};

    fn seconds(seconds: i64) -> Time {
        Time::new(Ticks(seconds), Timescale::SECONDS)
    }

    #[test]
    fn a_stretch_shows_the_markers_that_it_touches() {
        let point = Marker::new("a", seconds(10));
        let shows = |marker: &Marker, start, end| marker.is_in(&(seconds(start)..seconds(end)));
        assert!(shows(&point, 10, 11) && shows(&point, 5, 11));
        assert!(!shows(&point, 5, 10) && !shows(&point, 11, 12));
        let stretch = Marker { duration: Some(seconds(5)), ..point };
        assert!(shows(&stretch, 14, 20) && shows(&stretch, 0, 11) && shows(&stretch, 11, 12));
        assert!(!shows(&stretch, 15, 20) && !shows(&stretch, 0, 10));
    }

    #[test]
    fn a_cut_is_at_a_marker_if_only_rounding_is_between() {
        let ntsc = Timescale::new(30_000).unwrap();
        let marker = Marker::new("a", Time::new(Ticks(3_337), Timescale::MILLIS));
        assert!(marker.is_at(Time::new(Ticks(100_100), ntsc)));
        assert!(!marker.is_at(Time::new(Ticks(101_101), ntsc)));
    }
}
