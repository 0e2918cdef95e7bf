//! ClearKey, the system that does not protect keys, for tests and for content that needs no
//! protection (*Encrypted Media Extensions*, 9.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::{Pssh, SystemId};
use crate::{ContentKey, KeyId};

/// The `KEYFORMAT` of ClearKey in HLS, as in hls.js.
pub const KEY_FORMAT: &str = "org.w3.clearkey";

/// The common header (*"cenc" Initialization Data Format*, 4): the ids of the keys.
#[must_use]
pub fn pssh(key_ids: &[KeyId]) -> Pssh {
    Pssh::new(SystemId::COMMON, Vec::new()).with_key_ids(key_ids.to_vec())
}

/// A key id in the notation of licences.
#[must_use]
pub fn key_id(id: KeyId) -> String {
    URL_SAFE_NO_PAD.encode(id.0)
}

/// A licence: the keys themselves, as a JSON Web Key Set (9.1.4). Every recipient has the keys.
#[must_use]
pub fn licence<'a>(keys: impl IntoIterator<Item = (KeyId, &'a ContentKey)>) -> Zeroizing<String> {
    let mut licence = Zeroizing::new(String::with_capacity(USUAL_LEN));
    licence.push_str(r#"{"keys":["#);
    for (at, (id, key)) in keys.into_iter().enumerate() {
        let key = Zeroizing::new(URL_SAFE_NO_PAD.encode(key.expose()));
        let parts = [
            if at > 0 { "," } else { "" },
            r#"{"kty":"oct","kid":""#,
            &key_id(id),
            r#"","k":""#,
            &key,
            r#""}"#,
        ];
        parts.into_iter().for_each(|part| licence.push_str(part));
    }
    licence.push_str(r#"],"type":"temporary"}"#);
    licence
}

/// Room for a dozen keys, so that the text rarely grows, which would leave a copy in memory.
const USUAL_LEN: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_common_header_is_that_of_the_specification() {
        // The example of "cenc" Initialization Data Format, 4.2.
        let ids = [KeyId(*b"0123456789012345"), KeyId(*b"ABCDEFGHIJKLMNOP")];
        let expected = b"\0\0\0\x44pssh\x01\0\0\0\x10\x77\xef\xec\xc0\xb2\x4d\x02\xac\xe3\x3c\x1e\
            \x52\xe2\xfb\x4b\0\0\0\x020123456789012345ABCDEFGHIJKLMNOP\0\0\0\0";
        assert_eq!(pssh(&ids).to_bytes(), expected);
    }

    #[test]
    fn a_licence_is_a_key_set() {
        let (id, key) = (KeyId([0xfb; 16]), ContentKey::new([0xff; 16]));
        assert_eq!(key_id(id), "-_v7-_v7-_v7-_v7-_v7-w");
        let one = r#"{"kty":"oct","kid":"-_v7-_v7-_v7-_v7-_v7-w","k":"_____________________w"}"#;
        assert_eq!(*licence([(id, &key)]), format!(r#"{{"keys":[{one}],"type":"temporary"}}"#));
        assert_eq!(
            *licence([(id, &key), (id, &key)]),
            format!(r#"{{"keys":[{one},{one}],"type":"temporary"}}"#)
        );
        assert_eq!(*licence([]), r#"{"keys":[],"type":"temporary"}"#);
    }
}
