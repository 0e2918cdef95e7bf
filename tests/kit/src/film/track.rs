//! Tracks with all bytes of their samples.

use std::fmt;

use dynpack_codec::{Codec, MediaKind};

use crate::TrackBuilder;
use crate::codec::{self, AVCC};

/// Ticks per second in `mvhd`, the unit of empty edits.
const MOVIE_CLOCK: i64 = 1000;

/// Ticks per second in most files of Smooth Streaming.
const SMOOTH_CLOCK: i64 = 10_000_000;

/// How long before the start of its edit list audio is served, in seconds.
const PREROLL: i64 = 1;

/// Bytes before each chunk, like those of another track.
const GAP: u32 = 5;

/// A stored sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// In ticks.
    pub duration: u32,
    /// How much later it is presented than decoded, in ticks.
    pub offset: i32,
    /// Whether decoding can start at it.
    pub is_sync: bool,
    /// Its bytes.
    pub data: Vec<u8>,
}

/// A whole track.
#[derive(Clone)]
pub struct Track {
    /// Its name in URLs.
    pub name: &'static str,
    /// Bits per second, as in URLs.
    pub bitrate: u32,
    /// Its kind of media.
    pub kind: MediaKind,
    /// Ticks per second.
    pub clock: u32,
    /// The configuration of AAC or H.264. Empty for video that is not decoded.
    pub config: Vec<u8>,
    /// Its samples, in decoding order.
    pub samples: Vec<Sample>,
    /// The duration of the empty edit, in milliseconds.
    pub delay: i64,
    /// The composition time that the edit list starts with, in ticks.
    pub media_start: i64,
    /// Number of samples in a chunk.
    pub together: usize,
}

impl Track {
    /// The decode time of each sample in the file.
    #[must_use]
    pub fn decode_times(&self) -> Vec<i64> {
        let after = |next: &mut i64, sample: &Sample| {
            let time = *next;
            *next += i64::from(sample.duration);
            Some(time)
        };
        self.samples.iter().scan(0, after).collect()
    }

    /// The composition time of each sample in the file.
    #[must_use]
    pub fn composition_times(&self) -> Vec<i64> {
        self.decode_times()
            .into_iter()
            .zip(&self.samples)
            .map(|(time, sample)| time + i64::from(sample.offset))
            .collect()
    }

    /// Number of samples that a decoder does not need for the presented media. They are not served.
    #[must_use]
    pub fn unneeded(&self) -> usize {
        let times = self.composition_times();
        if self.kind == MediaKind::Video {
            let can_start =
                |at: &usize| self.samples[*at].is_sync && times[*at] <= self.media_start;
            return (0..times.len()).rev().find(can_start).unwrap_or_default();
        }
        let needed = self.media_start - PREROLL * i64::from(self.clock);
        times.iter().rposition(|&time| time <= needed).unwrap_or_default()
    }

    /// The duration of the empty edit, in ticks.
    #[must_use]
    pub fn delay_ticks(&self) -> i64 {
        (self.delay * i64::from(self.clock) + MOVIE_CLOCK / 2) / MOVIE_CLOCK
    }

    /// The difference between times in the movie and composition times, in ticks.
    #[must_use]
    pub fn placement(&self) -> i64 {
        self.delay_ticks() - self.media_start
    }

    pub(super) fn on_smooth_clock(&self) -> Self {
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

    /// When the first presented sample of the track is presented in its movie, in seconds.
    pub(super) fn start(&self) -> f64 {
        let earliest =
            self.composition_times()[self.unneeded()..].iter().copied().min().unwrap_or_default();
        let start = earliest + self.placement();
        let start =
            if self.kind == MediaKind::Audio { start.max(self.delay_ticks()) } else { start };
        start as f64 / f64::from(self.clock)
    }

    /// The track as a demuxer would return it, with its samples appended to `file`, each chunk
    /// after a gap.
    #[must_use]
    pub fn append_to(&self, file: &mut Vec<u8>) -> dynpack_media::Track {
        let samples = &self.samples;
        let sync = (0..).zip(samples).filter(|(_, sample)| sample.is_sync).map(|(at, _)| at);
        let builder = TrackBuilder {
            codec: self.codec(),
            timescale: self.clock,
            durations: samples.iter().map(|sample| sample.duration).collect(),
            offsets: samples.iter().map(|sample| sample.offset).collect(),
            sync: (self.kind == MediaKind::Video).then(|| sync.collect()),
            ..TrackBuilder::audio(1, 0)
        };
        let media: Vec<_> = samples.iter().map(|sample| &sample.data).collect();
        builder
            .with_chunks(self.together, GAP)
            .with_edit(self.delay_ticks(), self.media_start)
            .append_to(file, &media)
    }

    fn codec(&self) -> Codec {
        match self.kind {
            MediaKind::Video if self.config.is_empty() => codec::avc(AVCC, (1280, 720)),
            MediaKind::Video => codec::avc(&self.config, (1280, 720)),
            _ => codec::aac(&self.config),
        }
    }
}

/// Without the media, which would be very long.
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
