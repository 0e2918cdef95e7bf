//! When elements are active (TTML2, 12.2).

use std::ops::Range;

use dynpack_xml::Element;

use super::clock::Clock;

/// How the children of an element follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// All start with their parent.
    Parallel,
    /// Each starts at the end of the one before.
    Sequence,
}

/// When an element is active, and how its children follow each other.
#[derive(Clone, Debug)]
pub(super) struct Timing {
    pub(super) span: Range<i128>,
    container: Container,
    /// Where the next child of a sequence starts.
    next: i128,
}

impl Timing {
    /// That of an element without times, which lasts as long as the document.
    pub(super) fn of_document(clock: Clock) -> Self {
        Self { span: 0..clock.never(), container: Container::Parallel, next: 0 }
    }

    /// That of a child. Its end is within its parent.
    pub(super) fn child(
        &mut self,
        element: &Element<'_>,
        clock: Clock,
    ) -> Result<Self, &'static str> {
        let time = |name| match element.get(name) {
            None => Ok(None),
            Some(text) => clock.parse(text).map(Some).ok_or("the times of a cue are invalid"),
        };
        let origin = match self.container {
            Container::Parallel => self.span.start,
            Container::Sequence => self.next,
        };
        let at = |time: i128| origin.saturating_add(time);
        let start = at(time("begin")?.unwrap_or_default());
        let ends = [time("end")?.map(at), time("dur")?.map(|dur| start.saturating_add(dur))];
        let end = ends.into_iter().flatten().fold(self.span.end, i128::min);
        if end < start {
            return Err("a cue ends before it starts");
        }
        self.next = end;
        let container = match element.get("timeContainer") {
            Some("seq") => Container::Sequence,
            _ => Container::Parallel,
        };
        Ok(Self { span: start..end, container, next: start })
    }
}
