//! Key ids.

use std::fmt;
use std::str::FromStr;

use super::notation;
use crate::Error;

/// The id of a content key (KID, ISO/IEC 23001-7, 8.2): 16 bytes, in the order of the digits of a
/// UUID.
///
/// It is not a secret. It is parsed as a UUID, with or without hyphens, in braces, or after
/// `urn:uuid:`. It is printed in lower case with hyphens.
///
/// ```
/// use dynpack_crypt::KeyId;
///
/// let id: KeyId = "{AD13F9EA-2BE6-98B8-75F5-04A8E3CCEA64}".parse()?;
/// assert_eq!(id.to_string(), "ad13f9ea-2be6-98b8-75f5-04a8e3ccea64");
/// # Ok::<(), dynpack_crypt::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId(pub [u8; 16]);

impl KeyId {
    /// The bytes of a GUID in memory on Windows: the first three fields are in little-endian order.
    /// PlayReady uses this order.
    #[must_use]
    pub const fn to_guid_bytes(self) -> [u8; 16] {
        let [a, b, c, d, e, f, g, h, rest @ ..] = self.0;
        let [i, j, k, l, m, n, o, p] = rest;
        [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
    }

    /// The 32 lower-case hexadecimal digits, without hyphens.
    #[must_use]
    pub fn to_hex(self) -> String {
        self.to_string().replace('-', "")
    }
}

impl FromStr for KeyId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        const WHAT: &str = "a key id";
        let bare = text.strip_prefix("urn:uuid:").unwrap_or(text);
        let bare = bare.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')).unwrap_or(bare);
        let lens = bare.split('-').map(str::len);
        if bare.contains('-') && !lens.eq([8, 4, 4, 4, 12]) {
            return Err(Error::Notation {
                what: WHAT,
                problem: "its hyphens are not those of a UUID",
            });
        }
        let mut id = Self([0; 16]);
        notation::hex(&bare.replace('-', ""), WHAT, &mut id.0)?;
        Ok(id)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        notation::write_uuid(self.0, f)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00112233-4455-6677-8899-aabbccddeeff";

    #[test]
    fn all_notations_of_a_uuid_are_read() {
        let id: KeyId = TEXT.parse().unwrap();
        for text in [
            "00112233445566778899aabbccddeeff",
            "{00112233-4455-6677-8899-AABBCCDDEEFF}",
            "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(text.parse(), Ok(id));
        }
        assert_eq!(
            (id.to_string().as_str(), id.to_hex().as_str()),
            (TEXT, "00112233445566778899aabbccddeeff")
        );
        assert_eq!(format!("{id:?}"), format!("KeyId({TEXT})"));
    }

    #[test]
    fn a_guid_reverses_its_first_three_fields() {
        let id: KeyId = TEXT.parse().unwrap();
        let guid = [
            0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
            0xff,
        ];
        assert_eq!(id.to_guid_bytes(), guid);
    }

    #[test]
    fn other_text_than_a_uuid_is_refused() {
        for (text, problem) in [
            ("", "not a key id: there are not 32 hexadecimal digits"),
            (
                "00112233445566778899aabbccddeef",
                "not a key id: there are not 32 hexadecimal digits",
            ),
            (
                "00112233445566778899aabbccddeefg",
                "not a key id: a character is not a hexadecimal digit",
            ),
            (
                "0011223344556677-8899-aabb-ccdd-eeff",
                "not a key id: its hyphens are not those of a UUID",
            ),
            (
                "{00112233445566778899aabbccddeeff",
                "not a key id: there are not 32 hexadecimal digits",
            ),
            ("éééééééééééééééé", "not a key id: a character is not a hexadecimal digit"),
        ] {
            assert_eq!(text.parse::<KeyId>().unwrap_err().to_string(), problem);
        }
    }
}
