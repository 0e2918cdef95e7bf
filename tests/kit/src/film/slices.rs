//! Films whose slices have real headers, for parameter sets within their samples.

use dynpack_codec::MediaKind;

use super::{Film, Sample, Track};
use crate::AAC_48_STEREO;
use crate::codec::{avc_record, with_lengths};

/// Number of pictures in the film, per second, and per key frame.
const PICTURES: u32 = 13 * RATE;
const RATE: u32 = 10;
const GROUP: u32 = 7;

/// Number of audio frames.
const FRAMES: u32 = 600;

/// The parameter sets of slices: those of the configuration, or others with the same ids, for which
/// headers are longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sets {
    Configured,
    Longer,
}

impl Sets {
    /// As short as possible, but not High profile: frame numbers of 4 bits, pictures in decoding
    /// order, 16 by 16.
    const SPS: &str = "01100111 01000010 00000000 00001010 1 1 011 010 0 1 1 1 1 0 0";

    /// CAVLC, one reference, no weights. The last three bits begin with the deblocking flag.
    fn pps(self) -> Vec<u8> {
        bits(&format!(
            "01101000 1 1 0 0 1 1 1 0 00 1 1 1 {}",
            if self == Self::Longer { "100" } else { "000" }
        ))
    }

    /// The start of a slice of an IDR picture, of another key frame, or of a predicted picture.
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

/// Bits as bytes, with the stop bit (ITU-T H.264, 7.3.2.11).
fn bits(text: &str) -> Vec<u8> {
    let mut bits: Vec<u8> =
        text.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').chain([1]).collect();
    bits.resize(bits.len().next_multiple_of(8), 0);
    bits.chunks(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect()
}

/// Two renditions of video and one of audio. In video, the parameter sets change within segments.
/// So key frames may use other parameter sets in their segment than those of the configuration. At
/// some key frames they change back.
#[must_use]
pub fn with_mixed_parameter_sets() -> Film {
    film(None)
}

/// The same film. Each picture has a unit of that type after its slice: a part of the picture that
/// is not a plain slice.
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
        // Mostly after the first picture of a group, and once at one.
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
        // All lengths occur, so a few bytes more or less give another number of blocks.
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

/// Bytes without zeros, different for each seed.
fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9) | 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0].max(1)
    };
    (0..len).map(|_| next()).collect()
}
