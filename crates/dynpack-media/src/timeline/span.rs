//! The presented stretch of one track, and its samples at the cuts of the timeline.

use std::cell::Cell;

use dynpack_codec::{MediaKind, Video};

use super::cut_times::CutTimes;
use super::sync_points::SyncPoints;
use crate::{Cuts, Error, SampleIndex, SegmentNumber, Ticks, Time, Track};

/// Audio that is kept before the start of its edit list, in seconds. Decoders need some of it, and
/// priming is shorter.
const AUDIO_PREROLL_SECONDS: i64 = 1;

/// The maximum distance, in frames, between the decoding order and the presentation order of a
/// frame. H.264 and HEVC allow 16.
const MAX_REORDERED: u32 = 64;

/// The samples of a track that are presented, with their times.
pub(super) struct Span<'a> {
    pub(super) track: &'a Track,
    first: SampleIndex,
    /// Presentation time of the first sample that is not priming.
    start: Ticks,
    end: Ticks,
    /// Until when the last sample lasts, at or after the end.
    lasts_until: Ticks,
    /// Composition time + shift = presentation time.
    shift: Ticks,
    /// Whether it is video that is cut where other video is.
    follows: bool,
    /// The sync point that was looked up last.
    last_point: Cell<usize>,
}

impl<'a> Span<'a> {
    /// `None` for a track without samples.
    pub(super) fn new(track: &'a Track) -> Result<Option<Self>, Error> {
        if track.samples.is_empty() {
            return Ok(None);
        }
        if let Some(ticks) = track.edit.implausible_time() {
            return Err(Error::ImplausibleEdit { track: track.id, ticks });
        }
        let mut span = Self {
            track,
            first: SampleIndex(0),
            start: Ticks::ZERO,
            end: Ticks::ZERO,
            lasts_until: Ticks::ZERO,
            shift: track.edit.delay - track.edit.media_start,
            follows: false,
            last_point: Cell::new(0),
        };
        span.first = span.first_needed();
        let earliest = span.earliest_from(span.first);
        span.start = match track.kind() {
            MediaKind::Video => earliest,
            MediaKind::Audio | MediaKind::Text => earliest.max(track.edit.delay),
        };
        let last = track.samples.len();
        let tail = (last.saturating_sub(MAX_REORDERED).max(span.first.0)..last).map(SampleIndex);
        let end = tail
            .map(|index| span.time(index) + track.samples.duration(index))
            .max()
            .unwrap_or(span.start);
        span.end = end.max(span.start + Ticks(1));
        span.lasts_until = span.end;
        Ok(Some(span))
    }

    /// The same span with an earlier end, after which the last sample lasts on.
    pub(super) fn with_end(self, end: Ticks) -> Self {
        Self { end, ..self }
    }

    /// The first sample that is needed.
    pub(super) const fn first(&self) -> SampleIndex {
        self.first
    }

    /// The same span; if it is video, it is cut where other video is.
    pub(super) fn cut_along(self) -> Self {
        Self { follows: self.track.kind() == MediaKind::Video, ..self }
    }

    /// Whether cuts must be at its sync samples.
    pub(super) fn leads(&self) -> bool {
        self.track.kind() == MediaKind::Video && !self.follows
    }

    pub(super) fn is_audio(&self) -> bool {
        self.track.kind() == MediaKind::Audio
    }

    /// The sample from which a decoder can present the edit list's start.
    fn first_needed(&self) -> SampleIndex {
        let (samples, edit) = (&self.track.samples, self.track.edit);
        match self.track.kind() {
            MediaKind::Video => {
                let later =
                    self.sync_points().partition_point(|sync| self.time(sync) <= edit.delay);
                later.checked_sub(1).and_then(|at| self.sync_points().get(at)).unwrap_or_default()
            }
            MediaKind::Audio | MediaKind::Text => {
                let needed = edit.media_start
                    - Ticks(AUDIO_PREROLL_SECONDS * i64::from(self.track.timescale.hz()));
                // Priming in a file of Smooth Streaming takes no time: several frames may start at
                // 0.
                if needed <= Ticks::ZERO { SampleIndex(0) } else { samples.index_at(needed) }
            }
        }
    }

