//! The one timeline: where segments are cut, for all tracks and all protocols at once.

mod cut_times;
mod cutting;
mod difference;
mod fill;
mod span;
mod sync_points;

use crate::limits::MAX_SEGMENTS;
use crate::marker::marks;
use crate::{CutPolicy, Cuts, Error, Marker, Time, Track};

pub use self::cut_times::CutTimes;
pub use self::difference::Difference;

use self::cutting::cut_times;
use self::fill::{Filled, fill};
use self::span::Span;

/// The cuts of a set of tracks that are presented together.
///
/// Segments are cut at sync samples which all video tracks share that lead, each time at the one
/// nearest to the target duration; a track that has ended is not considered. Audio is cut at the
/// frame nearest to each of those times. Where there is no video (before it starts, after it ends,
/// or at all) the cuts stand at the target duration. No two cuts lie closer than a tenth of the
/// target or a frame of audio: a cut that close before the start of video moves to that start. A
/// track lists no segment in which it has no sample.
///
/// The presentation starts at 0, with the earliest of the tracks, and keeps the offsets between
/// tracks that the edit lists give them. Video with an edit list that starts within a group of
/// pictures is presented from the start of that group, since players cannot start elsewhere; audio
/// before the edit list's start stays, for up to a second, as [`lead`](Cuts::lead).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Timeline {
    /// When it starts, on the clock of the movies: with the earliest of the tracks.
    pub origin: Time,
    /// The cuts of each track, in the order given.
    pub cuts: Vec<Cuts>,
    /// What takes the place of each track, in the order given, if its video is
    /// [filled](CutPolicy::fills_video).
    pub filled: Vec<Option<Track>>,
    /// The times at which they are cut.
    pub times: CutTimes,
}

impl Timeline {
    /// The maximum number of segments in all tracks together: enough for 24 tracks of a day, cut
    /// each second. Tracks of a file may share their samples, so without a limit the cuts could
    /// take far more memory than the file is long.
    pub const MAX_SEGMENTS: usize = MAX_SEGMENTS;

    /// Cuts `tracks`, all video of which is one content. Costs a few operations per sync sample of
    /// the first video track, and none per other sample, except of video that is filled.
    ///
    /// # Errors
    /// Those of [`cut_along`](Self::cut_along).
    pub fn cut(tracks: &[&Track], policy: CutPolicy) -> Result<Self, Error> {
        Self::cut_along(tracks, |_| true, policy)
    }

    /// Cuts `tracks` at sync samples of the video that leads, which `leads` says by the place of
    /// each track. Other video, such as a second camera, is cut at its own last sync samples before
    /// those times. Where there is none since the cut before, it has a longer segment.
    ///
    /// # Errors
    /// [`Error::NothingToPresent`] if no track has samples, [`Error::ImplausibleEdit`] and
    /// [`Error::TooFarApart`] for times beyond all reason, [`Error::TooManySegments`] if cuts that
    /// short would make more than [`MAX_SEGMENTS`](Self::MAX_SEGMENTS).
    pub fn cut_along(
        tracks: &[&Track],
        leads: impl Fn(usize) -> bool,
        policy: CutPolicy,
    ) -> Result<Self, Error> {
        Self::cut_marked(tracks, leads, policy, &[])
    }

    /// The same with a cut for each of the `markers` that [want one](Marker::cuts): at the nearest
    /// time at which all tracks can be cut. There is none if that is the start, or lies nearer to
    /// another cut or to the end than cuts may.
    ///
    /// # Errors
    /// Those of [`cut_along`](Self::cut_along).
    pub fn cut_marked(
        tracks: &[&Track],
        leads: impl Fn(usize) -> bool,
        policy: CutPolicy,
        markers: &[Marker],
    ) -> Result<Self, Error> {
        Self::cut_near(tracks, leads, policy, &marks(markers).collect::<Vec<_>>())
    }

    /// The same with a cut for each of the `marks` after the start.
    pub(crate) fn cut_near(
        tracks: &[&Track],
        leads: impl Fn(usize) -> bool,
        policy: CutPolicy,
        marks: &[Time],
    ) -> Result<Self, Error> {
        Self::cut_with(tracks, leads, policy, |spans| cut_times(spans, policy, marks))
    }

    /// Cuts `tracks` at known times: those of [`cut_marked`](Self::cut_marked) for the same tracks
    /// and markers give the same cuts, for less. A track without a sample at one of them is cut as
    /// if it did not lead.
    ///
    /// # Errors
    /// Those of [`cut_along`](Self::cut_along).
    pub fn cut_at(
        tracks: &[&Track],
        leads: impl Fn(usize) -> bool,
        policy: CutPolicy,
        times: &CutTimes,
    ) -> Result<Self, Error> {
        Self::cut_with(tracks, leads, policy, |spans| {
            if times.len().saturating_mul(spans.len()) >= MAX_SEGMENTS {
                return Err(Error::TooManySegments { tracks: spans.len() });
            }
            Ok(times.clone())
        })
    }

    fn cut_with(
        tracks: &[&Track],
        leads: impl Fn(usize) -> bool,
        policy: CutPolicy,
        times: impl FnOnce(&[&Span<'_>]) -> Result<CutTimes, Error>,
    ) -> Result<Self, Error> {
        let stored: Vec<_> =
            tracks.iter().map(|track| Span::new(track)).collect::<Result<_, _>>()?;
        let filled = match policy.fills_video {
            true => fill(&stored, policy),
            false => stored.iter().map(|_| None).collect(),
        };
        let spans = stored.into_iter().zip(&filled).enumerate().map(|(at, (stored, filled))| {
            let span = match filled {
                Some(Filled { track, end }) => Span::new(track)?.map(|span| span.with_end(*end)),
                None => stored,
            };
            Ok(span.map(|span| if leads(at) { span } else { span.cut_along() }))
        });
        let (origin, spans) = since_the_first(spans.collect::<Result<_, _>>()?)?;
        let times = times(&spans.iter().flatten().collect::<Vec<_>>())?;
        let cuts = spans.iter().map(|span| span.as_ref().map(|span| span.cuts(&times)));
        let cuts = cuts.map(Option::unwrap_or_default).collect();
        let filled = filled.into_iter().map(|filled| Some(filled?.track)).collect();
        Ok(Self { origin, cuts, filled, times })
    }
}

/// When the earliest of the spans starts, and the spans on the clock that starts there.
fn since_the_first(spans: Vec<Option<Span<'_>>>) -> Result<(Time, Vec<Option<Span<'_>>>), Error> {
    let origin = spans.iter().flatten().map(Span::start).min();
    let origin = origin.ok_or(Error::NothingToPresent)?;
    let spans = spans.into_iter().map(|span| span.map(|span| span.since(origin)).transpose());
    Ok((origin, spans.collect::<Result<_, _>>()?))
}
