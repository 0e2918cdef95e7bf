//! Audio: AAC with random rates, clocks and priming.

use dynpack_codec::MediaKind;
use proptest::prelude::*;

use super::{Sample, Track};
use crate::AAC_48_STEREO;

/// A kind of AAC.
#[derive(Clone, Copy, Debug)]
struct Coding {
    /// Sampling rate, and samples in a frame.
    rate: u32,
    frame: u32,
    config: &'static [u8],
}

/// AAC-LC at three rates, and HE-AAC of 24 kHz that becomes 48 kHz, with explicit signalling
/// (ISO/IEC 14496-3, 1.6.5).
const CODINGS: [Coding; 4] = [
    Coding { rate: 48_000, frame: 1024, config: AAC_48_STEREO },
    Coding { rate: 44_100, frame: 1024, config: &[0x12, 0x10] },
    Coding { rate: 22_050, frame: 1024, config: &[0x13, 0x90] },
    Coding { rate: 48_000, frame: 2048, config: &[0x2b, 0x11, 0x88, 0x00] },
];

pub(super) fn tracks() -> impl Strategy<Value = Track> {
    let others = prop::sample::select(&[Some(90_000_u32), Some(1000), Some(10_000_000)][..]);
    let clocks = prop_oneof![4 => Just(None), 1 => others];
    let frames = prop_oneof![8 => 10_u32..300, 1 => 1_u32..4];
    let priming = prop_oneof![Just(0), Just(1024), Just(2048), Just(2112), Just(312), Just(70_000)];
    let delays = prop_oneof![3 => Just(0), 1 => 1_i64..3000];
    // Frames with a stored duration that is longer or shorter than the real one, by ticks.
    let some = prop::collection::vec((0_u32..300, -4_i64..=4), 1..6);
    let uneven = prop_oneof![2 => Just(Vec::new()), 1 => some];
    (prop::sample::select(&CODINGS[..]), clocks, frames, uneven, (priming, delays, 1_usize..30))
        .prop_map(|(coding, clock, frames, uneven, (priming, delay, together))| {
            let clock = clock.unwrap_or(coding.rate);
            let ticks = |sound: i64| {
                (sound * i64::from(clock) + i64::from(coding.rate) / 2) / i64::from(coding.rate)
            };
            let off = |frame: u32| {
                uneven.iter().filter(move |(at, _)| *at < frame).map(|(_, by)| by).sum::<i64>()
            };
            let time = |frame: u32| ticks(i64::from(frame) * i64::from(coding.frame)) + off(frame);
            let sample = |at: u32| Sample {
                duration: u32::try_from(time(at + 1) - time(at)).unwrap(),
                offset: 0,
                is_sync: true,
                data: vec![0; 8 + at as usize * 31 % 40],
            };
            Track {
                name: "audio",
                bitrate: 0,
                kind: MediaKind::Audio,
                clock,
                config: coding.config.into(),
                samples: (0..frames).map(sample).collect(),
                delay,
                media_start: ticks(priming).min(time(frames) - 1),
                together,
            }
        })
}
