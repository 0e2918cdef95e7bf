//! Films that are made up: any clocks, frame rates, groups of pictures, edit lists and lengths.

mod audio;
mod files;
mod slices;
mod video;

use std::fmt;

use dynpack_codec::MediaKind;
use proptest::prelude::*;

pub(crate) use self::files::{Container, Form, storage};
pub(crate) use self::slices::{
    in_place_of_the_sample, with_mixed_parameter_sets, with_units_of_type,
};

/// Ticks a second in `mvhd`, which empty edits count in.
const MOVIE_CLOCK: i64 = 1000;

/// Ticks a second in most files of Smooth Streaming.
const SMOOTH_CLOCK: i64 = 10_000_000;

/// How long before its edit list's start audio is kept, in seconds.
const PREROLL: i64 = 1;

/// A sample as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) duration: u32,
    pub(crate) offset: i32,
    pub(crate) is_sync: bool,
    pub(crate) data: Vec<u8>,
}

/// A track, all of it.
#[derive(Clone)]
pub(crate) struct Track {
    /// What it is called in URLs, with its bitrate.
    pub(crate) name: &'static str,
    pub(crate) bitrate: u32,
    pub(crate) kind: MediaKind,
    /// Ticks a second.
    pub(crate) clock: u32,
    /// The configuration of AAC or H.264; empty for video whose pictures nobody decodes.
    pub(crate) config: Vec<u8>,
    pub(crate) samples: Vec<Sample>,
    /// How long the empty edit lasts, in ticks of [`MOVIE_CLOCK`].
    pub(crate) delay: i64,
    /// The composition time that the edit list starts with, in ticks.
    pub(crate) media_start: i64,
    /// How many samples lie together in the file.
    pub(crate) together: usize,
}

impl Track {
    /// When each sample is decoded, in the file.
    pub(crate) fn decode_times(&self) -> Vec<i64> {
        let behind = |next: &mut i64, sample: &Sample| {
            let time = *next;
            *next += i64::from(sample.duration);
            Some(time)
        };
        self.samples.iter().scan(0, behind).collect()
    }

    /// The composition time of each sample, in the file.
    pub(crate) fn composition_times(&self) -> Vec<i64> {
        self.decode_times()
            .into_iter()
            .zip(&self.samples)
            .map(|(time, sample)| time + i64::from(sample.offset))
            .collect()
    }

    /// How many samples a decoder does not need for what the edit list presents: they are not
    /// served.
    pub(crate) fn unneeded(&self) -> usize {
        let times = self.composition_times();
        if self.kind == MediaKind::Video {
            let can_start =
                |at: &usize| self.samples[*at].is_sync && times[*at] <= self.media_start;
            return (0..times.len()).rev().find(can_start).unwrap_or_default();
        }
        let needed = self.media_start - PREROLL * i64::from(self.clock);
        times.iter().rposition(|&time| time <= needed).unwrap_or_default()
    }

    /// How long the empty edit lasts, in ticks.
    pub(crate) fn delay_ticks(&self) -> i64 {
        (self.delay * i64::from(self.clock) + MOVIE_CLOCK / 2) / MOVIE_CLOCK
    }

    /// What is added to composition times for the time in the movie, in ticks.
    pub(crate) fn placement(&self) -> i64 {
        self.delay_ticks() - self.media_start
    }

    fn on_smooth_clock(&self) -> Self {
        let rescaled = |time: i64| (time * SMOOTH_CLOCK).div_euclid(i64::from(self.clock));
        let mut track = Self {
            clock: u32::try_from(SMOOTH_CLOCK).unwrap(),
            media_start: rescaled(self.media_start),
            ..self.clone()
        };
        let times = self.decode_times().into_iter().zip(self.composition_times());
        for (sample, (decode, composition)) in track.samples.iter_mut().zip(times) {
            let (start, end) = (rescaled(decode), rescaled(decode + i64::from(sample.duration)));
            sample.duration = u32::try_from(end - start).unwrap();
            sample.offset = i32::try_from(rescaled(composition) - start).unwrap();
        }
        track
    }

