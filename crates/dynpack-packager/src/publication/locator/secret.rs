//! Reading keys so that no error repeats what stands in their place: what serde says of a value of
//! the wrong type has the value in it.

use std::fmt;

use dynpack_crypt::ContentKey;
use serde::Deserializer;
use serde::de::{Error, Visitor};
use zeroize::Zeroizing;

/// Reads a key, in Base64 or as 32 hexadecimal digits; `null` is none.
pub(super) fn key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ContentKey>, D::Error> {
    deserializer.deserialize_any(Value)
}

/// Scalars where there should be none, with an error that does not repeat them.
macro_rules! refuse {
    ($problem:literal: $($visit:ident($scalar:ty)),+) => {
        $(fn $visit<E: Error>(self, _: $scalar) -> Result<Self::Value, E> {
            Err(E::custom($problem))
        })+
    };
}

pub(super) use refuse;

/// The value of a key.
struct Value;

impl<'de> Visitor<'de> for Value {
    type Value = Option<ContentKey>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value of a key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let read = if text.len() == 32 {
            ContentKey::from_hex(text)
        } else {
            ContentKey::from_base64(text)
        };
        read.map(Some).map_err(E::custom)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Self::Value, E> {
        self.visit_str(&Zeroizing::new(text))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    refuse!("not a key: it is not in quotes": visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
}
