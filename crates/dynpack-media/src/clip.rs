//! Clips: stretches of a presentation that start and end at any picture.

mod pictures;
mod sound;
mod track;

use std::sync::Arc;

use dynpack_codec::MediaKind;

use self::track::MAX_REORDERED;
use crate::{
    Chapter, CutPolicy, CutTimes, Cuts, Error, Marker, Presentation, Rendition, SampleIndex, Ticks,
    Time, Timeline, Timescale, Track, chapter, leading, marker,
};

/// Which part of a presentation a clip shows.
///
/// Both times move to the nearest picture of the default video, or without video to the nearest
/// frame of the default audio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClipSpan {
    /// When it starts.
    pub start: Time,
    /// When it ends; `None` for the end of the presentation.
    pub end: Option<Time>,
}

impl ClipSpan {
    /// All of a presentation.
    pub const WHOLE: Self = Self { start: Time::new(Ticks::ZERO, Timescale::MILLIS), end: None };
}

impl Default for ClipSpan {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl Presentation {
    /// A stretch of it as a presentation of its own, which starts at 0 and is cut anew.
    ///
    /// It starts exactly with the picture at its start. Where that is no key frame, all pictures
    /// from the key frame on are sent. Those before the start last a tick of 90 kHz each, or hardly
    /// longer, and together at least 1.1 ms. They take that time from the first picture that is
    /// shown. In the same way, pictures after the end that others refer to are shown for a tick
    /// each, just before the end.
    ///
    /// Audio starts at the frame nearest to the first picture, at 0. `sound_ahead` says how much
    /// longer than its pictures audio was in clips before this one: audio that ends near the
    /// pictures, with that difference, keeps all of its frames, and other audio ends there.
    ///
    /// Segments start as near as can be to its markers that [want it](Marker::cuts), and to the
    /// `marks`, which count from the start of the clip. Returns the times at which it is cut too.
    ///
    /// # Errors
    /// [`Error::EmptyClip`] if there is nothing between the two times,
    /// [`Error::TooManyHidden`] if the key frame before the start is too far away, and those of
    /// [`Timeline::cut_along`].
    pub fn clip(
        &self,
        span: ClipSpan,
        policy: CutPolicy,
        marks: impl IntoIterator<Item = Time>,
        sound_ahead: impl Fn(&Rendition) -> Time,
    ) -> Result<(Self, CutTimes), Error> {
        let lead = self.default_of(MediaKind::Video).or_else(|| self.default_of(MediaKind::Audio));
        let lead = lead.ok_or(Error::NothingToPresent)?;
        let start = lead.boundary(span.start);
        let end = span.end.map_or_else(|| lead.end(), |end| lead.boundary(end));
        if start >= end {
            let media = lead.time(lead.end());
            let (start, end) = (span.start, span.end.unwrap_or(media));
            return Err(Error::EmptyClip { start, end, media });
        }
        let [start, end, duration] = [start, end, end - start].map(|ticks| lead.time(ticks));
        let mut kept = Vec::new();
        for rendition in &self.renditions {
            let track = match rendition.kind() {
                MediaKind::Video => pictures::clip(rendition, start, end)?,
                MediaKind::Audio => {
                    sound::clip(rendition, start, duration, sound_ahead(rendition))?
                }
                MediaKind::Text => None,
            };
            kept.extend(track.map(|track| (rendition, track)));
        }
        let tracks: Vec<&Track> = kept.iter().map(|(_, track)| track).collect();
        let named = kept.iter().map(|(one, track)| (&*one.id.name, one.role, track));
        let leads = leading(&named.collect::<Vec<_>>());
        let leads = |at: usize| leads.get(at).copied().unwrap_or_default();
        let markers = self.markers_within(start, end);
        let marks: Vec<_> = marker::marks(&markers).chain(marks).collect();
        let timeline = Timeline::cut_near(&tracks, leads, policy, &marks)?;
        let cut = timeline.cuts.into_iter().zip(timeline.filled);
        let renditions = kept.into_iter().zip(cut).map(|((rendition, track), (cuts, filled))| {
            let is_filled = rendition.is_filled || filled.is_some();
            let (track, cuts) = (Arc::new(filled.unwrap_or(track)), Arc::new(cuts));
            Rendition { track, cuts, is_filled, ..rendition.clone() }
        });
        let clip = self.with_renditions(renditions.collect())?.with_end(duration);
        let text_cuts = Arc::new(Cuts::of_text(&clip));
        let texts = self.of_kind(MediaKind::Text).cloned();
        let texts = texts.map(|text| Rendition { cuts: Arc::clone(&text_cuts), ..text });
        let renditions = clip.renditions.iter().cloned().chain(texts).collect();
        let origin = self.origin().plus(start);
        let clip = clip.with_renditions(renditions)?.with_origin(origin);
        let clip = clip.with_begin(lead.begin_within(start));
        let clip = clip.with_chapters(self.chapters_within(start, end)).with_markers(markers);
        Ok((clip, timeline.times))
    }

