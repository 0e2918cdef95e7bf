//! Times in milliseconds.

use dynpack_media::{Ticks, Time, Timescale};

use crate::Cue;

/// The time of hours, minutes, seconds and milliseconds, up to [`Time::MAX_SECONDS`].
pub(crate) fn millis_of(hours: u32, minutes: u32, seconds: u32, millis: u32) -> Option<Time> {
    let [hours, minutes, seconds] = [hours, minutes, seconds].map(i64::from);
    let minutes = hours.saturating_mul(60).saturating_add(minutes);
    let seconds = minutes.saturating_mul(60).saturating_add(seconds);
    let ticks = Ticks(seconds.saturating_mul(1000).saturating_add(millis.into()));
    let time = Time::new(ticks, Timescale::MILLIS);
    (time <= Cue::NEVER).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What never ends is written with that time.
    #[test]
    fn the_end_of_what_never_ends_can_be_read() {
        assert_eq!(millis_of(74_565, 24, 16, 0), Some(Cue::NEVER));
        assert_eq!(millis_of(74_565, 24, 16, 1), None);
    }
}
