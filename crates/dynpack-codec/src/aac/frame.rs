//! The elements of a frame (`raw_data_block`, ISO/IEC 14496-3, 4.4.2), as far as it takes to find
//! spectral band replication among them.
//!
//! Nothing says how long an element is, so each is read to its end: section by section, codeword by
//! codeword. Nothing is decoded. Left out are coupling channels, which are rare, and prediction and
//! gain control, which AAC-LC does not have.

use super::bands::Bands;
use super::codebooks::{SCALE_FACTORS, SPECTRUM};
use super::program_config;
use super::sbr::Payload;
use crate::bits::Bits;

/// Types of elements (table 4.85).
const SINGLE_CHANNEL: u32 = 0;
const CHANNEL_PAIR: u32 = 1;
const LOW_FREQUENCY: u32 = 3;
const DATA_STREAM: u32 = 4;
const PROGRAM_CONFIG: u32 = 5;
const FILL: u32 = 6;
const END: u32 = 7;

/// Types of extensions in fill elements (table 4.121).
const SBR: u32 = 0b1101;
const SBR_WITH_CRC: u32 = 0b1110;

/// `EIGHT_SHORT_SEQUENCE` (table 4.128).
const EIGHT_SHORT: u32 = 2;

/// Numbers of codebooks that stand for no spectral lines (4.6.2.3.3, 4.6.8 and 4.6.13).
const ZERO: u32 = 0;
const RESERVED: u32 = 12;
const NOISE: u32 = 13;

/// Bits of the energy of the first band of noise.
const NOISE_LEN: u32 = 9;

/// Finds spectral band replication in a frame of AAC-LC, of 1024 samples at that rate in Hz:
/// `Some(None)` if there is none, and `None` if the frame cannot be read.
pub(super) fn find_sbr(frame: &[u8], rate: u32) -> Option<Option<Payload<'_>>> {
    let bands = Bands::at(rate)?;
    let mut bits = Bits::new(frame);
    loop {
        match bits.unsigned(3)? {
            SINGLE_CHANNEL | LOW_FREQUENCY => {
                bits.unsigned(4)?;
                skip_channel(&mut bits, bands, None)?;
            }
            CHANNEL_PAIR => skip_pair(&mut bits, bands)?,
            DATA_STREAM => skip_data(&mut bits)?,
            PROGRAM_CONFIG => program_config::skip(&mut bits)?,
            FILL => {
                let len = match bits.unsigned(4)? {
                    15 => bits.unsigned(8)?.checked_add(14)?,
                    len => len,
                };
                let mut left = len.checked_mul(8)?;
                if left > 0 {
                    let kind = bits.unsigned(4)?;
                    left = left.checked_sub(4)?;
                    if kind == SBR || kind == SBR_WITH_CRC {
                        let has_crc = kind == SBR_WITH_CRC;
                        return Some(Some(Payload { bits, len: left, has_crc }));
                    }
                }
                bits.skip(left)?;
            }
            END => return Some(None),
            _ => return None,
        }
    }
}

/// `data_stream_element` (table 4.10).
fn skip_data(bits: &mut Bits<'_>) -> Option<()> {
    bits.unsigned(4)?;
    let is_aligned = bits.flag()?;
    let len = match bits.unsigned(8)? {
        255 => bits.unsigned(8)?.checked_add(255)?,
        len => len,
    };
    if is_aligned {
        bits.align();
    }
    bits.skip(len.checked_mul(8)?)
}

/// `channel_pair_element` (table 4.5).
fn skip_pair(bits: &mut Bits<'_>, bands: Bands) -> Option<()> {
    bits.unsigned(4)?;
    let common = if bits.flag()? {
        let windows = Windows::read(bits, bands)?;
        match bits.unsigned(2)? {
            0 | 2 => {}
            1 => {
                let flags = windows.max_band.checked_mul(windows.groups().count())?;
                bits.skip(u32::try_from(flags).ok()?)?;
            }
            _ => return None,
        }
        Some(windows)
    } else {
        None
    };
    skip_channel(bits, bands, common)?;
    skip_channel(bits, bands, common)
}

/// `individual_channel_stream` (table 4.50).
fn skip_channel(bits: &mut Bits<'_>, bands: Bands, common: Option<Windows>) -> Option<()> {
    bits.unsigned(8)?; // global gain
    let windows = match common {
        Some(windows) => windows,
        None => Windows::read(bits, bands)?,
    };
    let sections = windows.sections(bits)?;
    skip_scale_factors(bits, &sections)?;
    if bits.flag()? {
        let pulses = bits.unsigned(2)?.checked_add(1)?;
        bits.skip(pulses.checked_mul(9)?.checked_add(6)?)?;
    }
    if bits.flag()? {
        windows.skip_noise_shaping(bits)?;
    }
    if bits.flag()? {
        return None; // gain control
    }
    sections.iter().try_for_each(|section| section.skip_spectrum(bits))
}