    /// The chapters between two times, on a clock from the first of them.
    fn chapters_within(&self, start: Time, end: Time) -> Vec<Chapter> {
        let clock = Timescale::SMOOTH;
        let spans = chapter::within(&self.chapters, &(start..end), clock).into_iter();
        let chapters = spans.map(|shown| Chapter {
            start: Time::new(shown.span.start, clock),
            ..shown.chapter.clone()
        });
        chapters.collect()
    }
}

impl Presentation {
    /// The markers that start between two times, on a clock from the first of them. They end with
    /// the second one.
    fn markers_within(&self, start: Time, end: Time) -> Vec<Marker> {
        let within = self.markers.iter().filter(|marker| (start..end).contains(&marker.start));
        let within = within.map(|marker| {
            let left = end.plus(Time::new(-marker.start.ticks, marker.start.timescale));
            let duration = marker.duration.map(|lasts| lasts.min(left));
            Marker { duration, ..marker.clone() }.since(start)
        });
        within.collect()
    }
}

impl Rendition {
    /// Half of how long its picture at `start` lasts, if that is no key frame: a player that starts
    /// there shows no picture before it.
    fn begin_within(&self, start: Time) -> Option<Time> {
        let is_there = |sample: &SampleIndex| {
            self.kind() == MediaKind::Video && self.time(self.presentation_time(*sample)) == start
        };
        let picture = self.samples_near(start).find(is_there)?;
        let is_needed = !self.track.samples.is_sync(picture);
        let lasts = self.track.samples.duration(picture);
        is_needed.then(|| self.time(Ticks(lasts.0 / 2)))
    }

    /// The start of the sample nearest to a time of the presentation, or the end of the last, on
    /// its own clock. O(log n).
    fn boundary(&self, time: Time) -> Ticks {
        let starts = self.samples_near(time).map(|sample| self.presentation_time(sample));
        let starts = starts.filter(|start| *start >= self.cuts.start());
        let candidates = starts.chain([self.cuts.start(), self.end()]);
        let nearest = candidates.min_by_key(|ticks| (self.time(*ticks).distance(time), *ticks));
        nearest.unwrap_or_default()
    }

    /// The samples around that time: those which may start nearest to it.
    fn samples_near(&self, time: Time) -> impl Iterator<Item = SampleIndex> + use<> {
        let (samples, all) = (&self.track.samples, self.cuts.samples());
        let decoded = time.floor(self.timescale()) - self.cuts.shift - self.cuts.reorder;
        let near = samples.index_at(decoded).0;
        let first = near.saturating_sub(MAX_REORDERED).max(all.start.0);
        let end = near.saturating_add(MAX_REORDERED).min(all.end.0);
        (first..end).map(SampleIndex)
    }
}
