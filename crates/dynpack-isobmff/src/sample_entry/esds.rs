//! The `esds` box: an elementary stream descriptor (ISO/IEC 14496-14, 5.6; ISO/IEC 14496-1, 7.2.6).

use bytes::{Bytes, BytesMut};
use dynpack_boxes::Kind;

/// What an `esds` declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Descriptor<'a> {
    /// `objectTypeIndication`: what kind of coding it is.
    pub(super) object_type: u8,
    /// `DecoderConfigDescriptor` before that: its kind, buffer and bitrates.
    head: &'a [u8],
    /// `DecoderSpecificInfo`: for AAC the `AudioSpecificConfig`. Empty where there is none.
    pub(super) specific_info: &'a [u8],
}

const ES_DESCRIPTOR: u8 = 3;
const DECODER_CONFIG: u8 = 4;
const DECODER_SPECIFIC_INFO: u8 = 5;
const SYNC_LAYER_CONFIG: u8 = 6;

/// The predefined configuration of MP4 files (ISO/IEC 14496-14, 3.1.2).
const MP4_FILE: u8 = 2;

/// Reads the body of an `esds` box; `None` if it is cut short or holds no decoder configuration.
pub(super) fn read(body: &[u8]) -> Option<Descriptor<'_>> {
    let stream = find(body.get(4..)?, ES_DESCRIPTOR)?;
    let flags = *stream.get(2)?;
    let mut skip = 3_usize;
    if flags & 0x80 != 0 {
        skip = skip.checked_add(2)?;
    }
    if flags & 0x40 != 0 {
        skip = skip.checked_add(usize::from(*stream.get(skip)?))?.checked_add(1)?;
    }
    if flags & 0x20 != 0 {
        skip = skip.checked_add(2)?;
    }
    let config = find(stream.get(skip..)?, DECODER_CONFIG)?;
    let (head, rest) = config.split_at_checked(13)?;
    let specific_info = find(rest, DECODER_SPECIFIC_INFO).unwrap_or_default();
    Some(Descriptor { object_type: *config.first()?, head, specific_info })
}

impl Descriptor<'_> {
    /// The body of an `esds` with other specific information.
    pub(super) fn with_specific_info(&self, info: &[u8]) -> Vec<u8> {
        body(self.head, &descriptor(DECODER_SPECIFIC_INFO, &[info]))
    }
}

/// A whole `esds` of audio without specific information.
pub(super) fn without_info(object_type: u8) -> Bytes {
    // An audio stream, with neither buffer nor bitrates.
    let body = body(&[&[object_type, 0x15][..], &[0; 11]].concat(), &[]);
    let mut whole = BytesMut::new();
    Kind::code(*b"esds").put_header(body.len() as u64, &mut whole);
    whole.extend_from_slice(&body);
    whole.freeze()
}

/// The body of an `esds` around the parts of a `DecoderConfigDescriptor`.
fn body(head: &[u8], specific: &[u8]) -> Vec<u8> {
    let config = descriptor(DECODER_CONFIG, &[head, specific]);
    let sync_layer = descriptor(SYNC_LAYER_CONFIG, &[&[MP4_FILE]]);
    // Version, flags; an id that containers replace, and no flags.
    let stream = descriptor(ES_DESCRIPTOR, &[&[0; 3], &config, &sync_layer]);
    [&[0; 4], &stream[..]].concat()
}

/// A descriptor of a tag, with its length in 4 bytes.
fn descriptor(tag: u8, body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    let bits = |shift: usize| u8::try_from(body.len() >> shift & 0x7f).expect("7 bits");
    let len = [0x80 | bits(21), 0x80 | bits(14), 0x80 | bits(7), bits(0)];
    [&[tag][..], &len, &body].concat()
}

/// The body of the first descriptor of a tag among those in `bytes`.
fn find(mut bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        let (&tag, mut rest) = bytes.split_first()?;
        let mut len = 0_usize;
        for _ in 0..4 {
            let (&byte, next) = rest.split_first()?;
            rest = next;
            len = len << 7 | usize::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (body, next) = rest.split_at_checked(len)?;
        if tag == wanted {
            return Some(body);
        }
        bytes = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_one_and_of_four_bytes_are_read() {
        let config = [&[0x40, 0x15][..], &[0; 11], &[5, 2, 0x11, 0x90]].concat();
        let stream = [&[0, 1, 0][..], &[4, 17], &config, &[6, 1, 2]].concat();
        let short = [&[0, 0, 0, 0, 3, 25][..], &stream].concat();
        let long = [&[0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 25][..], &stream].concat();
        let head = &[&[0x40, 0x15][..], &[0; 11]].concat()[..];
        let expected = Some(Descriptor { object_type: 0x40, head, specific_info: &[0x11, 0x90] });
        assert_eq!(read(&short), expected);
        assert_eq!(read(&long), expected);
        for len in 0..short.len() - 3 {
            assert_eq!(read(&short[..len]), None, "{len}");
        }
        let other = read(&short).unwrap().with_specific_info(&[7; 200]);
        let read_back = read(&other).unwrap();
        assert_eq!((read_back.head, read_back.specific_info), (head, &[7; 200][..]));
    }
}
