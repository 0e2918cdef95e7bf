//! Where the chunk lists of a client manifest start and end.

use std::ops::Range;

use dynpack_codec::MediaKind;
use dynpack_media::{Period, Rendition, Ticks};

use crate::chunk_time;

/// Where the chunk lists of a period start and end, in 10 MHz ticks.
///
/// Sound is cut at the frame nearest to the cut of the pictures, and text at a millisecond. Their
/// lists start and end with that of the pictures all the same: dash.js (5.2) may stop if lists do
/// not start together, and shows only the pictures of as much time as the shortest list has.
pub(super) struct Bounds {
    /// What times count from: 0 in what starts with the film.
    start: Ticks,
    /// Whether the period starts with the film.
    pub(super) is_opening: bool,
    /// When the pictures start and end in the presentation, or the sound if there are none.
    lead: Range<Ticks>,
}

impl Bounds {
    pub(super) fn of(period: &Period<'_>) -> Self {
        let presentation = period.presentation();
        let lead = MediaKind::ALL.into_iter().find_map(|kind| presentation.default_of(kind));
        let leads = || presentation.of_kind(lead.map_or(MediaKind::Video, Rendition::kind));
        let first = leads().map(start_of).min().unwrap_or_default();
        let end = leads().map(|lead| chunk_time(lead.end_time())).max().unwrap_or_default();
        let is_opening = period.start().ticks == Ticks::ZERO;
        let mut bounds = Self { start: first, is_opening, lead: first..end };
        let starts = presentation
            .renditions
            .iter()
            .map(|rendition| if bounds.is_moved(rendition) { first } else { start_of(rendition) });
        bounds.start = if is_opening { Ticks::ZERO } else { starts.min().unwrap_or(first) };
        bounds
    }

    /// What the times of the chunks of a rendition count from, in the presentation.
    pub(super) fn start(&self, rendition: &Rendition) -> Ticks {
        if self.is_moved(rendition) { start_of(rendition) } else { self.start }
    }

    /// The end of the chunks of a rendition whose media ends at `end`. Both count from its
    /// [`start`](Self::start).
    pub(super) fn end(&self, rendition: &Rendition, end: Ticks) -> Ticks {
        let (step, lead) = (step_of(rendition), self.lead.end - self.start);
        if (end..end + step + step).contains(&lead) { lead } else { end }
    }

    /// Whether a rendition starts with the pictures, though its own time is another one.
    fn is_moved(&self, rendition: &Rendition) -> bool {
        let (start, step) = (start_of(rendition), step_of(rendition));
        !self.is_opening && (start - step..start + step).contains(&self.lead.start)
    }
}

fn start_of(rendition: &Rendition) -> Ticks {
    chunk_time(rendition.start_time())
}

/// How exactly a rendition is cut where pictures are: to a frame of audio, or a tick of text.
/// Frames of priming may be shorter than others, and come first.
fn step_of(rendition: &Rendition) -> Ticks {
    let last = rendition.cuts.segments().next_back();
    let frame = || last.map(|last| rendition.track.samples.duration(last.samples.start));
    let step = match rendition.kind() {
        MediaKind::Video => None,
        MediaKind::Audio => frame(),
        MediaKind::Text => Some(Ticks(1)),
    };
    chunk_time(rendition.time(step.unwrap_or_default()))
}
