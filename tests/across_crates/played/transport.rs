//! Samples in transport streams.

use dynpack_testkit::read::{adts, annex_b, transport};

use super::Played;

pub(super) const CLOCK: u32 = 90_000;

/// The time stamp of presentation time 0.
const LEAD_IN: i64 = 900_000;

/// The samples of video or audio in a segment.
pub(super) fn read(segment: &[u8], track: &str) -> Vec<Played> {
    let is_video = track.starts_with("video");
    let pid = if is_video { 0x100 } else { 0x101 };
    let mut samples = Vec::new();
    for pes in transport::read(segment).pes.iter().filter(|pes| pes.pid == pid) {
        let stamp = |time: u64| i64::try_from(time).unwrap() - LEAD_IN;
        let sample = |data: Vec<u8>, counted: i64| Played {
            decode: stamp(pes.decode) + counted,
            time: stamp(pes.presentation) + counted,
            duration: None,
            is_sync: None,
            is_counted: counted > 0,
            data,
        };
        if is_video {
            samples.push(sample(annex_b::sample(&pes.data), 0));
            continue;
        }
        for (number, frame) in (0..).zip(adts::frames(&pes.data)) {
            let rate = i64::from(frame.rate);
            let counted = (number * 1024 * i64::from(CLOCK) + rate / 2) / rate;
            samples.push(sample(frame.data.to_vec(), counted));
        }
    }
    samples
}
