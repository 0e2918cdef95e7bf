//! VC-1 of the Advanced profile: the record `dvc1` (SMPTE RP 2025), and which picture a sample
//! holds (SMPTE ST 421, annex E).

use bytes::{Buf, Bytes};

use crate::{Error, Malformed, Picture};

/// `profile` of the Advanced profile. Others have no headers in their records.
const ADVANCED: u8 = 12;
/// Bytes of the record before the sequence header.
const HEAD: usize = 7;

/// Types of what follows a start code.
const ENTRY_POINT_HEADER: u8 = 0x0e;
const SEQUENCE_HEADER: u8 = 0x0f;

/// The configuration of a track of VC-1.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Vc1Config {
    /// The sequence header and the entry-point header, with what starts them.
    pub headers: Bytes,
    /// The record itself: the body of `dvc1`.
    pub record: Bytes,
}

impl Vc1Config {
    /// Reads the body of a `dvc1` box.
    ///
    /// # Errors
    /// [`Malformed::Configuration`] if it is cut short, of another profile than Advanced, or holds
    /// no sequence header.
    pub fn parse(record: Bytes) -> Result<Self, Error> {
        let malformed = |problem| Error::from(Malformed::Configuration { record: "dvc1", problem });
        let mut headers = record.clone();
        if headers.len() < HEAD {
            return Err(malformed("shorter than 7 bytes"));
        }
        if headers.get_u8() >> 4 != ADVANCED {
            return Err(malformed("the profile is not Advanced, which alone is supported"));
        }
        headers.advance(HEAD.saturating_sub(1));
        if !starts(&headers).any(|kind| kind == SEQUENCE_HEADER) {
            return Err(malformed("holds no sequence header"));
        }
        Ok(Self { headers, record })
    }
}

/// The picture of a sample that begins with `head`: decoding can start at an entry point, and each
/// has its header. `None` if the sample has no bytes.
pub(crate) fn picture(head: &[u8]) -> Option<Picture> {
    head.first()?;
    let is_header = |kind| matches!(kind, ENTRY_POINT_HEADER | SEQUENCE_HEADER);
    let is_sync = starts(head).any(is_header);
    Some(if is_sync { Picture::RecoveryPoint } else { Picture::Predicted })
}

/// The types of what start codes start (SMPTE ST 421, E.5).
fn starts(bytes: &[u8]) -> impl Iterator<Item = u8> {
    bytes.windows(4).filter_map(|window| match *window {
        [0, 0, 1, kind] => Some(kind),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by the tables of the standard. The headers are of a manifest that Microsoft documents.
    const RECORD: &[u8] = b"\xc4\x40\0\xff\xff\xff\xff\x25\0\0\x01\x0f\xc3\x46\x0b\x50\x87\x8a\x0b\
        \x58\x21\xff\x87\x87\x80\x49\x08\0\x70\x47\x04\xdc\0\0\x01\x0e\x5a\x67\xf8\x40";

    #[test]
    fn records_are_read_or_refused() {
        let read = |record: &[u8]| Vc1Config::parse(Bytes::copy_from_slice(record));
        assert_eq!(read(RECORD).unwrap().headers, RECORD[7..]);
        for (record, problem) in [
            (&RECORD[..6], "shorter than 7 bytes"),
            (&RECORD[..11], "holds no sequence header"),
            (&[&[0x44], &RECORD[1..]].concat(), "not Advanced, which alone is supported"),
        ] {
            assert!(read(record).unwrap_err().to_string().ends_with(problem), "{record:x?}");
        }
    }

    #[test]
    fn decoding_can_start_where_a_header_is() {
        let frame = [0, 0, 1, 0x0d, 0xc0];
        assert_eq!(picture(&RECORD[7..]), Some(Picture::RecoveryPoint));
        assert_eq!(
            picture(&[&[0, 0, 1, 0x0e, 1], &frame[..]].concat()),
            Some(Picture::RecoveryPoint)
        );
        assert_eq!((picture(&frame), picture(&[])), (Some(Picture::Predicted), None));
    }
}