    /// The same span on the clock that starts at `origin`, the start of the earliest span.
    pub(super) fn since(self, origin: Time) -> Result<Self, Error> {
        let bounds = [self.time_of(self.first), self.end()];
        let mut far = bounds.into_iter().map(|bound| bound.seconds_from(origin));
        if let Some(seconds) = far.find(|seconds| *seconds > Time::MAX_SECONDS.into()) {
            return Err(Error::TooFarApart { track: self.track.id, seconds });
        }
        let origin = origin.round(self.track.timescale);
        let mut span = Self {
            start: self.start - origin,
            end: self.end - origin,
            lasts_until: self.lasts_until - origin,
            shift: self.shift - origin,
            ..self
        };
        span.start = match span.track.kind() {
            MediaKind::Video => span.start,
            MediaKind::Audio | MediaKind::Text => span.time(span.first).max(Ticks::ZERO),
        };
        Ok(span)
    }

    pub(super) fn time(&self, index: SampleIndex) -> Ticks {
        self.track.samples.composition_time(index) + self.shift
    }

    /// Presentation time of the first sample that is not priming, with its clock.
    pub(super) fn start(&self) -> Time {
        self.on_clock(self.start)
    }

    /// End of the last sample, with its clock.
    pub(super) fn end(&self) -> Time {
        self.on_clock(self.end)
    }

    /// From its start to its end.
    pub(super) fn duration(&self) -> Time {
        self.on_clock(self.end - self.start)
    }

