//! Reading keys so that no error repeats what stands in their place: what serde says of a value of
//! the wrong type has the value in it.

use std::fmt;

use dynpack_crypt::ContentKey;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use super::LocatorKey;

/// Reads a key, in Base64 or as 32 hexadecimal digits; `null` is none.
pub(super) fn key<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<ContentKey>, D::Error> {
    deserializer.deserialize_any(Value)
}

/// Reads a list of keys.
pub(super) fn keys<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<LocatorKey>, D::Error> {
    deserializer.deserialize_any(List)
}

/// Scalars where there should be none, with an error that does not repeat them.
macro_rules! refuse {
    ($problem:literal: $($visit:ident($scalar:ty)),+) => {
        $(fn $visit<E: Error>(self, _: $scalar) -> Result<Self::Value, E> {
            Err(E::custom($problem))
        })+
    };
}

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

/// The keys of a locator.
struct List;

impl<'de> Visitor<'de> for List {
    type Value = Vec<LocatorKey>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of keys")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut keys = Vec::new();
        while let Some(key) = list.next_element_seed(Entry)? {
            keys.push(key);
        }
        Ok(keys)
    }

    refuse!("contentKeys is no list of keys": visit_str(&str), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
}

/// One of them.
struct Entry;

impl<'de> DeserializeSeed<'de> for Entry {
    type Value = LocatorKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<LocatorKey, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Entry {
    type Value = LocatorKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key with its id")
    }

    fn visit_map<A: MapAccess<'de>>(self, entry: A) -> Result<LocatorKey, A::Error> {
        LocatorKey::deserialize(MapAccessDeserializer::new(entry))
    }

    refuse!("a key without its id": visit_str(&str), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64));
}
