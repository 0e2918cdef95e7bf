//! Channels of captions in video: which of them carry something.
//!
//! Captions are not decoded. What is looked for is what each caption has: in line 21 a command that
//! selects how it is shown, and in the newer captions a block of bytes for a service.

use std::collections::BTreeSet;
use std::fmt;

/// A channel of captions in video. It prints as in `INSTREAM-ID` of HLS (RFC 8216, 4.3.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum CaptionChannel {
    /// One of the four channels of line 21, from 1 on (ANSI/CTA-608-E).
    Line21(u8),
    /// A caption service, from 1 to 63 (ANSI/CTA-708-E).
    Service(u8),
}

impl fmt::Display for CaptionChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line21(number) => write!(f, "CC{number}"),
            Self::Service(number) => write!(f, "SERVICE{number}"),
        }
    }
}

/// Finds the channels that successive pictures carry captions in.
#[derive(Debug, Default)]
pub struct CaptionScan {
    found: BTreeSet<CaptionChannel>,
    /// The packet of caption services that is being transmitted, from its header on.
    packet: Vec<u8>,
}

impl CaptionScan {
    /// Takes the `cc_data` of the next picture in the order of presentation: for each construct its
    /// flags and two bytes of data (ANSI/CTA-708-E, 4.3).
    pub fn take(&mut self, constructs: &[[u8; 3]]) {
        const IS_VALID: u8 = 4;
        for &[flags, first, second] in constructs.iter().filter(|[flags, ..]| flags & IS_VALID > 0)
        {
            match flags & 3 {
                field @ (0 | 1) => self.found.extend(line_21(field, first, second)),
                2 if self.packet.is_empty() => {}
                2 => self.packet.extend([first, second]),
                _ => self.packet = vec![first, second],
            }
            self.end_packet();
        }
    }

    /// Goes on elsewhere in the film: what was begun has no end.
    pub fn skip(&mut self) {
        self.packet.clear();
    }

    /// The channels that were found, in order.
    #[must_use]
    pub fn found(self) -> Vec<CaptionChannel> {
        self.found.into_iter().collect()
    }

    /// Reads the packet, if it is complete (ANSI/CTA-708-E, 5): its header has its size in pairs of
    /// bytes, and 0 stands for the most.
    fn end_packet(&mut self) {
        const MAX_PAIRS: u8 = 64;
        let Some(header) = self.packet.first() else { return };
        let pairs = Some(header & 0x3f).filter(|pairs| *pairs > 0).unwrap_or(MAX_PAIRS);
        let len = usize::from(pairs).saturating_mul(2);
        if let Some(blocks) = self.packet.get(1..len) {
            self.found.extend(services(blocks).into_iter().map(CaptionChannel::Service));
            self.packet.clear();
        }
    }
}

/// The channel that a pair of bytes in a field of line 21 selects, if it is a command that each
/// caption has: to load it, to show it, to roll it up or to paint it on (ANSI/CTA-608-E, table 52).
/// Commands of text mode select none, and neither does one that erases a caption: encoders repeat
/// that where there are none.
fn line_21(field: u8, first: u8, second: u8) -> Option<CaptionChannel> {
    const COMMANDS: [u8; 4] = [0x14, 0x15, 0x1c, 0x1d];
    const OF_CAPTIONS: [u8; 6] = [0x20, 0x25, 0x26, 0x27, 0x29, 0x2f];
    let has_parity = [first, second].iter().all(|byte| byte.count_ones() % 2 == 1);
    let [first, second] = [first, second].map(|byte| byte & 0x7f);
    let is_command = COMMANDS.contains(&first) && OF_CAPTIONS.contains(&second);
    let number = (field << 1 | first >> 3 & 1).saturating_add(1);
    (has_parity && is_command).then_some(CaptionChannel::Line21(number))
}

