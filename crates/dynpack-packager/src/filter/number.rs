//! Whole numbers as documents of filters write them.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

/// A whole number from 0, clamped to 63 bits: JavaScript writes the largest one as
/// `9223372036854776000`, and version 2 of Azure's API wrote numbers as strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(pub(super) i64);

impl Number {
    fn clamped(number: u64) -> Self {
        Self(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl Visitor<'_> for Written {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Number, E> {
        Ok(Number::clamped(number))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Number, E> {
        let refused = |_| E::invalid_value(Unexpected::Signed(number), &self);
        u64::try_from(number).map(Number::clamped).map_err(refused)
    }

    #[expect(clippy::cast_possible_truncation, reason = "whole, and saturating past 63 bits")]
    fn visit_f64<E: Error>(self, number: f64) -> Result<Number, E> {
        match number >= 0.0 && number.fract() == 0.0 {
            true => Ok(Number(number as i64)),
            false => Err(E::invalid_value(Unexpected::Float(number), &self)),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match is_number {
            true => Ok(Number::clamped(text.parse().unwrap_or(u64::MAX))),
            false => Err(E::invalid_value(Unexpected::Str(text), &self)),
        }
    }
}
