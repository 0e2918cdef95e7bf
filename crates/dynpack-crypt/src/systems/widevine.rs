//! Widevine (*Widevine DRM Proxy Integration*, `WidevinePsshData`).

use super::{Pssh, SystemId};
use crate::KeyId;
use crate::cenc::Scheme;

/// The `KEYFORMAT` of Widevine in HLS.
pub const KEY_FORMAT: &str = "urn:uuid:edef8ba9-79d6-4ace-a3c8-27dcd51d21ed";

/// The header of Widevine for content under those keys. `content_id` is the id of the content at
/// the licence server.
#[must_use]
pub fn pssh(key_ids: &[KeyId], content_id: Option<&[u8]>, scheme: Scheme) -> Pssh {
    let mut data = Vec::new();
    for id in key_ids {
        put_bytes(&mut data, KEY_ID, &id.0);
    }
    if let Some(content_id) = content_id {
        put_bytes(&mut data, CONTENT_ID, content_id);
    }
    put_varint(&mut data, PROTECTION_SCHEME << 3);
    put_varint(&mut data, u32::from_be_bytes(scheme.fourcc().0).into());
    Pssh::new(SystemId::WIDEVINE, data)
}

/// Numbers of the fields of `WidevinePsshData`.
const KEY_ID: u64 = 2;
const CONTENT_ID: u64 = 4;
const PROTECTION_SCHEME: u64 = 9;

/// A field of bytes in the encoding of Protocol Buffers (wire type 2).
fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(low_bits(value) | 0x80);
        value >>= 7;
    }
    out.push(low_bits(value));
}

/// The lowest 7 bits.
fn low_bits(value: u64) -> u8 {
    u8::try_from(value & 0x7f).expect("7 bits fit in a byte")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> [KeyId; 2] {
        ["ad13f9ea-2be6-98b8-75f5-04a8e3ccea64", "558ee541-b90a-b2f3-950d-00ade3760d45"]
            .map(|text| text.parse().unwrap())
    }

    #[test]
    fn fields_are_written_as_protocol_buffers() {
        let [key, other] = keys();
        let pssh = pssh(&[key, other], Some(b"film"), Scheme::Cenc);
        let expected = [
            b"\x12\x10",
            &key.0[..],
            b"\x12\x10",
            &other.0,
            b"\x22\x04film",
            b"\x48\xe3\xdc\x95\x9b\x06",
        ]
        .concat();
        assert_eq!(pssh.data, expected);
    }

    #[test]
    fn the_box_is_of_version_0() {
        let [key, _] = keys();
        let pssh = pssh(&[key], None, Scheme::Cbcs);
        let head =
            b"\0\0\0\x38pssh\0\0\0\0\xed\xef\x8b\xa9\x79\xd6\x4a\xce\xa3\xc8\x27\xdc\xd5\x1d\
            \x21\xed\0\0\0\x18\x12\x10";
        assert!(pssh.to_bytes().starts_with(head), "{:x?}", pssh.to_bytes());
        assert!(pssh.to_base64().starts_with("AAAAOHBzc2gAAAAA7e+LqXnWSs6jyCfc1R0h7QAAABgSEK0T"));
    }
}
