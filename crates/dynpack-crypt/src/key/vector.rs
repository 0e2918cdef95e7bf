//! Initialization vectors.

use std::fmt;
use std::str::FromStr;

use super::notation;
use crate::Error;

/// An initialization vector of 16 bytes. It is not a secret. It is printed as in HLS: `0x` and 32
/// digits (RFC 8216, 4.2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Iv(pub [u8; 16]);

impl FromStr for Iv {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
        let mut vector = Self([0; 16]);
        notation::hex(digits, "an initialization vector", &mut vector.0)?;
        Ok(vector)
    }
}

impl fmt::Display for Iv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Iv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Iv({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_is_written_as_in_playlists() {
        let iv: Iv = "0X000000000000000000000000000000FF".parse().unwrap();
        assert_eq!(iv.to_string(), "0x000000000000000000000000000000ff");
        assert_eq!(iv.to_string().parse(), Ok(iv));
        let problem = "0xff".parse::<Iv>().unwrap_err().to_string();
        assert_eq!(problem, "not an initialization vector: there are not 32 hexadecimal digits");
    }
}
