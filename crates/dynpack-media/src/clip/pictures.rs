//! The pictures of a clip.

use std::ops::Range;

use super::track::{MAX_REORDERED, track_of};
use crate::sample_table::SampleTableBuilder;
use crate::{Error, Rendition, Sample, SampleIndex, Ticks, Time, Timescale, Track};

/// How long the first picture that is shown comes after the first of those before it. Chromium
/// leaves out a picture that comes less than a millisecond after another.
const HIDDEN_MICROS: i64 = 1_100;

const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// The pictures of a rendition between two times, as a track; `None` if there are none.
pub(super) fn clip(rendition: &Rendition, start: Time, end: Time) -> Result<Option<Track>, Error> {
    let (first, end) = (rendition.boundary(start), rendition.boundary(end));
    if first >= end {
        return Ok(None);
    }
    let delay = first - start.round(rendition.timescale());
    // Renditions whose clocks cannot express the same time start together.
    let is_late =
        rendition.time(delay) > Time::new(Ticks(1), Timescale::new(100).expect("above 0"));
    let delay = if is_late { delay } else { Ticks::ZERO };
    let Some(pictures) = Pictures::of(rendition, first..end) else { return Ok(None) };
    pictures.track(delay).map(Some)
}

/// A picture of a clip, with the place of its sample in the file.
struct Picture {
    sample: Sample,
    place: u64,
    /// When it is presented, by the clock of the rendition.
    time: Ticks,
}

/// The pictures that a decoder needs, in decoding order.
struct Pictures<'a> {
    rendition: &'a Rendition,
    pictures: Vec<Picture>,
    /// What is shown.
    shown: Range<Ticks>,
}

impl<'a> Pictures<'a> {
    /// The pictures which are shown, and those that they depend on.
    fn of(rendition: &'a Rendition, shown: Range<Ticks>) -> Option<Self> {
        let key = key_frame_of(rendition, shown.start);
        let key_time = rendition.presentation_time(key);
        let samples = &rendition.track.samples;
        let mut pictures = Vec::new();
        // The number of pictures up to the last one that is shown, and of those after it.
        let (mut needed, mut after) = (0, 0_u32);
        for (sample, place) in samples.placed_samples(key..rendition.cuts.samples().end) {
            let time = rendition.cuts.presentation_time(&sample);
            // Pictures before their key frame depend on the group before it, if there is one.
            if time < key_time && key > rendition.cuts.samples().start {
                continue;
            }
            pictures.push(Picture { sample, place, time });
            if time < shown.end {
                (needed, after) = (pictures.len(), 0);
            } else {
                after = after.saturating_add(1);
                if after > MAX_REORDERED {
                    break;
                }
            }
        }
        pictures.truncate(needed);
        (!pictures.is_empty()).then_some(Self { rendition, pictures, shown })
    }

    /// The track of them. Each picture that is not shown lasts a tick of 90 kHz, or hardly longer.
    /// The duration of a sample is that of its picture, so that all together last as long as the
    /// clip.
    fn track(&self, delay: Ticks) -> Result<Track, Error> {
        let clock = self.clock();
        let factor =
            i64::from(clock.hz().checked_div(self.rendition.timescale().hz()).unwrap_or(1));
        let times = self.times(clock, factor)?;
        let mut ends = times.clone();
        ends.push(scaled(self.shown.end - self.shown.start, factor)?);
        ends.sort_unstable();
        let mut table = SampleTableBuilder::default();
        let mut decoded = Ticks::ZERO;
        for (picture, time) in self.pictures.iter().zip(times) {
            let next = ends.partition_point(|end| *end <= time);
            let duration = ends.get(next).map_or(Ticks::ZERO, |next| *next - time);
            let composition_offset = time - decoded;
            let sample = Sample { duration, composition_offset, ..picture.sample };
            table.push(&sample, picture.place).ok_or_else(too_long)?;
            decoded += duration;
        }
        let track = track_of(self.rendition, scaled(delay, factor)?);
        Ok(Track { samples: table.finish()?, timescale: clock, ..track })
    }

    /// The clock of the track: that of the rendition, unless that is too coarse for pictures that
    /// are not to be seen.
    fn clock(&self) -> Timescale {
        let clock = self.rendition.timescale();
        let factor = Timescale::MPEG.hz().div_ceil(clock.hz());
        let hides = self.pictures.iter().any(|picture| !self.shown.contains(&picture.time));
        let fine = clock.hz().checked_mul(factor).and_then(Timescale::new);
        fine.filter(|_| hides).unwrap_or(clock)
    }

    /// When each picture is presented in the clip, on its clock.
    fn times(&self, clock: Timescale, factor: i64) -> Result<Vec<Ticks>, Error> {
        let Range { start, end } = self.shown;
        let unit = i64::from(clock.hz().div_ceil(Timescale::MPEG.hz()));
        let mut by_time: Vec<usize> = (0..self.pictures.len()).collect();
        by_time.sort_by_key(|at| self.pictures.get(*at).map(|picture| picture.time));
        let time = |at: &usize| self.pictures.get(*at).map_or(start, |picture| picture.time);
        let hidden = by_time.partition_point(|at| time(at) < start);
        let tail = by_time.len().saturating_sub(by_time.partition_point(|at| time(at) < end));
        let shown_from = ticks(hidden, unit).ok_or_else(too_long)?;
        let shown_from = match hidden {
            0 => Ticks::ZERO,
            _ => shown_from.max(Ticks(HIDDEN_MICROS).rescale_ceil(MICROS, clock)),
        };
        let mut times = vec![Ticks::ZERO; self.pictures.len()];
        let mut last = None;
        for (place, at) in by_time.iter().enumerate() {
            let left = by_time.len().saturating_sub(place);
            let time = if place < hidden {
                ticks(place, unit)
            } else if left <= tail {
                Some(scaled(end - start, factor)? - ticks(left, unit).ok_or_else(too_long)?)
            } else if place == hidden {
                Some(shown_from)
            } else {
                Some(scaled(time(at) - start, factor)?)
            };
            let time = time.ok_or_else(too_long)?;
            if last.is_some_and(|last| last >= time) {
                let track = self.rendition.track.id;
                return Err(Error::TooManyHidden { track, pictures: hidden.max(tail) });
            }
            last = Some(time);
            times.get_mut(*at).into_iter().for_each(|slot| *slot = time);
        }
        Ok(times)
    }
}

/// The key frame from which the picture that starts at `time` can be decoded.
fn key_frame_of(rendition: &Rendition, time: Ticks) -> SampleIndex {
    let (samples, first) = (&rendition.track.samples, rendition.cuts.samples().start);
    let near = rendition.samples_near(rendition.time(time));
    let picture = { near }.find(|sample| rendition.presentation_time(*sample) == time);
    let mut at = picture.unwrap_or(first);
    loop {
        match samples.sync_at_or_before(at).filter(|key| *key > first) {
            Some(key) if rendition.presentation_time(key) <= time => return key,
            Some(key) => at = SampleIndex(key.0.saturating_sub(1)),
            None => return first,
        }
    }
}

fn ticks(count: usize, unit: i64) -> Option<Ticks> {
    i64::try_from(count).ok()?.checked_mul(unit).map(Ticks)
}

fn scaled(ticks: Ticks, factor: i64) -> Result<Ticks, Error> {
    ticks.0.checked_mul(factor).map(Ticks).ok_or_else(too_long)
}

fn too_long() -> Error {
    Error::SampleTable("a clip has times that take too many bits".to_owned())
}
