//! Text notations of sixteen bytes.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::Error;

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

/// Writes a UUID (RFC 9562, 4).
pub(crate) fn write_uuid(bytes: [u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            f.write_str("-")?;
        }
        write!(f, "{byte:02x}")?;
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
