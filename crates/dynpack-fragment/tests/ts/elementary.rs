//! Reads elementary streams with the crates `h264-reader` and `adts-reader`.

use std::io::Read;

use adts_reader::{AdtsHeader, AudioObjectType, ChannelConfiguration};
use h264_reader::annexb::AnnexBReader;
use h264_reader::nal::{Nal, RefNal};
use h264_reader::push::NalInterest;

use crate::film::{PPS, SPS};

/// The NAL units of a byte stream.
pub(crate) fn units(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut units = Vec::new();
    let mut reader = AnnexBReader::accumulate(|nal: RefNal<'_>| {
        if nal.is_complete() {
            let mut unit = Vec::new();
            nal.reader().read_to_end(&mut unit).unwrap();
            units.push(unit);
        }
        NalInterest::Buffer
    });
    reader.push(stream);
    reader.reset();
    units
}

/// What must come of the NAL units of a sample: a delimiter first, and parameter sets where
/// decoding starts.
pub(crate) fn expected(own: &[Vec<u8>], starts: bool) -> Vec<Vec<u8>> {
    if own[0][0] == 0x09 {
        return own.to_vec();
    }
    let delimiter = vec![0x09, 0xf0];
    let sets = if starts { vec![SPS.to_vec(), PPS.to_vec()] } else { Vec::new() };
    [delimiter].into_iter().chain(sets).chain(own.iter().cloned()).collect()
}

/// The frames of a PES packet of ADTS, each with the header it must have.
pub(crate) fn frames(mut stream: &[u8], rate: u32) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    while !stream.is_empty() {
        let header = AdtsHeader::from_bytes(stream).unwrap();
        assert_eq!(header.audio_object_type(), AudioObjectType::AacLC);
        assert_eq!(header.sampling_frequency().freq(), Some(rate));
        assert_eq!(header.channel_configuration(), ChannelConfiguration::Stereo);
        assert_eq!(header.number_of_raw_data_blocks_in_frame(), 1);
        frames.push(header.payload().unwrap().to_vec());
        stream = &stream[usize::from(header.frame_length())..];
    }
    frames
}