    /// How its samples are coded, if they are pictures.
    pub(super) fn video(&self) -> Option<&'a Video> {
        self.track.codec.video()
    }

    pub(super) fn time_of(&self, index: SampleIndex) -> Time {
        self.on_clock(self.time(index))
    }

    fn on_clock(&self, ticks: Ticks) -> Time {
        Time::new(ticks, self.track.timescale)
    }

    /// The earliest presentation time among the samples from a sync sample on: leading pictures
    /// come before it.
    fn earliest_from(&self, first: SampleIndex) -> Ticks {
        let time = self.time(first);
        let max_leading = match self.track.kind() {
            MediaKind::Video => MAX_REORDERED,
            MediaKind::Audio | MediaKind::Text => 0,
        };
        let next = first.0.saturating_add(1)
            ..self.track.samples.len().min(first.0.saturating_add(max_leading));
        next.map(|index| self.time(SampleIndex(index)))
            .take_while(|&next| next <= time)
            .min()
            .unwrap_or(time)
            .min(time)
    }

    pub(super) fn sync_points(&self) -> SyncPoints<'a, '_> {
        let len = self.track.samples.len();
        SyncPoints {
            first: self.first,
            len,
            listed: self.track.samples.sync_samples(self.first..SampleIndex(len)),
            last: &self.last_point,
        }
    }

    /// The sync sample that is presented at `time` of another clock, to within half its duration.
    pub(super) fn sync_at(&self, time: Time) -> Option<SampleIndex> {
        let points = self.sync_points();
        let later = points.partition_point(|sync| self.time_of(sync) <= time);
        let candidates = [later.checked_sub(1), Some(later)].into_iter().flatten();
        let distance = |sync: &SampleIndex| self.time_of(*sync).distance(time);
        let nearest = candidates.filter_map(|at| points.get(at)).min_by_key(distance)?;
        self.is_near(nearest, time).then_some(nearest)
    }

    /// Whether a sample is presented at `time` of another clock, to within half its duration.
    #[expect(clippy::arithmetic_side_effects, reason = "at most 97 bits in 128")]
    pub(super) fn is_near(&self, sample: SampleIndex, time: Time) -> bool {
        let duration = i128::from(self.track.samples.duration(sample).0);
        let distance = self.time_of(sample).distance(time);
        distance * 2 <= duration * i128::from(time.timescale.hz())
    }

    /// The last sync sample that is presented at `time` or before, or else the first: leading
    /// pictures come before it.
    fn sync_before(&self, time: Time) -> SampleIndex {
        let points = self.sync_points();
        let later = points.partition_point(|sync| self.time_of(sync) <= time);
        later.checked_sub(1).and_then(|at| points.get(at)).unwrap_or(self.first)
    }

    /// Whether the track has not started at `time`, or has ended.
    pub(super) fn is_idle(&self, time: Time) -> bool {
        self.end() <= time || self.start() >= time
    }

    /// The first sample after a cut at `time`.
    fn sample_at(&self, time: Time) -> SampleIndex {
        let len = SampleIndex(self.track.samples.len());
        if self.end() <= time {
            return len;
        }
        if self.start() >= time {
            return self.first;
        }
        match self.track.kind() {
            MediaKind::Video => {
                let otherwise = || if self.follows { self.sync_before(time) } else { len };
                self.sync_at(time).unwrap_or_else(otherwise)
            }
            MediaKind::Audio | MediaKind::Text => self
                .track
                .samples
                .sync_at_or_before(self.nearest_frame(time))
                .unwrap_or(self.first)
                .max(self.first),
        }
    }

    /// The sample which starts nearest to `time`, in decoding order.
    fn nearest_frame(&self, time: Time) -> SampleIndex {
        let media_time = time.floor(self.track.timescale) - self.shift;
        let before = self.track.samples.index_at(media_time);
        let after = SampleIndex(before.0.saturating_add(1));
        let distance = |sample| self.time_of(sample).distance(time);
        if distance(after) < distance(before) { after } else { before }
    }

    /// Presentation time of the first sample after `time`, among those that are decoded next.
    pub(super) fn following(&self, time: Time) -> Option<Time> {
        let samples = &self.track.samples;
        if self.start() > time {
            return Some(self.start());
        }
        let here = if self.leads() { self.sample_at(time) } else { self.nearest_frame(time) };
        // Skips samples without a duration.
        let next = samples.index_at(samples.decode_time(here)).0.saturating_add(1);
        let mut later = (next..samples.len())
            .take(MAX_REORDERED as usize)
            .map(|index| self.time_of(SampleIndex(index)));
        // Not after the end of the track, wherever a file places one sample.
        later.find(|&next| next > time).map(|next| next.min(self.end()))
    }

    /// The track's segments between the cuts at `times`.
    pub(super) fn cuts(&self, times: &CutTimes) -> Cuts {
        let reorder = self.track.samples.composition_offset(self.first);
        let lead = Ticks((-self.time(self.first)).0.max(0));
        let (mut numbers, mut samples, mut starts) =
            (vec![SegmentNumber(0)], vec![self.first], vec![self.start]);
        for (number, time) in (1..).map(SegmentNumber).zip(times.iter()) {
            let sample = self.sample_at(time);
            if sample.0 >= self.track.samples.len() {
                break;
            }
            if sample == self.first && samples.len() == 1 {
                // The track has no sample before this cut: its first segment starts here.
                if !self.follows || self.start() >= time {
                    numbers = vec![number];
                }
                continue;
            }
            let start = self.earliest_from(sample);
            let ascends = samples.last().is_none_or(|&last| last < sample)
                && starts.last().is_none_or(|&last| last < start);
            if ascends && start < self.end {
                numbers.push(number);
                samples.push(sample);
                starts.push(start);
            }
        }
        samples.push(SampleIndex(self.track.samples.len()));
        starts.push(self.lasts_until);
        let (numbers, samples, starts) = (numbers.into(), samples.into(), starts.into());
        Cuts { numbers, samples, starts, shift: self.shift, reorder, lead, ..Cuts::default() }
    }
}
