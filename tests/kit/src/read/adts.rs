//! Streams of AAC (ADTS, ISO/IEC 14496-3, 1.A.2), read by the crate `adts-reader`.

use adts_reader::AdtsHeader;

/// A frame.
#[derive(Debug)]
pub struct Frame<'a> {
    /// Its header.
    pub header: AdtsHeader<'a>,
    /// The sampling rate.
    pub rate: u32,
    /// The frame without its header, as in MP4.
    pub data: &'a [u8],
}

/// The frames of a stream.
///
/// # Panics
/// On headers with a checksum, or of several frames.
#[must_use]
pub fn frames(mut stream: &[u8]) -> Vec<Frame<'_>> {
    let mut frames = Vec::new();
    while !stream.is_empty() {
        let header = AdtsHeader::from_bytes(stream).unwrap();
        assert_eq!(header.number_of_raw_data_blocks_in_frame(), 1);
        assert!(header.crc().is_none());
        let rate = header.sampling_frequency().freq().unwrap();
        let data = header.payload().unwrap();
        stream = &stream[usize::from(header.frame_length())..];
        frames.push(Frame { header, rate, data });
    }
    frames
}