/// How a channel is divided into windows (`ics_info`, table 4.6).
#[derive(Clone, Copy)]
struct Windows {
    is_short: bool,
    /// For each short window after the first, from bit 6 on, whether it is in the group of the one
    /// before it.
    grouping: u32,
    /// Number of bands with scale factors.
    max_band: usize,
    /// Where the bands start.
    offsets: &'static [u16],
}

/// Bands of one group of windows that have a codebook in common.
struct Section {
    codebook: u32,
    /// Number of bands.
    bands: usize,
    /// Number of spectral lines.
    lines: u32,
}

impl Windows {
    fn read(bits: &mut Bits<'_>, bands: Bands) -> Option<Self> {
        bits.flag()?;
        let is_short = bits.unsigned(2)? == EIGHT_SHORT;
        bits.flag()?;
        let max_band = usize::try_from(bits.unsigned(if is_short { 4 } else { 6 })?).ok()?;
        let (grouping, offsets) = match is_short {
            true => (bits.unsigned(7)?, bands.short),
            false if bits.flag()? => return None, // prediction
            false => (0, bands.long),
        };
        offsets.get(max_band)?;
        Some(Self { is_short, grouping, max_band, offsets })
    }

    /// The number of windows of each group.
    fn groups(&self) -> impl Iterator<Item = u32> + use<> {
        let mut lens = vec![1_u32];
        for bit in (0..7).rev().filter(|_| self.is_short) {
            match lens.last_mut() {
                Some(len) if self.grouping >> bit & 1 == 1 => *len = len.saturating_add(1),
                _ => lens.push(1),
            }
        }
        lens.into_iter()
    }

    /// `section_data` (table 4.52).
    fn sections(&self, bits: &mut Bits<'_>) -> Option<Vec<Section>> {
        let (len_bits, escape) = if self.is_short { (3, 0b111) } else { (5, 0b1_1111) };
        let mut sections = Vec::new();
        for windows in self.groups() {
            let mut start = 0;
            while start < self.max_band {
                let codebook = bits.unsigned(4)?;
                let mut end = start;
                loop {
                    let len = bits.unsigned(len_bits)?;
                    end = end.checked_add(usize::try_from(len).ok()?)?;
                    if len < escape {
                        break;
                    }
                }
                if end > self.max_band || codebook == RESERVED {
                    return None;
                }
                let width = self.offsets.get(end)?.checked_sub(*self.offsets.get(start)?)?;
                let lines = u32::from(width).checked_mul(windows)?;
                sections.push(Section { codebook, bands: end.checked_sub(start)?, lines });
                start = end;
            }
        }
        Some(sections)
    }

    /// `tns_data` (table 4.54).
    fn skip_noise_shaping(&self, bits: &mut Bits<'_>) -> Option<()> {
        let (windows, count_bits, len_bits, order_bits) =
            if self.is_short { (8, 1, 4, 3) } else { (1, 2, 6, 5) };
        for _ in 0..windows {
            let filters = bits.unsigned(count_bits)?;
            if filters == 0 {
                continue;
            }
            let resolution = if bits.flag()? { 4_u32 } else { 3 };
            for _ in 0..filters {
                bits.unsigned(len_bits)?;
                let order = bits.unsigned(order_bits)?;
                if order > 0 {
                    bits.flag()?;
                    let compressed = u32::from(bits.flag()?);
                    bits.skip(order.checked_mul(resolution.checked_sub(compressed)?)?)?;
                }
            }
        }
        Some(())
    }
}

/// `scale_factor_data` (table 4.53).
fn skip_scale_factors(bits: &mut Bits<'_>, sections: &[Section]) -> Option<()> {
    let mut has_noise = false;
    for section in sections.iter().filter(|section| section.codebook != ZERO) {
        for _ in 0..section.bands {
            if section.codebook == NOISE && !std::mem::replace(&mut has_noise, true) {
                bits.unsigned(NOISE_LEN)?;
            } else {
                SCALE_FACTORS.skip(bits)?;
            }
        }
    }
    Some(())
}

impl Section {
    /// Its part of `spectral_data` (table 4.56). Noise and intensity have none.
    fn skip_spectrum(&self, bits: &mut Bits<'_>) -> Option<()> {
        let number = usize::try_from(self.codebook).ok()?.checked_sub(1);
        let Some(codebook) = number.and_then(|number| SPECTRUM.get(number)) else {
            return Some(());
        };
        let codewords = self.lines.checked_div(codebook.lines.into())?;
        (0..codewords).try_for_each(|_| codebook.skip(bits))
    }
}

