//! Times in milliseconds.

use dynpack_media::{Ticks, Time, Timescale};

/// The time of hours, minutes, seconds and milliseconds, up to [`Time::MAX_SECONDS`].
pub(crate) fn millis_of(hours: u32, minutes: u32, seconds: u32, millis: u32) -> Option<Time> {
    let [hours, minutes, seconds] = [hours, minutes, seconds].map(i64::from);
    let minutes = hours.saturating_mul(60).saturating_add(minutes);
    let seconds = minutes.saturating_mul(60).saturating_add(seconds);
    let ticks = Ticks(seconds.saturating_mul(1000).saturating_add(millis.into()));
    (seconds < i64::from(Time::MAX_SECONDS)).then_some(Time::new(ticks, Timescale::MILLIS))
}
