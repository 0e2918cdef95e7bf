//! Audio with parameters.

use dynpack_codec::MediaKind;
use proptest::prelude::*;

use super::{Sample, Track};

/// The parameters of a track of AAC LC in stereo, which no decoder could decode.
#[derive(Clone, Debug)]
pub struct Audio {
    /// Ticks per second.
    pub hz: u32,
    /// The sampling rate, which may differ from the clock.
    pub rate: u32,
    /// Number of frames.
    pub frames: u32,
    /// Approximate number of bytes in a frame.
    pub frame_len: u32,
    /// Priming in ticks.
    pub priming: i64,
    /// Frames with a stored duration that is longer or shorter than the real one, by that many
    /// ticks.
    pub uneven: Vec<(u32, i32)>,
    /// A frame without bytes.
    pub empty: Option<u32>,
}

impl Audio {
    /// Ten seconds of about 128 kb/s.
    pub const PLAIN: Self = Self {
        hz: 48_000,
        rate: 48_000,
        frames: 470,
        frame_len: 340,
        priming: 1024,
        uneven: Vec::new(),
        empty: None,
    };

    /// Random tracks.
    pub fn any() -> impl Strategy<Value = Self> {
        let rates = [
            (48_000, 48_000),
            (44_100, 44_100),
            (24_000, 24_000),
            (1_000, 48_000),
            (90_000, 44_100),
            (10_000_000, 44_100),
        ];
        let shape = (1_u32..300, 20_u32..900, prop_oneof![Just(0_i64), Just(1024), Just(2112)]);
        let uneven =
            prop_oneof![Just(Vec::new()), prop::collection::vec((0_u32..300, -5..=5), 1..6)];
        let empty = prop_oneof![3 => Just(None), 1 => (1_u32..300).prop_map(Some)];
        (prop::sample::select(rates.to_vec()), shape, uneven, empty).prop_map(
            |((hz, rate), (frames, frame_len, priming), uneven, empty)| Self {
                hz,
                rate,
                frames,
                frame_len,
                priming: priming * i64::from(hz) / i64::from(rate),
                uneven,
                empty,
            },
        )
    }

    /// The bytes of a frame.
    #[must_use]
    pub fn frame(&self, frame: u32) -> Vec<u8> {
        if self.empty == Some(frame) {
            return Vec::new();
        }
        let len = 1 + (frame * 37 + self.frame_len) % self.frame_len;
        (0..len.max(self.frame_len / 2))
            .map(|at| u8::try_from((frame * 17 + at) % 256).unwrap())
            .collect()
    }

    /// The track.
    #[must_use]
    pub fn track(&self) -> Track {
        let index = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000]
            .iter()
            .position(|rate| *rate == self.rate)
            .unwrap();
        let config = (2_u16 << 11 | u16::try_from(index).unwrap() << 7 | 2 << 3).to_be_bytes();
        let time = |frame: u32| u64::from(frame) * 1024 * u64::from(self.hz) / u64::from(self.rate);
        let uneven = |frame: u32| {
            self.uneven.iter().filter(move |(at, _)| *at == frame).map(|(_, by)| by).sum::<i32>()
        };
        let even = |frame: u32| i32::try_from(time(frame + 1) - time(frame)).unwrap();
        let sample = |frame: u32| Sample {
            duration: u32::try_from((even(frame) + uneven(frame)).max(0)).unwrap(),
            offset: 0,
            is_sync: true,
            data: self.frame(frame),
        };
        Track {
            name: "audio",
            bitrate: 1,
            kind: MediaKind::Audio,
            clock: self.hz,
            config: config.into(),
            samples: (0..self.frames).map(sample).collect(),
            delay: 0,
            media_start: self.priming,
            together: 10,
        }
    }
}