#[cfg(test)]
mod tests {
    use crate::bits::{bit, packed};

    use super::*;

    /// Frames of AAC-LC of 24 kHz in stereo, as ffmpeg 5.1 writes them: of a long window, and of
    /// eight short ones. Both use most codebooks.
    const FRAMES: [&str; 2] = [
        "211a4ffffffffe627686c8b0b5503a24168dfe33e59a6577af6a56f8bce3756ad6f4a4c7bd5d4061d7fa6a6a\
        e7c7e5df4166672ea7bd0d033db890a31f7b65142d6d5b0a881aa83d830d7267d802489deba6eeab49849252\
        314b2c0513bad5b34d6c860661440165198c659451747558928cb52c599df9cb7268b72cfb0490cc09eeb50c\
        8e13a1ab0c2dd797600842497322ddc0319800332fc7c4b901e88dffe00ba72adfd0258853b69509d1f8f442\
        2d1bfc67cb34caef5ed4adf179c6ead5ade9498f7aba80000000000000000000000000000380",
        "214d6cffc3ff1ff8ffc4e312e76591f6c8fb64bd7e9f8ae3fe9fe6e3cf71fcfffc5face7edf8be32d3ffbfff\
        e7fc6a22ae93ffbfffd5fae399edce6ab583d6ce78c5f25958429f6449cffabea61f6ecd7b9b19c970c7546f\
        1b9e5bd669e0d051a2d78c6935ed76434aea3e4d6113212e7b76cedf12dbdbb55c4ae62c96834e9cf3528efd\
        74e9f3a5aa0c1fbd181a7979159db22f2e1a465556c5a67a55b0cd94b74009f02d91005ee88166dc8af9d2c3\
        3eacab6eab0a1626707ad83dfb1efd8f7edfa7e2b8ffa7f9b8f3dc7f3fff17eb39fb7e2f8c1ffe9fff9ff1a8\
        8ab1ffdfffeafd71ccf6e734000000000000000000000000001c",
    ];

    fn has_sbr(frame: &[u8], rate: u32) -> Option<bool> {
        find_sbr(frame, rate).map(|sbr| sbr.is_some())
    }

    fn frames() -> impl Iterator<Item = Vec<u8>> {
        let byte =
            |digits: &[u8]| u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
        FRAMES.iter().map(move |frame| frame.as_bytes().chunks(2).map(byte).collect())
    }

    /// The frame with other elements before its end, as bits.
    fn with_elements(frame: &[u8], elements: &str) -> Vec<u8> {
        let zeros = frame.last().map_or(0, |byte| byte.trailing_zeros());
        let end = frame.len() * 8 - zeros as usize - 3;
        let before = (0..end).map(|at| bit(frame, at));
        let after = elements.bytes().chain(*b"111").map(|digit| digit - b'0');
        packed(before.chain(after)).to_vec()
    }

    #[test]
    fn frames_are_read_to_their_end() {
        for frame in frames() {
            assert_eq!(has_sbr(&frame, 24_000), Some(false));
            assert_eq!(has_sbr(&frame, 22_050), Some(false), "the bands are the same");
            for len in 0..frame.len() {
                assert_eq!(has_sbr(&frame[..len], 24_000), None, "{len} bytes");
            }
            assert_eq!(has_sbr(&frame, 48_000), None);
        }
    }

    #[test]
    fn sbr_is_found_after_the_channels() {
        for frame in frames() {
            for (elements, expected) in [
                ("110000111010000", true),
                ("11000101110000000000000", true),
                ("1100000110000111010000", true),
                ("11000100000000011010000", false),
                ("1101111000000001101", true),
                ("100000000000000111010000", false),
            ] {
                let frame = with_elements(&frame, elements);
                assert_eq!(has_sbr(&frame, 24_000), Some(expected), "{elements}");
            }
        }
    }

    #[test]
    fn what_aac_lc_does_not_have_is_not_read() {
        // A coupling channel, a reserved mask, prediction, gain control, and codebook 12.
        for bits in [
            "010",
            "001000010000000000011",
            "00000000000000000000000001",
            "00000000000000000000000000001",
            "00000000000000000000000010110000001",
        ] {
            let frame = packed(bits.bytes().map(|digit| digit - b'0'));
            let frame = [&frame[..], &[0xff; 20]].concat();
            assert_eq!(has_sbr(&frame, 24_000), None, "{bits}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(
            frame in proptest::collection::vec(proptest::num::u8::ANY, 0..600),
            rate in proptest::sample::select(vec![24_000, 16_000, 8_000]),
        ) {
            has_sbr(&frame, rate);
        }
    }
}
