//! Key ids as bytes and as text. `key::notation` parses them.

use std::fmt;

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

/// As a UUID (RFC 9562, 4).
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
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

    const ID: KeyId = KeyId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes());

    #[test]
    fn an_id_is_written_as_a_uuid() {
        assert_eq!(ID.to_string(), "00112233-4455-6677-8899-aabbccddeeff");
        assert_eq!(ID.to_hex(), "00112233445566778899aabbccddeeff");
        assert_eq!(format!("{ID:?}"), format!("KeyId({ID})"));
    }

    #[test]
    fn a_guid_reverses_its_first_three_fields() {
        let guid = [
            0x33, 0x22, 0x11, 0, 0x55, 0x44, 0x77, 0x66, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee,
            0xff,
        ];
        assert_eq!(ID.to_guid_bytes(), guid);
    }
}
