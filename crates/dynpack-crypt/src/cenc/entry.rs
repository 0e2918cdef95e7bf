//! Sample entries of encrypted tracks: `encv`, `enca` and the `sinf` in them (ISO/IEC 14496-12,
//! 8.12).

use bytes::{BufMut, Bytes};
use dynpack_boxes::moov::{Schm, Sinf};
use dynpack_boxes::{BoxType, Header, Kind};
use dynpack_codec::MediaKind;
use dynpack_media::FourCc;

use super::TrackEncryption;
use crate::Error;

/// `scheme_version`: 1.0 (ISO/IEC 23001-7, 4.1).
const VERSION: u32 = 0x0001_0000;

/// Makes the sample entry of an encrypted track from that of the clear one. `entry` is a box with
/// its header. The new one is named `encv` or `enca`, and also contains `sinf`.
///
/// # Errors
/// [`Error::Malformed`] if it is not a complete box, [`Error::Unsupported`] if it is already
/// encrypted or becomes too large.
pub fn protect_sample_entry(
    entry: &[u8],
    kind: MediaKind,
    track: &TrackEncryption,
) -> Result<Bytes, Error> {
    append_to_entry(entry, kind, |original_format| Sinf {
        original_format,
        schm: Schm { scheme_type: track.scheme().fourcc(), scheme_version: VERSION },
        track_encryption: track.tenc(),
    })
}

/// Renames a sample entry, and appends the `sinf` that is made from the old name.
pub(crate) fn append_to_entry<'a, T: BoxType<'a>>(
    entry: &[u8],
    kind: MediaKind,
    sinf: impl FnOnce(FourCc) -> Sinf<T>,
) -> Result<Bytes, Error> {
    let malformed = || Error::Malformed("its sample entry is not a complete box".into());
    let (size, rest) = entry.split_first_chunk::<4>().ok_or_else(malformed)?;
    let (original, body) = rest.split_first_chunk::<4>().ok_or_else(malformed)?;
    if u32::from_be_bytes(*size) as usize != entry.len() {
        return Err(malformed());
    }
    if original.starts_with(b"enc") {
        return Err(Error::Unsupported(format!(
            "its sample entry is already {}",
            FourCc(*original)
        )));
    }
    let name = Kind::code(match kind {
        MediaKind::Video => *b"encv",
        MediaKind::Audio => *b"enca",
        MediaKind::Text => *b"enct",
    });
    let sinf = sinf(FourCc(*original));
    let fields_len = sinf.box_len().saturating_add(body.len() as u64);
    let len = fields_len.saturating_add(Header::SHORT);
    if u32::try_from(len).is_err() {
        return Err(Error::Unsupported("its sample entry is too large".into()));
    }
    let mut out = Vec::with_capacity(usize::try_from(len).expect("of 32 bits"));
    name.put_header(fields_len, &mut out);
    out.put_slice(body);
    sinf.put(&mut out);
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use dynpack_media::{RenditionId, TrackId};

    use super::*;
    use crate::cenc::Scheme;
    use crate::{Iv, IvSource, KeyId};

    const ENTRY: &[u8] = b"\0\0\0\x0cavc1body";

    fn track(scheme: Scheme, kind: MediaKind) -> TrackEncryption {
        let id = KeyId(*b"0123456789abcdef");
        let track = TrackEncryption::new(
            scheme,
            id,
            kind,
            &IvSource::new(id, "film", TrackId(1), &RenditionId::new("video", 1)),
        );
        track.with_constant_iv(Iv(*b"0123456789ABCDEF"))
    }

    #[test]
    fn an_entry_keeps_its_body_and_gets_a_sinf() {
        let entry =
            protect_sample_entry(ENTRY, MediaKind::Video, &track(Scheme::Cbcs, MediaKind::Video))
                .unwrap();
        let expected = [
            &b"\0\0\0\x6dencvbody\0\0\0\x61sinf\0\0\0\x0cfrmaavc1\0\0\0\x14schm\0\0\0\0cbcs\
                \0\x01\0\0"[..],
            b"\0\0\0\x39schi\0\0\0\x31tenc\x01\0\0\0\0\x19\x01\x000123456789abcdef\
                \x100123456789ABCDEF",
        ];
        assert_eq!(entry, expected.concat());
        let entry = protect_sample_entry(
            b"\0\0\0\x08mp4a",
            MediaKind::Audio,
            &track(Scheme::Cenc, MediaKind::Audio),
        )
        .unwrap();
        assert!(entry.starts_with(b"\0\0\0\x58enca\0\0\0\x50sinf"), "{entry:?}");
        assert!(
            entry.ends_with(b"\0\0\0\x20tenc\0\0\0\0\0\0\x01\x080123456789abcdef"),
            "{entry:?}"
        );
    }

    #[test]
    fn audio_by_cbcs_has_no_pattern() {
        let entry =
            protect_sample_entry(ENTRY, MediaKind::Audio, &track(Scheme::Cbcs, MediaKind::Audio))
                .unwrap();
        assert!(
            entry.ends_with(b"tenc\0\0\0\0\0\0\x01\x000123456789abcdef\x100123456789ABCDEF"),
            "{entry:?}"
        );
    }

    #[test]
    fn other_bytes_than_a_clear_entry_are_refused() {
        let refused = |entry: &[u8]| {
            protect_sample_entry(entry, MediaKind::Video, &track(Scheme::Cenc, MediaKind::Video))
                .unwrap_err()
                .to_string()
        };
        for entry in [&ENTRY[..11], b"", b"\0\0\0\x08avc"] {
            assert_eq!(
                refused(entry),
                "cannot be encrypted: its sample entry is not a complete box"
            );
        }
        assert_eq!(
            refused(b"\0\0\0\x08encv"),
            "cannot be encrypted in this way: its sample entry is already encv"
        );
    }
}
