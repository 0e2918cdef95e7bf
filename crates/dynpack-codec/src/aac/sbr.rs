//! Spectral band replication of one channel (`sbr_extension_data`, ISO/IEC 14496-3, 4.4.2.8), as
//! far as it takes to find parametric stereo in it.
//!
//! Parametric stereo comes last, after data whose length nothing says, so that is read value by
//! value. Nothing is decoded. Left out are pairs of channels, which cannot have it.

use super::codebooks::{ENVELOPE_1_5_DB, ENVELOPE_3_DB, NOISE_FLOOR};
use super::sbr_header::SbrHeader;
use crate::bits::Bits;

const CRC_LEN: u32 = 10;

/// Values of `bs_frame_class` (table 4.69).
const FIX_FIX: u32 = 0;
const FIX_VAR: u32 = 1;
const VAR_FIX: u32 = 2;

/// The highest number of envelopes in a frame, with borders that vary and without (4.6.18.3.6).
const MAX_VARIABLE: usize = 5;
const MAX_FIXED: u32 = 4;

/// `bs_extension_id` of parametric stereo (8.A.2).
const PARAMETRIC_STEREO: u32 = 2;

/// The SBR of a frame.
pub(super) struct Payload<'a> {
    /// After the type of the extension.
    pub(super) bits: Bits<'a>,
    /// How many bits there are, with those of alignment.
    pub(super) len: u32,
    /// Whether a CRC comes first.
    pub(super) has_crc: bool,
}

impl Payload<'_> {
    /// Whether that of one channel, with a core of that rate in Hz, has parametric stereo. `header`
    /// is the last header that was read, and becomes its own if it has one.
    ///
    /// `None` if it cannot be read, or does not end where it must.
    pub(super) fn has_stereo(mut self, rate: u32, header: &mut Option<SbrHeader>) -> Option<bool> {
        let bits = &mut self.bits;
        let start = bits.position();
        if self.has_crc {
            bits.skip(CRC_LEN)?;
        }
        if bits.flag()? {
            *header = Some(SbrHeader::read(bits, rate)?);
        }
        skip_channel(bits, (*header)?)?;
        let has_stereo = read_extension(bits)?;
        let read = u32::try_from(bits.position().checked_sub(start)?).ok()?;
        (self.len.checked_sub(read)? < 8).then_some(has_stereo)
    }
}

/// Skips `sbr_single_channel_element` up to its extension (table 4.65).
fn skip_channel(bits: &mut Bits<'_>, header: SbrHeader) -> Option<()> {
    if bits.flag()? {
        bits.unsigned(4)?;
    }
    let Grid { is_single, resolutions } = Grid::read(bits)?;
    let envelopes = flags(bits, resolutions.len())?;
    let noises = flags(bits, resolutions.len().min(2))?;
    bits.skip(header.noise_bands.checked_mul(2)?)?;
    let is_coarse = header.is_coarse && !is_single;
    let envelope = if is_coarse { ENVELOPE_3_DB } else { ENVELOPE_1_5_DB };
    for (is_high, is_over_time) in resolutions.into_iter().zip(envelopes) {
        let bands = if is_high { header.high_bands } else { header.low_bands() };
        envelope.skip(bits, bands, is_over_time)?;
    }
    for is_over_time in noises {
        NOISE_FLOOR.skip(bits, header.noise_bands, is_over_time)?;
    }
    let has_sinusoids = bits.flag()?;
    bits.skip(if has_sinusoids { header.high_bands } else { 0 })
}

/// Reads the extended data to their end: whether they are those of parametric stereo.
fn read_extension(bits: &mut Bits<'_>) -> Option<bool> {
    if !bits.flag()? {
        return Some(false);
    }
    let len = match bits.unsigned(4)? {
        15 => bits.unsigned(8)?.checked_add(15)?,
        0 => return Some(false),
        len => len,
    };
    let id = bits.unsigned(2)?;
    bits.skip(len.checked_mul(8)?.checked_sub(2)?)?;
    Some(id == PARAMETRIC_STEREO)
}

/// How a frame is divided in time (`sbr_grid`, table 4.69).
struct Grid {
    /// Whether one envelope has the borders of the frame: its steps are of 1.5 dB.
    is_single: bool,
    /// For each envelope, whether its frequency resolution is high.
    resolutions: Vec<bool>,
}

