//! The times at which tracks are cut.

use crate::{Ticks, Time, Timescale};

/// The times at which all tracks are cut, on one clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutTimes {
    pub(super) clock: Timescale,
    pub(super) times: Vec<Ticks>,
}

impl CutTimes {
    /// Those times, in ticks of a clock. `None` if they do not ascend after the start of the
    /// presentation and within [`Time::MAX_SECONDS`].
    #[must_use]
    pub fn new(clock: Timescale, times: Vec<Ticks>) -> Option<Self> {
        let ascend = times.iter().zip(times.iter().skip(1)).all(|(one, next)| one < next);
        let first = times.first().is_none_or(|first| *first > Ticks::ZERO);
        let end = i64::from(Time::MAX_SECONDS).checked_mul(clock.hz().into())?;
        let last = times.last().is_none_or(|last| last.0 <= end);
        (ascend && first && last).then_some(Self { clock, times })
    }

    /// Their clock.
    #[must_use]
    pub const fn clock(&self) -> Timescale {
        self.clock
    }

    /// The times, in ticks of the clock.
    #[must_use]
    pub fn ticks(&self) -> &[Ticks] {
        &self.times
    }

    /// The time that is nearest to another; the start of the presentation counts as one.
    #[must_use]
    pub fn nearest(&self, time: Time) -> Time {
        let start = Time::new(Ticks::ZERO, self.clock);
        let at = self.times.partition_point(|cut| Time::new(*cut, self.clock) < time);
        let around = [at.checked_sub(1), Some(at)].into_iter().flatten();
        let cuts = around.filter_map(|at| self.times.get(at));
        let cuts = cuts.map(|ticks| Time::new(*ticks, self.clock)).chain([start]);
        cuts.min_by_key(|cut| cut.distance(time)).unwrap_or(start)
    }

    /// Number of times.
    pub(super) const fn len(&self) -> usize {
        self.times.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Time> + '_ {
        self.times.iter().map(|ticks| Time::new(*ticks, self.clock))
    }
}

impl Default for CutTimes {
    fn default() -> Self {
        Self { clock: Timescale::SECONDS, times: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_ascend_within_the_presentation() {
        let clock = Timescale::new(u32::MAX).unwrap();
        let are_taken = |times: &[i64]| {
            CutTimes::new(clock, times.iter().copied().map(Ticks).collect()).is_some()
        };
        let end = i64::from(Time::MAX_SECONDS) * i64::from(u32::MAX);
        assert!(are_taken(&[]) && are_taken(&[1]) && are_taken(&[1, 2, end]));
        assert!(!are_taken(&[0]) && !are_taken(&[-1, 5]) && !are_taken(&[2, 2]));
        assert!(!are_taken(&[3, 2]) && !are_taken(&[1, end + 1]));
    }

    #[test]
    fn the_nearest_time_is_found() {
        let times = CutTimes::new(Timescale::SECONDS, vec![Ticks(6), Ticks(12)]).unwrap();
        let nearest = |millis| times.nearest(Time::new(Ticks(millis), Timescale::MILLIS)).ticks.0;
        assert_eq!(
            [0, 2_999, 3_001, 6_000, 8_999, 9_001, 99_000].map(nearest),
            [0, 0, 6, 6, 6, 12, 12]
        );
        assert_eq!(CutTimes::default().nearest(Time::new(Ticks(5), Timescale::SECONDS)).ticks.0, 0);
    }
}
