//! What one request sees of a program: periods, each a presentation with a time window.

use std::borrow::Cow;
use std::ops::Range;

use crate::{
    ChapterSpan, Error, Presentation, Rendition, RenditionId, SegmentNumber, Ticks, Time,
    Timescale, chapter,
};

const START: Time = Time::new(Ticks::ZERO, Timescale::MILLIS);

/// What one request sees of a program: periods that follow each other without a gap.
///
/// Manifests are written from it. HLS has a discontinuity between two periods, DASH a `Period` for
/// each; Smooth Streaming and HDS take one period only.
#[derive(Clone, Debug)]
pub struct View<'a> {
    first: Period<'a>,
    others: Vec<Period<'a>>,
    /// The renditions that all periods have, if there are several.
    common: Vec<RenditionId>,
}

impl<'a> View<'a> {
    /// One period, which shows all of a presentation.
    #[must_use]
    pub fn whole(presentation: &'a Presentation) -> Self {
        Self::new(Period::whole(presentation))
    }

    /// One period.
    #[must_use]
    pub const fn new(first: Period<'a>) -> Self {
        Self { first, others: Vec::new(), common: Vec::new() }
    }

    /// The same with another period at its end.
    #[must_use]
    pub fn with_period(mut self, period: Period<'a>) -> Self {
        if self.others.is_empty() {
            self.common = self.first.ids().cloned().collect();
        }
        self.common.retain(|id| period.ids().any(|other| other == id));
        let start = self.end();
        self.others.push(Period { program_start: start, ..period });
        self
    }

    /// Whether all periods have the rendition of that id, which the first has.
    #[must_use]
    pub fn is_in_all(&self, id: &RenditionId) -> bool {
        self.others.is_empty() || self.common.contains(id)
    }

    /// When the last period ends, counted from the start of the program.
    fn end(&self) -> Time {
        let last = self.others.last().unwrap_or(&self.first);
        last.program_start.plus(last.lasting())
    }

    /// The periods, in order; at least one.
    pub fn periods(&self) -> impl Iterator<Item = &Period<'a>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The first period.
    #[must_use]
    pub const fn first(&self) -> &Period<'a> {
        &self.first
    }

    /// The chapters of all periods, on a clock from the start of the first.
    #[must_use]
    pub fn chapters(&self, clock: Timescale) -> Vec<ChapterSpan<'_>> {
        let mut start = Ticks::ZERO;
        let mut chapters = Vec::new();
        for period in self.periods() {
            chapters.extend(period.chapters(clock).into_iter().map(
                |ChapterSpan { chapter, span }| ChapterSpan {
                    chapter,
                    span: span.start + start..span.end + start,
                },
            ));
            start += period.duration(clock);
        }
        chapters
    }

    /// Whether it is all of one presentation.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.only().is_some_and(Period::is_whole)
    }

    /// Whether a period shows all of those places of the timeline.
    #[must_use]
    pub fn shows(&self, places: &Range<SegmentNumber>) -> bool {
        self.periods().any(|Period { places: shown, .. }| {
            shown.start <= places.start && places.end <= shown.end
        })
    }

    /// Whether a period shows something of the rendition of that id.
    #[must_use]
    pub fn has(&self, id: &RenditionId) -> bool {
        self.periods().any(|period| period.presentation.rendition(id).is_some())
    }

    /// The only period; `None` if there are several.
    #[must_use]
    pub fn only(&self) -> Option<&Period<'a>> {
        self.others.is_empty().then_some(&self.first)
    }
}

/// A stretch of a presentation: some of the segments of its timeline, for all of its renditions.
///
/// Its segments keep their times and numbers, so that manifests can have the URLs of the whole.
#[derive(Clone, Debug)]
pub struct Period<'a> {
    whole: &'a Presentation,
    presentation: Cow<'a, Presentation>,
    places: Range<SegmentNumber>,
    start: Time,
    /// When it starts, counted from the start of the program.
    program_start: Time,
}

impl<'a> Period<'a> {
    /// All places of a timeline.
    const ALL: Range<SegmentNumber> = SegmentNumber(0)..SegmentNumber::END;

    /// All of a presentation.
    #[must_use]
    pub fn whole(presentation: &'a Presentation) -> Self {
        let places = Self::ALL;
        let presentation_of_it = Cow::Borrowed(presentation);
        Self::new(presentation, presentation_of_it, places, START)
    }

    const fn new(
        whole: &'a Presentation,
        presentation: Cow<'a, Presentation>,
        places: Range<SegmentNumber>,
        start: Time,
    ) -> Self {
        Self { whole, presentation, places, start, program_start: start }
    }

    fn ids(&self) -> impl Iterator<Item = &RenditionId> {
        self.presentation.renditions.iter().map(|rendition| &rendition.id)
    }

    /// The segments in those places of the timeline. The bounds move outwards to where segments of
    /// HLS transport streams are, which may span several places.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`] if no rendition has a segment there.
    pub fn within(whole: &'a Presentation, places: Range<SegmentNumber>) -> Result<Self, Error> {
        let joined = whole.fragments_per_hls_segment();
        let start = (places.start.0 / joined).saturating_mul(joined.get());
        let end = places.end.0.checked_next_multiple_of(joined.get());
        let places = SegmentNumber(start)..end.map_or(SegmentNumber::END, SegmentNumber);
        let presentation = whole.within(places.clone())?;
        let starts = presentation.renditions.iter().map(Rendition::start_time);
        let start = starts.min().ok_or(Error::NothingToPresent)?;
        Ok(Self::new(whole, Cow::Owned(presentation), places, start))
    }

    /// The same of a program that shows the time 0 of the presentation at `start`.
    #[must_use]
    pub fn in_program(self, start: Time) -> Self {
        Self { program_start: start.plus(self.start), ..self }
    }

    /// Its renditions, with the segments of the period.
    #[must_use]
    pub fn presentation(&self) -> &Presentation {
        &self.presentation
    }

    /// All of the presentation that it is a stretch of.
    #[must_use]
    pub const fn source(&self) -> &'a Presentation {
        self.whole
    }

    /// Whether it is all of the presentation.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.places == Self::ALL
    }

    /// The places in the timeline that it covers.
    #[must_use]
    pub fn places(&self) -> Range<SegmentNumber> {
        self.places.clone()
    }

    /// Its start on the timeline of the presentation.
    #[must_use]
    pub const fn start(&self) -> Time {
        self.start
    }

    /// When it starts, counted from the start of the program. In a view, a period that is not the
    /// first starts when the one before it ends.
    #[must_use]
    pub const fn program_start(&self) -> Time {
        self.program_start
    }

    /// How long it lasts.
    fn lasting(&self) -> Time {
        let end = self.presentation.duration();
        end.plus(Time::new(-self.start.ticks, self.start.timescale))
    }

    /// The chapters that it shows, in the order of their starts, on a clock from its own start.
    #[must_use]
    pub fn chapters(&self, clock: Timescale) -> Vec<ChapterSpan<'_>> {
        let span = self.start..self.presentation.duration();
        chapter::within(&self.presentation.chapters, &span, clock)
    }

    /// Its duration on a clock, rounded up.
    #[must_use]
    pub fn duration(&self, clock: Timescale) -> Ticks {
        self.presentation.duration().ceil(clock) - self.start.floor(clock)
    }
}
