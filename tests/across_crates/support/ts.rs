//! What transport streams hold: just enough of a demultiplexer to have the samples back.

/// The samples of the stream on `pid` as an MP4 file has them: AAC frames without headers, NAL
/// units behind their lengths and without delimiters and parameter sets.
pub(crate) fn elementary(segments: &[u8], pid: u16) -> Vec<u8> {
    let mut stream = Vec::new();
    for packet in segments.chunks(188) {
        assert_eq!((packet[0], packet.len()), (0x47, 188));
        if u16::from_be_bytes([packet[1] & 0x1f, packet[2]]) != pid || packet[3] & 0x10 == 0 {
            continue;
        }
        let adaptation = if packet[3] & 0x20 == 0 { 0 } else { 1 + usize::from(packet[4]) };
        let payload = &packet[4 + adaptation..];
        let starts = packet[1] & 0x40 != 0;
        stream.extend_from_slice(if starts {
            &payload[9 + usize::from(payload[8])..]
        } else {
            payload
        });
    }
    if pid == AUDIO { adts_frames(&stream).concat() } else { nal_units(&stream) }
}

const AUDIO: u16 = 0x101;

/// AAC frames without their headers.
pub(crate) fn adts_frames(mut adts: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    while !adts.is_empty() {
        assert_eq!((adts[0], adts[1] & 0xf7), (0xff, 0xf1), "a header without a checksum");
        let len =
            usize::from(adts[3] & 3) << 11 | usize::from(adts[4]) << 3 | usize::from(adts[5]) >> 5;
        frames.push(&adts[7..len]);
        adts = &adts[len..];
    }
    frames
}

/// NAL units behind their lengths, but delimiters and parameter sets.
pub(crate) fn nal_units(stream: &[u8]) -> Vec<u8> {
    let starts: Vec<usize> = stream
        .windows(3)
        .enumerate()
        .filter(|(_, word)| *word == [0, 0, 1])
        .map(|(at, _)| at)
        .collect();
    let ends = starts.iter().skip(1).copied().chain([stream.len()]);
    let mut units = Vec::new();
    for (start, end) in starts.iter().zip(ends) {
        let unit = &stream[start + 3..end];
        let unit = &unit[..unit.iter().rposition(|byte| *byte != 0).unwrap() + 1];
        if !matches!(unit[0] & 0x1f, 7..=9) {
            units.extend_from_slice(&u32::try_from(unit.len()).unwrap().to_be_bytes());
            units.extend_from_slice(unit);
        }
    }
    units
}
