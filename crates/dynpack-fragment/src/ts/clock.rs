//! Time stamps and clock references on the 90 kHz clock of the program (ISO/IEC 13818-1, 2.4.2 and
//! 2.4.3.7).

use dynpack_media::{Rendition, Sample, Ticks, Timescale};

use crate::decode_time::decode_time;

/// What is added to all presentation times of all renditions: presentation time 0 has the time
/// stamp 900,000 (10 seconds), as in the segments of Apple's tools. Decode times and audio priming
/// before 0 have their place there.
pub const LEAD_IN: Ticks = Ticks(900_000);

/// How long before its decode time a sample arrives, by the clock references: 0.7 seconds, as in
/// the streams of FFmpeg.
pub(super) const ARRIVAL: Ticks = Ticks(63_000);

/// The longest time between two clock references: 100 ms (2.7.2).
pub(super) const REFERENCE_INTERVAL: Ticks = Ticks(9_000);

const MASK_33_BITS: u64 = (1 << 33) - 1;

/// Decode and presentation time of a sample, in ticks of 90 kHz since [`LEAD_IN`] before the
/// presentation; not yet wrapped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stamps {
    pub(super) decode: Ticks,
    pub(super) presentation: Ticks,
    /// Decode time of the next sample.
    pub(super) next_decode: Ticks,
}

impl Stamps {
    /// Each time is rescaled from the absolute time, so that nothing adds up.
    pub(super) fn new(rendition: &Rendition, sample: &Sample) -> Self {
        let clock = rendition.timescale();
        let presentation = rendition.cuts.presentation_time(sample);
        let decode = decode_time(rendition, sample);
        let stamp = |time: Ticks| time.rescale_round(clock, Timescale::MPEG) + LEAD_IN;
        Self {
            decode: stamp(decode),
            presentation: stamp(presentation),
            next_decode: stamp(decode + sample.duration),
        }
    }

    /// Whether the sample arrives at or after the start of the clock.
    pub(super) fn is_on_clock(&self) -> bool {
        self.decode >= ARRIVAL
    }
}

/// The 33 bits of a time stamp: a film longer than 26.5 hours wraps.
const fn wrapped(time: Ticks) -> u64 {
    time.0.cast_unsigned() & MASK_33_BITS
}

/// The 5 bytes of a time stamp after `prefix`: 2 for a PTS alone, 3 for one before a DTS, 1 for a
/// DTS.
pub(super) fn stamp_bytes(prefix: u8, time: Ticks) -> [u8; 5] {
    let time = wrapped(time);
    let [high, middle_high, middle_low, low_high, low] = spread(time);
    [prefix << 4 | high << 1 | 1, middle_high, middle_low << 1 | 1, low_high, low << 1 | 1]
}

/// 3, 8, 7, 8 and 7 bits.
fn spread(time: u64) -> [u8; 5] {
    let byte = |shift: u32, mask: u8| {
        let [.., low] = (time >> shift).to_be_bytes();
        low & mask
    };
    [byte(30, 0x7), byte(22, 0xff), byte(15, 0x7f), byte(7, 0xff), byte(0, 0x7f)]
}

/// The 6 bytes of a program clock reference, on the 90 kHz clock: its 27 MHz extension is 0.
pub(super) fn reference_bytes(time: Ticks) -> [u8; 6] {
    let [.., a, b, c, d, e, f] = (wrapped(time) << 15 | 0x3f << 9).to_be_bytes();
    [a, b, c, d, e, f]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_stamps_have_their_bits_in_place_and_wrap() {
        assert_eq!(stamp_bytes(2, Ticks(900_000)), [0x21, 0x00, 0x37, 0x77, 0x41]);
        let max = (1 << 33) - 1;
        assert_eq!(stamp_bytes(3, Ticks(max)), [0x3f, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(stamp_bytes(1, Ticks(max + 1)), stamp_bytes(1, Ticks(0)));
        assert_eq!(stamp_bytes(1, Ticks(0)), [0x11, 0x00, 0x01, 0x00, 0x01]);
    }

    #[test]
    fn references_have_33_bits_then_6_reserved_then_no_extension() {
        assert_eq!(reference_bytes(Ticks(0)), [0, 0, 0, 0, 0x7e, 0]);
        assert_eq!(reference_bytes(Ticks((1 << 33) - 1)), [0xff, 0xff, 0xff, 0xff, 0xfe, 0]);
        assert_eq!(reference_bytes(Ticks(1 << 33)), reference_bytes(Ticks(0)));
    }
}
