//! Numbers in URLs.

use dynpack_media::Ticks;

/// A time from 0, below 2^63.
pub(super) fn ticks(text: &str) -> Option<Ticks> {
    digits(text)?.parse().ok().map(Ticks)
}

/// A number without sign: `parse` alone would take a `+`.
pub(super) fn digits(text: &str) -> Option<&str> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then_some(text)
}
