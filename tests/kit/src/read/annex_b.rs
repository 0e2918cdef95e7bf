//! Byte streams of H.264 (ITU-T H.264, Annex B), read by the crate `h264-reader`.

use std::io::Read;

use h264_reader::annexb::AnnexBReader;
use h264_reader::nal::{Nal, RefNal};
use h264_reader::push::NalInterest;

use crate::codec::with_lengths;

/// The NAL units of a byte stream, without filler data, which readers drop.
#[must_use]
pub fn units(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    let mut reader = AnnexBReader::accumulate(|nal: RefNal<'_>| {
        if nal.is_complete() {
            let mut unit = Vec::new();
            nal.reader().read_to_end(&mut unit).unwrap();
            if unit.first().is_none_or(|header| header & 0x1f != 12) {
                units.push(unit);
            }
        }
        NalInterest::Buffer
    });
    reader.push(stream);
    reader.reset();
    units
}

/// The NAL units as in MP4: after their lengths, and without delimiters and parameter sets.
#[must_use]
pub fn sample(stream: &[u8]) -> Vec<u8> {
    with_lengths(units(stream).iter().filter(|unit| !matches!(unit[0] & 0x1f, 7..=9)))
}