/// The services that have a block with something in it (ANSI/CTA-708-E, 6.2).
fn services(mut blocks: &[u8]) -> Vec<u8> {
    const EXTENDED: u8 = 7;
    let mut services = Vec::new();
    while let [header, rest @ ..] = blocks {
        let (mut number, len) = (header >> 5, usize::from(header & 0x1f));
        blocks = rest;
        if number == EXTENDED
            && len > 0
            && let [extension, rest @ ..] = blocks
        {
            (number, blocks) = (extension & 0x3f, rest);
        }
        // A null block: nothing but padding follows.
        if number == 0 {
            break;
        }
        if len > 0 {
            services.push(number);
        }
        blocks = blocks.get(len..).unwrap_or_default();
    }
    services
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(pictures: &[&[[u8; 3]]]) -> String {
        let mut scan = CaptionScan::default();
        pictures.iter().for_each(|picture| scan.take(picture));
        scan.found().iter().map(|channel| format!("{channel} ")).collect()
    }

    /// A pair of bytes in line 21, with its parity.
    fn pair(field: u8, bytes: [u8; 2]) -> [u8; 3] {
        let odd = bytes.map(|byte| byte | u8::from(byte.count_ones() % 2 == 0) << 7);
        [0xfc | field, odd[0], odd[1]]
    }

    #[test]
    fn commands_of_captions_select_a_channel() {
        let load = [0x14, 0x20];
        assert_eq!(scan(&[&[pair(0, load)]]), "CC1 ");
        assert_eq!(scan(&[&[pair(0, [0x1c, 0x25]), pair(1, [0x15, 0x2f])]]), "CC2 CC3 ");
        assert_eq!(scan(&[&[pair(1, [0x1d, 0x29])], &[pair(0, load)]]), "CC1 CC4 ");
    }

    #[test]
    fn what_encoders_send_without_captions_selects_none() {
        let padding = pair(0, [0, 0]);
        assert_eq!(padding, [0xfc, 0x80, 0x80]);
        let erase = pair(0, [0x14, 0x2c]);
        let text_mode = pair(0, [0x14, 0x2b]);
        let letters = pair(0, [b'H', b'i']);
        assert_eq!(scan(&[&[padding, erase, text_mode, letters]]), "");
        let [_, first, second] = pair(0, [0x14, 0x20]);
        assert_eq!(scan(&[&[[0xf8, first, second]]]), "", "it is declared invalid");
        assert_eq!(scan(&[&[[0xfc, first ^ 0x80, second]]]), "", "its parity is wrong");
    }

    #[test]
    fn services_are_those_with_bytes_in_a_packet() {
        // Of 8 bytes: service 1 with two bytes, service 9 with one; over two pictures.
        let first: &[[u8; 3]] = &[[0xff, 0x04, 0x22], [0xfe, b'H', b'i']];
        let second: &[[u8; 3]] = &[[0xfe, 0xe1, 0x09], [0xfe, b'!', 0]];
        assert_eq!(scan(&[first, second]), "SERVICE1 SERVICE9 ");
        assert_eq!(scan(&[first]), "", "it has no end");
        assert_eq!(scan(&[second]), "", "it has no start");
        // A null block ends a packet, and empty blocks hold nothing.
        assert_eq!(scan(&[&[[0xff, 0x02, 0x20], [0xfe, 0x00, 0x41]]]), "");
        assert_eq!(scan(&[&[[0xff, 0x02, 0x5f], [0xfe, 0x01, 0x02]]]), "SERVICE2 ", "cut short");
    }

    #[test]
    fn a_packet_of_size_0_has_128_bytes() {
        let pairs = |count| vec![[0xfe, 0x00, 0x00]; count];
        let start = [[0xff, 0xc0, 0x21]];
        assert_eq!(scan(&[&start, &pairs(62)]), "");
        assert_eq!(scan(&[&start, &pairs(63)]), "SERVICE1 ");
    }

    #[test]
    fn a_packet_does_not_go_on_elsewhere() {
        let mut scan = CaptionScan::default();
        scan.take(&[[0xff, 0x02, 0x21]]);
        scan.skip();
        scan.take(&[[0xfe, b'H', 0]]);
        assert_eq!(scan.found(), []);
    }
}
