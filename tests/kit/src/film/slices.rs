//! Films whose slices have real headers, by the parameter sets that are within their samples.

use dynpack_codec::MediaKind;

use super::{Film, Sample, Track};
use crate::AAC_48_STEREO;
use crate::codec::{avc_record, with_lengths};

/// Pictures of the film, how many of them in a second, and to each key frame.
const PICTURES: u32 = 13 * RATE;
const RATE: u32 = 10;
const GROUP: u32 = 7;

/// Frames of sound.
const FRAMES: u32 = 600;

/// The parameter sets that slices go by: those of the configuration, or others of the same numbers,
/// by which headers are longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    Configured,
    Longer,
}

impl Sets {
    /// High profile aside, as short as they can be: frame numbers of 4 bits, pictures in the order
    /// of decoding, 16 by 16.
    const SPS: &str = "01100111 01000010 00000000 00001010 1 1 011 010 0 1 1 1 1 0 0";

    /// CAVLC, one reference, no weights; the last three bits begin with that of deblocking.
    fn pps(self) -> Vec<u8> {
        bits(&format!(
            "01101000 1 1 0 0 1 1 1 0 00 1 1 1 {}",
            if self == Self::Longer { "100" } else { "000" }
        ))
    }

    /// The start of a slice of an IDR picture, of another key frame, or of one that is predicted.
    fn slice(self, kind: Picture) -> String {
        let start = match kind {
            Picture::Idr => "01100101 1 0001000 1 0000 1",
            Picture::Intra => "01100001 1 0001000 1 0000",
            Picture::Predicted => "01000001 1 00110 1 0000",
        };
        let references = if kind == Picture::Predicted { "0 0" } else { "" };
        let marking = if kind == Picture::Idr { "00" } else { "0" };
        let deblocking = if self == Self::Longer { "1 0001100 0001100" } else { "" };
        format!("{start} {references} {marking} 1 {deblocking}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    Idr,
    Intra,
    Predicted,
}

/// Bits as bytes, with the one that ends what they say (ITU-T H.264, 7.3.2.11).
fn bits(text: &str) -> Vec<u8> {
    let mut bits: Vec<u8> =
        text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').chain([1]).collect();
    bits.resize(bits.len().next_multiple_of(8), 0);
    bits.chunks(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// Two renditions of video and one of sound. In video the parameter sets change within segments, so
/// that key frames go by others in their segment than those of the configuration; at some they
/// change back.
#[must_use]
pub fn with_mixed_parameter_sets() -> Film {
    film(None)
}

/// The same, each picture with a unit of that type after its slice: a part of the picture that is
/// no plain slice.
#[must_use]
pub fn with_units_of_type(kind: u8) -> Film {
    film(Some(kind))
}

fn film(other: Option<u8>) -> Film {
    let videos = (0..2).map(|number| video(number, other));
    Film { tracks: videos.chain([audio()]).collect() }
}

fn video(number: u32, other: Option<u8>) -> Track {
    let mut sets = Sets::Configured;
    let samples = (0..PICTURES).map(|at| {
        let mut units = Vec::new();
        // After the first of a group mostly, and once at one.
        let changed = match at {
            3 | 70 | 100 => Some(Sets::Longer),
            49 | 91 => Some(Sets::Configured),
            _ => None,
        };
        if let Some(changed) = changed {
            sets = changed;
            units.push(sets.pps());
        }
        let picture = match at {
            0 => Picture::Idr,
            at if at % GROUP == 0 => Picture::Intra,
            _ => Picture::Predicted,
        };
        // Of all lengths, of which a few bytes more or less make another number of blocks.
        let start = bits(&sets.slice(picture));
        units.push([start, noise(number << 16 | at, 700 + at as usize % 16)].concat());
        units.extend(
            other.map(|kind| [vec![0x60 | kind], noise(number << 16 | 0x8000 | at, 700)].concat()),
        );
        Sample { duration: 1, offset: 0, is_sync: at % GROUP == 0, data: with_lengths(&units) }
    });
    let samples = samples.collect();
    Track {
        kind: MediaKind::Video,
        clock: RATE,
        config: avc_record(&bits(Sets::SPS), &Sets::Configured.pps(), 4),
        samples,
        ..audio()
    }
}

fn audio() -> Track {
    let frame = |at| Sample {
        duration: 1024,
        offset: 0,
        is_sync: true,
        data: noise(0x7fff_0000 | at, 200 + at as usize % 16),
    };
    Track {
        name: "audio",
        bitrate: 1,
        kind: MediaKind::Audio,
        clock: 48_000,
        config: AAC_48_STEREO.into(),
        samples: (0..FRAMES).map(frame).collect(),
        delay: 0,
        media_start: 0,
        together: 20,
    }
}

/// Bytes without zeros, others for each seed.
fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0].max(1)
    };
    (0..len).map(|_| next()).collect()
}
