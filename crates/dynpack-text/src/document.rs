//! A document of cues.

use std::ops::Range;

use dynpack_media::{Ticks, Time, Timescale};

use crate::cue::Cue;
use crate::cues::Cues;
use crate::region::Region;

/// All that a subtitle file or track says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// The language (RFC 5646), if the document declares one.
    pub language: Option<String>,
    /// The regions that cues name.
    pub regions: Vec<Region>,
    /// Width and height of the picture in pixels, if the document counts in them.
    pub pixels: Option<[u32; 2]>,
    /// The style sheets of a WebVTT document (CSS), one for each `STYLE` block.
    pub stylesheets: Vec<String>,
    /// The cues.
    pub cues: Cues,
}

impl Document {
    /// The same cues earlier, on a clock that starts at `origin`. Of a cue that is shown at the
    /// start of that clock, the part after it is left, and of an earlier one nothing.
    ///
    /// Times are rounded to the ticks of their own clocks.
    #[must_use]
    pub fn since(self, origin: Time) -> Self {
        if origin.ticks == Ticks::ZERO {
            return self;
        }
        let cues = self.cues.into_vec().into_iter().filter_map(|cue| cue.since(origin));
        Self { cues: cues.collect(), ..self }
    }

    /// The cues that are shown from `start` on, for so long, on a clock that starts then. Of a cue
    /// that is shown at either end, the part between them is left.
    ///
    /// Times are rounded to the ticks of their own clocks.
    #[must_use]
    pub fn within(&self, start: Time, duration: Time) -> Self {
        // Rounding moves a time by half a second at most.
        let [before, after] = [-1, 1].map(|second| Time::new(Ticks(second), Timescale::SECONDS));
        let near = start.plus(before)..start.plus(duration).plus(after);
        let cues = self.cues.touching(near).cloned();
        let cues = cues.filter_map(|cue| cue.since(start)?.until(duration)).collect();
        let Self { language, regions, pixels, stylesheets, .. } = self;
        let (regions, stylesheets) = (regions.clone(), stylesheets.clone());
        Self { language: language.clone(), regions, pixels: *pixels, stylesheets, cues }
    }

    /// Bytes of memory that it takes, about.
    #[must_use]
    pub fn memory_size(&self) -> usize {
        let regions = self.regions.len().saturating_mul(size_of::<Region>());
        let sheets = self.stylesheets.iter().map(String::len);
        let cues = self.cues.all().iter().map(Cue::memory_size);
        sheets.chain(cues).fold(regions, usize::saturating_add)
    }

    /// The whole document.
    #[must_use]
    pub fn whole(&self) -> Excerpt<'_> {
        Excerpt { document: self, span: None, cues: self.cues.all().iter().collect() }
    }

    /// A document of the cues that touch some spans of time, their ends excluded.
    #[must_use]
    pub fn shown_in(&self, spans: &[Range<Time>]) -> Excerpt<'_> {
        let is_shown = |cue: &&Cue| spans.iter().any(|span| cue.touches(span));
        let cues = self.cues.all().iter().filter(is_shown).collect();
        Excerpt { document: self, span: None, cues }
    }

    /// The cues that touch a segment, its end excluded. A cue that crosses the end of a segment is
    /// also in the next one.
    #[must_use]
    pub fn segment(&self, span: Range<Time>) -> Excerpt<'_> {
        let cues = self.cues.touching(span.clone()).collect();
        Excerpt { document: self, span: Some(span), cues }
    }
}

/// The part of a document that one file or segment shows.
#[derive(Clone, Debug)]
pub struct Excerpt<'a> {
    pub(crate) document: &'a Document,
    /// The time of a segment; `None` for a whole document.
    pub(crate) span: Option<Range<Time>>,
    pub(crate) cues: Vec<&'a Cue>,
}

impl<'a> Excerpt<'a> {
    /// The cues, in the order of their starts.
    #[must_use]
    pub fn cues(&self) -> &[&'a Cue] {
        &self.cues
    }

    /// The region that a cue names.
    pub(crate) fn region_of(&self, cue: &Cue) -> Option<&'a Region> {
        let id = cue.layout.region.as_ref()?;
        self.document.regions.iter().find(|region| *region.id == **id)
    }
}
