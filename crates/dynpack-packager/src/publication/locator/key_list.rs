//! The list of a locator's keys, read like [each of them](super::secret): no error repeats what
//! stands in place of a key.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::key::LocatorKey;
use super::secret::refuse;

/// Reads a list of keys.
pub(super) fn keys<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<LocatorKey>, D::Error> {
    deserializer.deserialize_any(List)
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
