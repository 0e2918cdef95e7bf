//! The boxes of PIFF 1.1 (*Protected Interoperable File Format*), the predecessor of Common
//! Encryption. Old devices for Smooth Streaming require them.
//!
//! Samples are encrypted as in `cenc`, and only the boxes differ.
//! [`FragmentEncryption::put_piff_senc`](crate::cenc::FragmentEncryption::put_piff_senc) writes the
//! box of a fragment.

use bytes::Bytes;
use dynpack_boxes::moov::{PiffPssh, PiffTenc, Schm, Sinf};
use dynpack_codec::MediaKind;
use dynpack_media::FourCc;

use crate::Error;
use crate::cenc::{Scheme, TrackEncryption, append_to_entry};
use crate::systems::Pssh;

/// `scheme_version` of PIFF 1.1.
const VERSION: u32 = 0x0001_0001;

/// Makes the sample entry of an encrypted track from that of the clear one, like
/// [`cenc::protect_sample_entry`](crate::cenc::protect_sample_entry), but with the boxes of PIFF.
///
/// # Errors
/// [`Error::Unsupported`] for a scheme other than `cenc`. Otherwise those of that function.
pub fn protect_sample_entry(
    entry: &[u8],
    kind: MediaKind,
    track: &TrackEncryption,
) -> Result<Bytes, Error> {
    if track.scheme() != Scheme::Cenc {
        return Err(Error::Unsupported(format!(
            "PIFF does not support {}",
            track.scheme().as_str()
        )));
    }
    append_to_entry(entry, kind, |original_format| Sinf {
        original_format,
        schm: Schm { scheme_type: FourCc(*b"piff"), scheme_version: VERSION },
        track_encryption: PiffTenc {
            algorithm_id: PiffTenc::AES_CTR,
            iv_size: 8,
            key_id: track.key_id().0,
        },
    })
}

/// The protection system specific header box. It has no list of key ids.
#[must_use]
pub fn pssh(pssh: &Pssh) -> PiffPssh<'_> {
    PiffPssh { system_id: pssh.system.0, data: &pssh.data }
}

#[cfg(test)]
mod tests {
    use dynpack_boxes::BoxType;
    use dynpack_media::{RenditionId, TrackId};

    use super::*;
    use crate::{IvSource, KeyId, SystemId};

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
    fn an_entry_has_the_boxes_of_piff() {
        let expected = [
            &b"\0\0\0\x68encv\0\0\0\x60sinf\0\0\0\x0cfrmaavc1\0\0\0\x14schm\0\0\0\0piff\
                \0\x01\0\x01\0\0\0\x38schi"[..],
            b"\0\0\0\x30uuid\x89\x74\xdb\xce\x7b\xe7\x4c\x51\x84\xf9\x71\x48\xf9\x88\x25\x54\0\0\0\
                \0\0\0\x01\x08",
            &ID.0,
        ];
        assert_eq!(protect(Scheme::Cenc).unwrap(), expected.concat());
        let refused = protect(Scheme::Cbcs).unwrap_err().to_string();
        assert_eq!(refused, "cannot be encrypted in this way: PIFF does not support cbcs");
    }

    #[test]
    fn a_header_is_in_a_box_of_an_extended_type() {
        let out = pssh(&Pssh::new(SystemId::PLAYREADY, b"header".to_vec())).to_vec();
        let head = b"\0\0\0\x36uuid\xd0\x8a\x4f\x18\x10\xf3\x4a\x82\xb6\xc8\x32\xd8\xab\
            \xa1\x83\xd3\0\0\0\0";
        assert_eq!(out, [&head[..], &SystemId::PLAYREADY.0, b"\0\0\0\x06header"].concat());
    }
}
