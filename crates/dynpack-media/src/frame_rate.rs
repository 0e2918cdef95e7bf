//! Frame rates as exact fractions.

use std::fmt;

use crate::{SampleIndex, SampleTable, Timescale};

/// The maximum number of frames to examine if their durations differ.
const MAX_PROBED: u32 = 1_000;

/// Frames per second, in lowest terms: 30000/1001 rather than 29.97. Above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameRate {
    numerator: u64,
    denominator: u64,
}

impl FrameRate {
    /// The rate of a track of video; `None` if its samples take no time.
    ///
    /// If all frames but the last have one duration, the rate is exact. Otherwise it is that of
    /// most of the first frames, with durations a tick apart if the clock cannot express the rate,
    /// or the average if frames are irregular. Both become a usual rate (N or N·1000/1001) if they
    /// are within 0.05 % of one.
    pub(crate) fn of(samples: &SampleTable, timescale: Timescale) -> Option<Self> {
        let hz = u64::from(timescale.hz());
        let body = SampleIndex(0)..SampleIndex(samples.len().saturating_sub(1).max(1));
        if let Some(duration) = samples.uniform_duration(body) {
            return Self::new(hz, duration.into());
        }
        let (frames, ticks) = most_common(samples)
            .unwrap_or_else(|| (samples.len().into(), samples.total_duration().0.unsigned_abs()));
        Self::new(frames.checked_mul(hz)?, ticks).map(Self::usual)
    }

    /// `numerator / denominator` in lowest terms; `None` unless both are above zero.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        let divisor = gcd(numerator, denominator);
        match (numerator.checked_div(divisor)?, denominator.checked_div(divisor)?) {
            (0, _) | (_, 0) => None,
            (numerator, denominator) => Some(Self { numerator, denominator }),
        }
    }

    /// Frames per thousand seconds, to the nearest; at most `u64::MAX`.
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "terms of 64 bits, above zero, in 128")]
    pub fn thousandths(self) -> u64 {
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let rounded = (numerator * 2_000 + denominator) / (denominator * 2);
        u64::try_from(rounded.min(u64::MAX.into())).expect("at most u64::MAX")
    }

    /// The usual rate close to this one, or this rate to three decimals.
    fn usual(self) -> Self {
        let whole = self.thousandths().saturating_add(500) / 1_000;
        let mut candidates = [(whole, 1), (whole.saturating_mul(1_000), 1_001)]
            .into_iter()
            .filter_map(|(n, d)| Self::new(n, d));
        let usual = candidates.find(|&usual| self.is_close_to(usual));
        usual.or_else(|| Self::new(self.thousandths(), 1_000)).unwrap_or(self)
    }

    /// Whether the two differ by less than 0.05 %: the usual rates lie 0.1 % apart.
    fn is_close_to(self, other: Self) -> bool {
        let cross = |one: Self, other: Self| {
            u128::from(one.numerator).saturating_mul(other.denominator.into())
        };
        let (here, there) = (cross(self, other), cross(other, self));
        here.abs_diff(there).saturating_mul(2_000) < here
    }
}

/// `30000/1001`, or `25` for a whole number (`FrameRateType`, ISO/IEC 23009-1, 5.3.7).
impl fmt::Display for FrameRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

/// Number and total duration of those first frames that have the most common duration, within a
/// tick; `None` unless they are at least half of the frames examined.
fn most_common(samples: &SampleTable) -> Option<(u64, u64)> {
    let probed = samples.len().min(MAX_PROBED);
    let mut durations: Vec<i64> =
        (0..probed).map(|index| samples.duration(SampleIndex(index)).0).collect();
    durations.sort_unstable();
    let common = durations
        .chunk_by(|one, next| one == next)
        .max_by_key(|equal| equal.len())?
        .first()
        .copied()?;
    let close: Vec<i64> =
        durations.into_iter().filter(|duration| duration.abs_diff(common) <= 1).collect();
    let (frames, ticks) =
        (u64::try_from(close.len()).ok()?, u64::try_from(close.iter().sum::<i64>()).ok()?);
    (frames.saturating_mul(2) >= u64::from(probed)).then_some((frames, ticks))
}

/// The greatest common divisor; 0 for two zeros.
fn gcd(one: u64, other: u64) -> u64 {
    one.checked_rem(other).map_or(one, |rest| gcd(other, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, ColumnBuilder, SampleColumns};

    fn rate(hz: u32, durations: impl IntoIterator<Item = u32>) -> String {
        let mut column = ColumnBuilder::default();
        for duration in durations {
            column.push_run(duration, 1);
        }
        let len = column.len();
        let samples = SampleTable::new(SampleColumns {
            durations: column.finish(),
            composition_offsets: Column::constant(0, len),
            sizes: Column::constant(1, len),
            chunks: vec![(SampleIndex(0), 0)],
            sync_samples: None,
        });
        FrameRate::of(&samples.unwrap(), Timescale::new(hz).unwrap())
            .map_or_else(|| "none".into(), |rate| rate.to_string())
    }

    #[test]
    fn equal_durations_give_the_exact_rate() {
        assert_eq!(rate(30_000, [1001; 90]), "30000/1001");
        assert_eq!(rate(12_800, [512; 25]), "25");
        assert_eq!(rate(12_800, [512]), "25");
        assert_eq!(rate(1_000, [33; 9]), "1000/33");
    }

    #[test]
    fn the_last_frame_has_no_say() {
        assert_eq!(rate(90_000, [3_000, 3_000, 3_000, 1]), "30");
    }

    #[test]
    fn a_clock_that_cannot_count_the_rate_still_tells_it() {
        assert_eq!(rate(1_000, (0..3_000).map(|frame| if frame % 3 == 2 { 34 } else { 33 })), "30");
        let ntsc_film =
            |frame: u64| u32::try_from((frame + 1) * 1_001 / 24 - frame * 1_001 / 24).unwrap();
        assert_eq!(rate(1_000, (0..3_000).map(ntsc_film)), "24000/1001");
    }

    /// As screen recorders and phones write when they drop frames.
    #[test]
    fn dropped_frames_do_not_lower_the_rate() {
        assert_eq!(rate(600, (0..400).map(|frame| if frame % 10 == 9 { 40 } else { 20 })), "30");
    }

    #[test]
    fn frames_that_come_at_will_have_an_average() {
        assert_eq!(rate(1_000, (0..100).map(|frame| 20 + 7 * frame)), "2729/1000");
    }

    #[test]
    fn frames_that_take_no_time_have_no_rate() {
        assert_eq!(rate(1_000, [0, 0, 0]), "none");
        assert_eq!(FrameRate::new(0, 1), None);
    }

    #[test]
    fn thousandths_are_rounded() {
        assert_eq!(FrameRate::new(30_000, 1_001).unwrap().thousandths(), 29_970);
        assert_eq!(FrameRate::new(u64::MAX, 1).unwrap().thousandths(), u64::MAX);
    }
}
