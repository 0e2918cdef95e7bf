//! Samples in transport streams, by an independent parser.

use super::Played;
use crate::support::{adts_frames, nal_units};
use crate::transport_reader::read as demultiplex;

pub(super) const CLOCK: u32 = 90_000;

/// The time stamp of presentation time 0.
const LEAD_IN: i64 = 900_000;

const RATES: [i64; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
    7350,
];

/// The samples of video or audio in a segment.
pub(super) fn read(segment: &[u8], track: &str) -> Vec<Played> {
    let pid = if track == "video" { 0x100 } else { 0x101 };
    let mut samples = Vec::new();
    for pes in demultiplex(segment).pes.iter().filter(|pes| pes.pid == pid) {
        let stamp = |time: u64| i64::try_from(time).unwrap() - LEAD_IN;
        let sample = |data: Vec<u8>, counted: i64| Played {
            decode: stamp(pes.decode) + counted,
            time: stamp(pes.presentation) + counted,
            duration: None,
            is_sync: None,
            is_counted: counted > 0,
            data,
        };
        if track == "video" {
            samples.push(sample(nal_units(&pes.data), 0));
            continue;
        }
        let rate = RATES[usize::from(pes.data[2] >> 2 & 15)];
        let frames = (0..).zip(adts_frames(&pes.data));
        let counted = |number: i64| (number * 1024 * i64::from(CLOCK) + rate / 2) / rate;
        samples.extend(frames.map(|(number, frame)| sample(frame.to_vec(), counted(number))));
    }
    samples
}
