//! The boxes of PIFF 1.1 (*Protected Interoperable File Format*), which Common Encryption grew
//! from, and which devices of its time for Smooth Streaming want.
//!
//! Samples are encrypted as by `cenc`: its boxes differ, and here they are. That of a fragment is
//! written by
//! [`FragmentEncryption::put_piff_senc`](crate::cenc::FragmentEncryption::put_piff_senc).

use bytes::{BufMut, Bytes};
use dynpack_codec::MediaKind;
use dynpack_media::boxes::{put_box, put_full_box, put_uuid_box};

use crate::cenc::{Scheme, TrackEncryption, append_to_entry};
use crate::systems::Pssh;
use crate::{Error, KeyId};

/// The extended type of the track encryption box (5.3.3).
const TENC: u128 = 0x8974_dbce_7be7_4c51_84f9_7148_f988_2554;
/// The extended type of the protection system specific header box (5.3.1).
const PSSH: u128 = 0xd08a_4f18_10f3_4a82_b6c8_32d8_aba1_83d3;

/// `default_AlgorithmID` of AES-128 in counter mode.
const AES_CTR: u32 = 1;

/// `scheme_version` of PIFF 1.1.
const VERSION: u32 = 0x0001_0001;

/// Makes the sample entry of an encrypted track from that of the clear one, as
/// [`protect_sample_entry`](crate::cenc::protect_sample_entry) does, in the terms of PIFF.
///
/// # Errors
/// [`Error::Unsupported`] for another scheme than `cenc`, else as there.
pub fn protect_sample_entry(
    entry: &[u8],
    kind: MediaKind,
    track: &TrackEncryption,
) -> Result<Bytes, Error> {
    if track.scheme() != Scheme::Cenc {
        return Err(Error::Unsupported(format!(
            "PIFF has no place for {}",
            track.scheme().as_str()
        )));
    }
    append_to_entry(entry, kind, |original, out| {
        put_box(out, b"sinf", |out| {
            put_box(out, b"frma", |out| out.put_slice(&original.0));
            put_full_box(out, b"schm", 0, 0, |out| {
                out.put_slice(b"piff");
                out.put_u32(VERSION);
            });
            put_box(out, b"schi", |out| put_tenc(track.key_id(), out));
        });
    })
}

/// Appends the track encryption box: counter mode with 8 bytes of vector for each sample.
pub fn put_tenc(key_id: KeyId, out: &mut Vec<u8>) {
    put_uuid_box(out, TENC, 0, 0, |out| {
        out.put_u32(AES_CTR << 8 | 8);
        out.put_slice(&key_id.0);
    });
}

/// Appends a protection system specific header box; it has no list of key ids.
pub fn put_pssh(pssh: &Pssh, out: &mut Vec<u8>) {
    put_uuid_box(out, PSSH, 0, 0, |out| pssh.put_body(out));
}

#[cfg(test)]
mod tests {
    use dynpack_media::{RenditionId, TrackId};

    use super::*;
    use crate::{IvSource, SystemId};

    const ID: KeyId = KeyId(*b"0123456789abcdef");

    fn protect(scheme: Scheme) -> Result<Bytes, Error> {
        let ivs = IvSource::new(ID, "film", TrackId(1), &RenditionId::new("video", 1));
        protect_sample_entry(
            b"\0\0\0\x08avc1",
            MediaKind::Video,
            &TrackEncryption::new(scheme, ID, MediaKind::Video, &ivs),
        )
    }

    #[test]
    fn an_entry_is_in_the_terms_of_piff() {
        let expected = [
            &b"\0\0\0\x68encv\0\0\0\x60sinf\0\0\0\x0cfrmaavc1\0\0\0\x14schm\0\0\0\0piff\0\x01\0\x01\0\0\0\x38schi"[..],
            b"\0\0\0\x30uuid\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54\0\0\0\0\0\0\x01\x08",
            &ID.0,
        ];
        assert_eq!(protect(Scheme::Cenc).unwrap(), expected.concat());
        let refused = protect(Scheme::Cbcs).unwrap_err().to_string();
        assert_eq!(refused, "cannot be encrypted in this way: PIFF has no place for cbcs");
    }

    #[test]
    fn a_header_is_in_a_box_of_an_extended_type() {
        let mut out = Vec::new();
        put_pssh(&Pssh::new(SystemId::PLAYREADY, b"header".to_vec()), &mut out);
        let head = b"\0\0\0\x36uuid\xd0\x8a\x4f\x18\x10\xf3\x4a\x82\xb6\xc8\x32\xd8\xab\xa1\x83\xd3\0\0\0\0";
        assert_eq!(out, [&head[..], &SystemId::PLAYREADY.0, b"\0\0\0\x06header"].concat());
    }
}
