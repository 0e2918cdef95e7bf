//! Segments of equal duration, one after another.

use crate::Ticks;

/// Segments of one duration, one after another without a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Run {
    /// Start of the first of them.
    pub start: Ticks,
    /// Duration of each of them.
    pub duration: Ticks,
    /// Number of them; at least one.
    pub count: u32,
}

impl Run {
    /// `count` segments from `start` on.
    #[must_use]
    pub const fn new(start: Ticks, duration: Ticks, count: u32) -> Self {
        Self { start, duration, count }
    }

    /// End of the last of them.
    #[must_use]
    pub fn end(self) -> Ticks {
        self.start_of(self.count)
    }

    /// The start of each.
    pub fn starts(self) -> impl Iterator<Item = Ticks> {
        (0..self.count).map(move |at| self.start_of(at))
    }

    fn start_of(self, at: u32) -> Ticks {
        let before = self.duration.0.checked_mul(at.into());
        self.start + Ticks(before.expect("the end of a run is a time"))
    }
}

/// Segments in ascending order: those of equal duration that follow each other take the memory of
/// one, and one entry in a manifest.
///
/// ```
/// use dynpack_media::{Runs, Ticks};
///
/// let segments = [(0, 10), (10, 10), (20, 5), (30, 5)];
/// let runs: Runs = segments.into_iter().map(|(at, len)| (Ticks(at), Ticks(len))).collect();
/// assert_eq!(runs.as_slice().iter().map(|run| run.count).collect::<Vec<_>>(), [2, 1, 1]);
/// assert_eq!(runs.len(), 4);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    runs: Vec<Run>,
    len: u32,
}

impl Runs {
    /// Appends segments.
    pub fn push(&mut self, run: Run) {
        self.len = self.len.saturating_add(run.count);
        match self.runs.last_mut() {
            Some(last) if last.end() == run.start && last.duration == run.duration => {
                last.count = last.count.saturating_add(run.count);
            }
            _ => self.runs.push(run),
        }
    }

    /// The runs, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Run] {
        &self.runs
    }

    /// Number of segments.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether there are no segments.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Segments by their starts and durations.
impl FromIterator<(Ticks, Ticks)> for Runs {
    fn from_iter<I: IntoIterator<Item = (Ticks, Ticks)>>(segments: I) -> Self {
        let mut runs = Self::default();
        for (start, duration) in segments {
            runs.push(Run::new(start, duration, 1));
        }
        runs
    }
}
