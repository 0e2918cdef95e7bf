//! Samples in fragments of MP4.

use dynpack_testkit::read::mp4;

use super::Played;

pub(super) const SMOOTH_CLOCK: u32 = 10_000_000;

/// Ticks per second, and the composition time from which the edit list presents.
pub(super) fn clock_and_lead(init: &[u8]) -> (u32, i64) {
    mp4::clock_and_lead(&mp4::init(init).1)
}

/// The samples of a segment.
pub(super) fn read(segment: &[u8], lead: i64) -> Vec<Played> {
    let samples = mp4::segment(segment).samples.into_iter().map(|sample| Played {
        decode: sample.decode_time - lead,
        time: sample.decode_time + sample.offset - lead,
        duration: Some(sample.duration),
        is_sync: Some(sample.flags & 0x1_0000 == 0),
        is_counted: false,
        data: sample.data,
    });
    samples.collect()
}