    /// When the first that is seen or heard of the track is presented in its movie, in seconds.
    fn start(&self) -> f64 {
        let earliest =
            self.composition_times()[self.unneeded()..].iter().copied().min().unwrap_or_default();
        let start = earliest + self.placement();
        let start =
            if self.kind == MediaKind::Audio { start.max(self.delay_ticks()) } else { start };
        start as f64 / f64::from(self.clock)
    }
}

/// Without the media, which would fill pages.
impl fmt::Debug for Track {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times: Vec<_> = self
            .samples
            .iter()
            .map(|sample| (sample.duration, sample.offset, u8::from(sample.is_sync)))
            .collect();
        write!(f, "{} {} of {} Hz, ", self.name, self.bitrate, self.clock)?;
        write!(
            f,
            "delayed by {} from {}, {} together: {times:?}",
            self.delay, self.media_start, self.together
        )
    }
}

/// Tracks which are presented together.
#[derive(Clone, Debug)]
pub(crate) struct Film {
    pub(crate) tracks: Vec<Track>,
}

impl Film {
    /// When the film starts, in seconds on the clock of its files: presented at 0.
    pub(crate) fn start(&self) -> f64 {
        self.tracks.iter().map(Track::start).fold(f64::INFINITY, f64::min)
    }

    /// The same with no edits but such as the times of fragments can tell, which are those of
    /// presentation: either a delay or a later start within the media.
    pub(crate) fn told_as_by_smooth(mut self) -> Self {
        for track in &mut self.tracks {
            let earliest = track.composition_times().into_iter().min().unwrap_or_default();
            if track.media_start > earliest {
                track.delay = 0;
            }
        }
        self
    }

    /// The same on the 10 MHz clock, every time rounded down from where it is.
    pub(crate) fn on_smooth_clock(&self) -> Self {
        Self { tracks: self.tracks.iter().map(Track::on_smooth_clock).collect() }
    }

    /// The longest tick of all tracks, in seconds.
    pub(crate) fn tick(&self) -> f64 {
        let clocks = self.tracks.iter().map(|track| track.clock);
        1.0 / f64::from(clocks.min().unwrap())
    }

    pub(crate) fn track(&self, name: &str, bitrate: u32) -> &Track {
        self.tracks.iter().find(|track| (track.name, track.bitrate) == (name, bitrate)).unwrap()
    }
}

/// Up to three renditions of video and up to two languages, but not none of either.
pub(crate) fn films() -> impl Strategy<Value = Film> {
    let counts = prop_oneof![4 => (1_usize..=3, 1_usize..=2), 1 => (1_usize..=2, Just(0)), 1 => (Just(0), 1_usize..=2)];
    counts.prop_flat_map(|(videos, audios)| {
        let audio = prop::collection::vec(audio::tracks(), audios);
        (video::ladders(videos), audio).prop_map(move |(video, audio)| {
            let mut tracks: Vec<Track> = video.into_iter().chain(audio).collect();
            for (number, track) in (0..).zip(&mut tracks) {
                track.bitrate = 1000 + number;
                if track.kind == MediaKind::Audio {
                    track.name = if number as usize == videos { "audio_one" } else { "audio_two" };
                }
                sign(track, number);
            }
            Film { tracks }
        })
    })
}

/// Makes every sample one of a kind, free of zeros: start codes and their like are for tests of
/// transport streams.
fn sign(track: &mut Track, number: u32) {
    for (at, sample) in (0_u32..).zip(&mut track.samples) {
        let mut state = (number << 16 | at).wrapping_mul(0x9e37_79b9) | 1;
        for byte in &mut sample.data {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_be_bytes()[0].max(1);
        }
        if track.kind == MediaKind::Video {
            video::put_header(sample);
        }
    }
}