impl Grid {
    fn read(bits: &mut Bits<'_>) -> Option<Self> {
        let class = bits.unsigned(2)?;
        if class == FIX_FIX {
            let count = 1_u32 << bits.unsigned(2)?;
            let count = usize::try_from(Some(count).filter(|&count| count <= MAX_FIXED)?).ok()?;
            return Some(Self { is_single: count == 1, resolutions: vec![bits.flag()?; count] });
        }
        let sides = if class == FIX_VAR || class == VAR_FIX { 1 } else { 2 };
        (0..sides).try_for_each(|_| bits.skip(2))?;
        let borders = (0..sides).try_fold(0, |sum: u32, _| sum.checked_add(bits.unsigned(2)?))?;
        bits.skip(borders.checked_mul(2)?)?;
        let count = usize::try_from(borders).ok()?.checked_add(1)?;
        bits.skip(pointer_len(count)?)?;
        let mut resolutions = flags(bits, count)?;
        if class == FIX_VAR {
            // Those come from the end of the frame on.
            resolutions.reverse();
        }
        Some(Self { is_single: false, resolutions })
    }
}

/// Bits of `bs_pointer`: the logarithm of one more than the number of envelopes, rounded up.
fn pointer_len(count: usize) -> Option<u32> {
    match count {
        1 => Some(1),
        2 | 3 => Some(2),
        4..=MAX_VARIABLE => Some(3),
        _ => None,
    }
}

fn flags(bits: &mut Bits<'_>, count: usize) -> Option<Vec<bool>> {
    (0..count).map(|_| bits.flag()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::frame::find_sbr;
    use super::*;

    /// Neighbours of 44.1 kHz as fdk-aac 2.0 writes them. The first of each has a header.
    const STEREO: [&str; 2] = [
        "01603189c2f0198d5ae78dc47b4ab89932b4b863fd6cd6d2bdcf3cf30629fb27c3bef0fc66ce41c1a098da6c\
        4504514a0ecb0906a0012276025f8dfe71aa000de19b9a82e9629a4defff72009003bff5297ff8cc0056a040\
        9fde801c",
        "01443187e0013840220cab35ca949ad803e5ad91a01306c0512d02f1b1147a2cb129089c881228d05a001de2\
        59ca20b958d6d3ffe7c2ef3301bc1349517377ffda6b7ff68204c005217f96000307",
    ];
    const MONO: [&str; 2] = [
        "015a318a82a708084499aa92a554c65d65535155566f8c07df3ce58493f65f7ab53c777b09b59a109c50c070\
        b6e014a1613c018e0b035be370fde5e6802854541bc1773505d60724977d8d5e82f63db32014a636c038",
        "0156318a82a80891acdcabddd42a667b782a28a8d395864fa9ce96eb7f9a2b26c46852f48448a42d41484164\
        d720225c1712170396e4b65fdb77ff988c10e0348080702dc4376991c92579631181d8321001936070",
    ];

    fn bytes(frame: &str) -> Vec<u8> {
        let byte = |at| u8::from_str_radix(&frame[at..at + 2], 16).unwrap();
        (0..frame.len()).step_by(2).map(byte).collect()
    }

    #[test]
    fn parametric_stereo_is_found_after_all_else() {
        for (frames, expected) in [(STEREO, true), (MONO, false)] {
            let frames = frames.map(bytes);
            let payload = |at: usize| find_sbr(&frames[at], 22_050).flatten().unwrap();
            let header = &mut None;
            assert_eq!(payload(1).has_stereo(22_050, header), None, "there is no header yet");
            for at in [0, 1] {
                assert_eq!(payload(at).has_stereo(22_050, header), Some(expected));
                for other in [-8, 8] {
                    let len = payload(at).len.checked_add_signed(other).unwrap();
                    let payload = Payload { len, ..payload(at) };
                    assert_eq!(payload.has_stereo(22_050, header), None, "it ends elsewhere");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bits_are_read_or_refused(
            bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300),
            rate in proptest::sample::select(vec![24_000, 22_050, 8_000, 7_350]),
            has_crc: bool,
        ) {
            let len = u32::try_from(bytes.len() * 8).unwrap();
            let payload = Payload { bits: Bits::new(&bytes), len, has_crc };
            payload.has_stereo(rate, &mut None);
        }
    }
}
