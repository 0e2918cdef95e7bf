//! Reading of sixteen bytes.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::{Error, KeyId};

/// Reads 32 hexadecimal digits. They may be a secret, so they are copied only into `bytes`.
pub(super) fn hex(text: &str, what: &'static str, bytes: &mut [u8; 16]) -> Result<(), Error> {
    let problem = |problem| Error::Notation { what, problem };
    if text.len() != 32 {
        return Err(problem("there are not 32 hexadecimal digits"));
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        for digit in digits {
            let digit = char::from(*digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            *byte = *byte << 4
                | digit.ok_or_else(|| problem("a character is not a hexadecimal digit"))?;
        }
    }
    Ok(())
}

/// Reads padded Base64 in the same way as [`hex`] reads digits.
pub(super) fn base64(text: &str, what: &'static str, bytes: &mut [u8; 16]) -> Result<(), Error> {
    // Room for the maximum that 24 characters can encode.
    let mut decoded = Zeroizing::new([0; 18]);
    let len =
        if text.len() == 24 { STANDARD.decode_slice(text, &mut decoded[..]).ok() } else { None };
    let problem = Error::Notation { what, problem: "it is not the Base64 of 16 bytes" };
    let (Some(16), Some(read)) = (len, decoded.first_chunk::<16>()) else { return Err(problem) };
    bytes.copy_from_slice(read);
    Ok(())
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
        hex(&bare.replace('-', ""), WHAT, &mut id.0)?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_notations_of_a_uuid_are_read() {
        let id = KeyId(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff_u128.to_be_bytes());
        for text in [
            "00112233-4455-6677-8899-aabbccddeeff",
            "00112233445566778899aabbccddeeff",
            "{00112233-4455-6677-8899-AABBCCDDEEFF}",
            "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
        ] {
            assert_eq!(text.parse(), Ok(id));
        }
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
