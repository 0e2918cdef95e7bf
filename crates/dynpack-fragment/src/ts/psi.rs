//! The tables that say what the stream holds: PAT and PMT (ISO/IEC 13818-1, 2.4.4), one packet
//! each.

use dynpack_codec::MediaKind;
use dynpack_media::SegmentNumber;

use super::packet::{self, PACKET_LEN, PAYLOAD_LEN, Pid};
use super::stream::Stream;
use crate::Error;

/// Bytes of both tables, in packets.
pub(super) const LEN: u64 = 2 * PACKET_LEN as u64;

const PAT_PID: Pid = Pid(0);
const PMT_PID: Pid = Pid(0x1000);
const PROGRAM_NUMBER: u16 = 1;

/// `ISO_639_language_descriptor` (2.6.18).
const LANGUAGE_DESCRIPTOR: u8 = 0x0a;

/// The one program of a segment.
#[derive(Debug)]
pub(super) struct Program {
    counter: u8,
    pat: Vec<u8>,
    pmt: Vec<u8>,
}

impl Program {
    /// The program of those streams, one of which carries the clock references.
    ///
    /// # Errors
    /// [`Error::Unsupported`] if what is to be said does not fit a packet.
    pub(super) fn new(
        number: SegmentNumber,
        streams: &[Stream],
        clock_stream: usize,
    ) -> Result<Self, Error> {
        let clock_pid = streams.get(clock_stream).map(Stream::pid).unwrap_or_default();
        // A playlist in which one track ends before the other has two tables, so they need two
        // versions.
        let version = streams.iter().fold(u8::from(clock_stream > 0) << 2, |version, stream| {
            match stream.kind() {
                MediaKind::Video => version | 1,
                MediaKind::Audio | MediaKind::Text => version | 2,
            }
        });
        let pat = section(0x00, 1, 0, &[PROGRAM_NUMBER.to_be_bytes(), pid_bytes(PMT_PID)].concat());
        let mut body = [pid_bytes(clock_pid), info_len_bytes(&[])?].concat();
        for stream in streams {
            let mut descriptors = stream.descriptors();
            descriptors.extend(
                stream
                    .language()
                    .into_iter()
                    .flat_map(|[a, b, c]| [LANGUAGE_DESCRIPTOR, 4, a, b, c, 0]),
            );
            body.push(stream.stream_type());
            body.extend(pid_bytes(stream.pid()));
            body.extend(info_len_bytes(&descriptors)?);
            body.extend(descriptors);
        }
        if body.len() > MAX_BODY {
            return Err(too_long(body.len()));
        }
        let pmt = section(0x02, PROGRAM_NUMBER, version, &body);
        let [.., counter] = number.0.to_be_bytes();
        Ok(Self { counter: counter & 0xf, pat, pmt })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        for (pid, section) in [(PAT_PID, &self.pat), (PMT_PID, &self.pmt)] {
            packet::Header {
                pid,
                starts: true,
                counter: self.counter,
                ..packet::Header::default()
            }
            .write(PAYLOAD_LEN, out);
            let end = out.len().saturating_add(PAYLOAD_LEN);
            // The pointer field: the section follows at once. What is left of the packet is 0xff
            // (2.4.4.1).
            out.push(0);
            out.extend_from_slice(section);
            out.resize(end, 0xff);
        }
    }
}

/// A PID after 3 reserved bits.
const fn pid_bytes(pid: Pid) -> [u8; 2] {
    (0xe000 | pid.0).to_be_bytes()
}

/// The length of a list of descriptors after 4 reserved bits.
fn info_len_bytes(descriptors: &[u8]) -> Result<[u8; 2], Error> {
    let len = u16::try_from(descriptors.len()).map_err(|_| too_long(descriptors.len()))?;
    Ok((0xf000 | len).to_be_bytes())
}

fn too_long(len: usize) -> Error {
    Error::Unsupported(format!("its part of a program map has {len} bytes"))
}

/// Bytes of a section other than its body: 3 before its length counts, then 5 before the body and a
/// CRC after it.
const SECTION_LEN: usize = 3 + COUNTED_LEN;
const COUNTED_LEN: usize = 5 + 4;

/// The longest body of a section that fits a packet, after the pointer field.
const MAX_BODY: usize = PAYLOAD_LEN - 1 - SECTION_LEN;

/// A section that is current and the only one of its table (2.4.4.3, 2.4.4.8).
fn section(table_id: u8, extension: u16, version: u8, body: &[u8]) -> Vec<u8> {
    let len = u16::try_from(body.len().saturating_add(COUNTED_LEN)).expect("it fits a packet");
    let mut section = vec![table_id];
    section.extend((0xb000 | len).to_be_bytes());
    section.extend(extension.to_be_bytes());
    section.extend([0b1100_0001 | version << 1, 0, 0]);
    section.extend(body);
    let crc = crc_32(&section);
    section.extend(crc.to_be_bytes());
    section
}

/// The CRC of sections (Annex A).
fn crc_32(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            if crc >> 31 == 1 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_of_a_section_and_its_crc_is_0() {
        assert_eq!(crc_32(b"123456789"), 0x0376_e6e7);
        assert_eq!(crc_32(&section(0x02, 1, 3, &[0xe1, 0x00, 0xf0, 0x00])), 0);
    }

    /// As ffmpeg 5.1 writes it.
    #[test]
    fn a_program_association_section() {
        let section = section(0x00, 1, 0, &[0, 1, 0xf0, 0x00]);
        assert_eq!(
            section,
            [
                0x00, 0xb0, 0x0d, 0x00, 0x01, 0xc1, 0x00, 0x00, 0x00, 0x01, 0xf0, 0x00, 0x2a, 0xb1,
                0x04, 0xb2
            ]
        );
    }
}
