//! Scale factor bands: which spectral lines share a scale factor (ISO/IEC 14496-3, 4.5.4), for the
//! cores of HE-AAC, which have at most 24 kHz.

const LONG_24: [u16; 48] = [
    0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 52, 60, 68, 76, 84, 92, 100, 108, 116, 124, 136,
    148, 160, 172, 188, 204, 220, 240, 260, 284, 308, 336, 364, 396, 432, 468, 508, 552, 600, 652,
    704, 768, 832, 896, 960, 1024,
];
const SHORT_24: [u16; 16] = [0, 4, 8, 12, 16, 20, 24, 28, 36, 44, 52, 64, 76, 92, 108, 128];

const LONG_16: [u16; 44] = [
    0, 8, 16, 24, 32, 40, 48, 56, 64, 72, 80, 88, 100, 112, 124, 136, 148, 160, 172, 184, 196, 212,
    228, 244, 260, 280, 300, 320, 344, 368, 396, 424, 456, 492, 532, 572, 616, 664, 716, 772, 832,
    896, 960, 1024,
];
const SHORT_16: [u16; 16] = [0, 4, 8, 12, 16, 20, 24, 28, 32, 40, 48, 60, 72, 88, 108, 128];

const LONG_8: [u16; 41] = [
    0, 12, 24, 36, 48, 60, 72, 84, 96, 108, 120, 132, 144, 156, 172, 188, 204, 220, 236, 252, 268,
    288, 308, 328, 348, 372, 396, 420, 448, 476, 508, 544, 580, 620, 664, 712, 764, 820, 880, 944,
    1024,
];
const SHORT_8: [u16; 16] = [0, 4, 8, 12, 16, 20, 24, 28, 36, 44, 52, 60, 72, 88, 108, 128];

/// Where the bands of a window start, and where the last one ends, in spectral lines.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bands {
    /// Of a long window.
    pub(super) long: &'static [u16],
    /// Of each of eight short windows.
    pub(super) short: &'static [u16],
}

impl Bands {
    /// The bands for frames of 1024 samples at that rate in Hz; `None` above 24 kHz.
    pub(super) const fn at(rate: u32) -> Option<Self> {
        match rate {
            24_000 | 22_050 => Some(Self { long: &LONG_24, short: &SHORT_24 }),
            16_000 | 12_000 | 11_025 => Some(Self { long: &LONG_16, short: &SHORT_16 }),
            8_000 | 7_350 => Some(Self { long: &LONG_8, short: &SHORT_8 }),
            _ => None,
        }
    }
}
