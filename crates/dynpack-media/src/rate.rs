//! The bandwidth that segments need.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::{RenditionId, Ticks, Time, Timescale};

/// Bits per second of the segments of a rendition as they are sent, all overhead included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Rate {
    /// The peak segment bit rate (RFC 8216, 2): the largest of any run of segments which together
    /// last between 0.5 and 1.5 times the target duration.
    pub peak: u64,
    /// The average segment bit rate: that of all segments together.
    pub average: u64,
}

impl Rate {
    /// A known rate.
    #[must_use]
    pub const fn new(peak: u64, average: u64) -> Self {
        Self { peak, average }
    }

    /// The rate of segments of these sizes, in bytes, and durations, in ticks of `timescale`;
    /// rounded up.
    ///
    /// A few operations a segment, as long as segments last about equally long.
    #[must_use]
    pub fn measure(segments: impl IntoIterator<Item = (u64, Ticks)>, timescale: Timescale) -> Self {
        let film = Film::new(segments, timescale);
        film.rate(film.densest().1)
    }

    /// The rate of parts that follow each other, each with how long it lasts in milliseconds: the
    /// highest peak, and the average over all of them, rounded up.
    fn of_parts(parts: impl IntoIterator<Item = (Self, u64)>) -> Self {
        let (mut peak, mut bits, mut lasting) = (0, 0_u128, 0_u128);
        for (rate, millis) in parts {
            peak = rate.peak.max(peak);
            bits = bits.saturating_add(u128::from(rate.average).saturating_mul(millis.into()));
            lasting = lasting.saturating_add(millis.into());
        }
        let average = bits.div_ceil(lasting.max(1));
        Self { peak, average: u64::try_from(average).unwrap_or(u64::MAX) }
    }

    /// Like [`measure`](Self::measure), from upper bounds of the sizes: calls `exact` for the exact
    /// size of a segment, by its index, only where that can decide the peak.
    ///
    /// The peak is that of the exact sizes. The average is at least the exact one, and at most that
    /// of the upper bounds.
    ///
    /// # Errors
    /// What `exact` returns.
    pub fn refine<E>(
        segments: impl IntoIterator<Item = (u64, Ticks)>,
        timescale: Timescale,
        mut exact: impl FnMut(usize) -> Result<u64, E>,
    ) -> Result<Self, E> {
        let part = RatePart::new(segments, timescale, 1);
        Self::refine_parts(vec![part], |_, at| exact(at))
    }

    /// Like [`refine`](Self::refine), of parts that follow each other: calls `exact` with the index
    /// of a part and that of a segment in it. The peak is the highest of any part.
    ///
    /// # Errors
    /// What `exact` returns.
    pub fn refine_parts<E>(
        mut parts: Vec<RatePart>,
        mut exact: impl FnMut(usize, usize) -> Result<u64, E>,
    ) -> Result<Self, E> {
        while let Some((at, highest)) =
            parts.iter_mut().enumerate().max_by_key(|(_, part)| part.rate.peak)
        {
            if highest.refine(|segment| exact(at, segment))? {
                break;
            }
        }
        Ok(Self::of_parts(parts.iter().map(|part| (part.rate, part.millis))))
    }
}

/// Segments whose sizes are known by upper bounds: a part of a stream.
#[derive(Clone, Debug)]
pub struct RatePart {
    film: Film,
    /// Whether the size of a segment is an upper bound.
    is_bound: Vec<bool>,
    /// The run of segments that decides the peak.
    densest: Range<usize>,
    rate: Rate,
    millis: u64,
}

impl RatePart {
    /// Segments of at most these sizes, in bytes, and durations, in ticks of `timescale`. Together
    /// they last `millis` milliseconds of the program.
    #[must_use]
    pub fn new(
        segments: impl IntoIterator<Item = (u64, Ticks)>,
        timescale: Timescale,
        millis: u64,
    ) -> Self {
        let film = Film::new(segments, timescale);
        let (densest, peak) = film.densest();
        let (is_bound, rate) = (vec![true; film.segments.len()], film.rate(peak));
        Self { film, is_bound, densest, rate, millis }
    }

    /// Asks for the exact sizes of the segments that decide the peak; `true` if all are known.
    fn refine<E>(&mut self, mut exact: impl FnMut(usize) -> Result<u64, E>) -> Result<bool, E> {
        let mut is_certain = true;
        for at in self.densest.clone() {
            let (Some(is_bound), Some((bytes, _))) =
                (self.is_bound.get_mut(at), self.film.segments.get_mut(at))
            else {
                continue;
            };
            if std::mem::take(is_bound) {
                *bytes = exact(at)?;
                is_certain = false;
            }
        }
        if !is_certain {
            let (densest, peak) = self.film.densest();
            (self.densest, self.rate) = (densest, self.film.rate(peak));
        }
        Ok(is_certain)
    }
}

/// The target duration of segments, given the duration of the longest: in seconds, rounded, at
/// least 1 (RFC 8216, 4.3.3.1).
#[must_use]
pub fn target_duration(longest: Time) -> u64 {
    const SECONDS: Timescale = Timescale::new(1).expect("above zero");
    longest.round(SECONDS).0.max(1).unsigned_abs()
}

/// Segments in the order in which they are played.
#[derive(Clone, Debug)]
struct Film {
    /// Bytes and duration of each.
    segments: Vec<(u64, Ticks)>,
    timescale: Timescale,
    /// The target duration, in ticks.
    target: u128,
}

impl Film {
    fn new(segments: impl IntoIterator<Item = (u64, Ticks)>, timescale: Timescale) -> Self {
        let segments: Vec<_> = segments.into_iter().collect();
        let longest = segments.iter().map(|(_, duration)| *duration).max().unwrap_or_default();
        let target = u128::from(target_duration(Time::new(longest.max(Ticks::ZERO), timescale)))
            .saturating_mul(timescale.hz().into());
        Self { segments, timescale, target }
    }

    /// The run of segments that decides the peak: all of them, if none is denser.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "sums of 64-bit numbers in 128 bits, each at least the one before"
    )]
    fn densest(&self) -> (Range<usize>, Sum) {
        let sums = self.sums();
        let mut peak = (0..self.segments.len(), sums.last().copied().unwrap_or_default());
        for (end, sum) in sums.iter().enumerate().skip(1) {
            let starts = sums.iter().enumerate().take(end).rev();
            let runs = starts.map(|(at, start)| {
                (at..end, Sum { bytes: sum.bytes - start.bytes, ticks: sum.ticks - start.ticks })
            });
            let fitting = runs
                .take_while(|(_, run)| run.ticks * 2 <= self.target * 3)
                .filter(|(_, run)| run.ticks * 2 >= self.target);
            peak = fitting.fold(peak, |peak, run| if run.1.is_denser(peak.1) { run } else { peak });
        }
        peak
    }

    /// The sum before each segment, and that of all segments.
    fn sums(&self) -> Vec<Sum> {
        let mut total = Sum::default();
        let sums = self.segments.iter().map(|segment| {
            total = total.with(*segment);
            total
        });
        std::iter::once(Sum::default()).chain(sums).collect()
    }

    fn rate(&self, peak: Sum) -> Rate {
        let total = self.segments.iter().fold(Sum::default(), |sum, one| sum.with(*one));
        Rate {
            peak: peak.bits_per_second(self.timescale),
            average: total.bits_per_second(self.timescale),
        }
    }
}

/// The rates of renditions, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates(BTreeMap<RenditionId, Rate>);

impl Rates {
    /// The rate of a rendition, if it is known.
    #[must_use]
    pub fn get(&self, id: &RenditionId) -> Option<Rate> {
        self.0.get(id).copied()
    }

    /// The rates of parts that follow each other, each with how long it lasts in milliseconds.
    #[must_use]
    pub fn of_parts(parts: impl IntoIterator<Item = (Self, u64)>) -> Self {
        let mut rates = BTreeMap::<RenditionId, Vec<(Rate, u64)>>::new();
        for (Self(part), millis) in parts {
            for (id, rate) in part {
                rates.entry(id).or_default().push((rate, millis));
            }
        }
        rates.into_iter().map(|(id, parts)| (id, Rate::of_parts(parts))).collect()
    }
}

impl FromIterator<(RenditionId, Rate)> for Rates {
    fn from_iter<I: IntoIterator<Item = (RenditionId, Rate)>>(rates: I) -> Self {
        Self(rates.into_iter().collect())
    }
}

/// A run of segments.
#[derive(Clone, Copy, Default)]
struct Sum {
    bytes: u128,
    ticks: u128,
}

impl Sum {
    #[expect(clippy::arithmetic_side_effects, reason = "sums of 64-bit numbers in 128 bits")]
    fn with(self, (bytes, duration): (u64, Ticks)) -> Self {
        Self {
            bytes: self.bytes + u128::from(bytes),
            ticks: self.ticks + u128::from(duration.0.max(0).unsigned_abs()),
        }
    }

    fn is_denser(self, other: Self) -> bool {
        self.bytes.saturating_mul(other.ticks) > other.bytes.saturating_mul(self.ticks)
    }

    /// Rounded up, at most `u64::MAX`; 0 for no time at all.
    fn bits_per_second(self, timescale: Timescale) -> u64 {
        let bits = self.bytes.saturating_mul(8).saturating_mul(timescale.hz().into());
        let rate = if self.ticks == 0 { 0 } else { bits.div_ceil(self.ticks) };
        u64::try_from(rate.min(u64::MAX.into())).expect("at most u64::MAX")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn measure(segments: &[(u64, i64)]) -> (u64, u64) {
        let segments = segments.iter().map(|&(bytes, millis)| (bytes, Ticks(millis)));
        let rate = Rate::measure(segments, Timescale::MILLIS);
        (rate.peak, rate.average)
    }

    #[test]
    fn the_densest_segment_gives_the_peak() {
        assert_eq!(measure(&[(1_000, 4_000), (3_000, 4_000), (2_000, 4_000)]), (6_000, 4_000));
    }

    /// The run of half a second is too short to count by itself: with its neighbour it makes 4 KB
    /// in 4.5 seconds.
    #[test]
    fn a_short_segment_counts_with_its_neighbours() {
        assert_eq!(measure(&[(1_000, 4_000), (3_000, 500)]), (7_112, 7_112));
        assert_eq!(measure(&[(3_000, 1_999), (1_000, 4_000)]), (5_335, 5_335));
        assert_eq!(measure(&[(3_000, 2_000), (1_000, 4_000)]), (12_000, 5_334));
    }

    /// Nothing else comes near the second, so nothing else is asked for.
    #[test]
    fn only_what_may_be_the_densest_is_asked_for() {
        let bounds = [1_000, 3_000, 2_000, 2_000].map(|bytes| (bytes, Ticks(4_000)));
        let mut asked = Vec::new();
        let rate = Rate::refine(bounds, Timescale::MILLIS, |at| {
            asked.push(at);
            Ok::<_, ()>(2_900)
        });
        assert_eq!((rate.unwrap(), asked), (Rate::new(5_800, 3_950), vec![1]));
        assert_eq!(Rate::refine(bounds, Timescale::MILLIS, |_| Err("no")), Err("no"));
        assert_eq!(Rate::refine([], Timescale::MILLIS, |_| Err("no")), Ok(Rate::default()));
    }

    #[test]
    fn a_film_shorter_than_half_a_second_has_a_rate() {
        assert_eq!(measure(&[(1_000, 400)]), (20_000, 20_000));
    }

    #[test]
    fn nothing_has_no_rate() {
        assert_eq!(measure(&[]), (0, 0));
        assert_eq!(measure(&[(9, 0)]), (0, 0));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        assert_eq!(measure(&[(u64::MAX, 1)]).0, u64::MAX);
        measure(&[(u64::MAX, 1), (u64::MAX, i64::MAX), (u64::MAX, i64::MAX)]);
    }

    proptest! {
        #[test]
        fn the_peak_is_that_of_the_definition(
            segments in prop::collection::vec((0_u64..1_000_000, 1_i64..10_000), 1..30)
        ) {
            let seconds = segments.iter().map(|(_, millis)| (millis + 500) / 1_000);
            let target = seconds.max().unwrap().max(1) * 1_000;
            let mut peak = 0_u64;
            for from in 0..segments.len() {
                for to in from + 1..=segments.len() {
                    let add = |sum: (u64, i64), one: &(u64, i64)| (sum.0 + one.0, sum.1 + one.1);
                    let (bytes, millis) = segments[from..to].iter().fold((0, 0), add);
                    if (target..=target * 3).contains(&(millis * 2)) {
                        peak = peak.max((bytes * 8_000).div_ceil(u64::try_from(millis).unwrap()));
                    }
                }
            }
            let (measured, average) = measure(&segments);
            prop_assert_eq!(measured, peak.max(average));
        }

        #[test]
        fn what_is_told_on_demand_gives_the_same_peak(
            segments in
                prop::collection::vec((0_u64..100_000, 1_i64..10_000, 0_u64..9_000), 1..60)
        ) {
            let exact: Vec<_> =
                segments.iter().map(|&(bytes, millis, _)| (bytes, millis)).collect();
            let (peak, average) = measure(&exact);
            let bounds: Vec<_> =
                segments.iter().map(|&(bytes, millis, more)| (bytes + more, millis)).collect();
            let mut asked = vec![0; segments.len()];
            let given = bounds.iter().map(|&(bytes, millis)| (bytes, Ticks(millis)));
            let rate = Rate::refine(given, Timescale::MILLIS, |at| {
                asked[at] += 1;
                Ok::<_, ()>(exact[at].0)
            });
            let rate = rate.unwrap();
            prop_assert_eq!(rate.peak, peak);
            prop_assert!((average..=measure(&bounds).1).contains(&rate.average));
            prop_assert!(asked.iter().all(|times| *times <= 1));
        }

        /// Parts have the highest peak of any, and of a part that is far from it nothing is asked.
        #[test]
        fn parts_together_have_the_highest_peak(
            parts in prop::collection::vec(
                prop::collection::vec((0_u64..100_000, 1_i64..10_000, 0_u64..9_000), 1..9),
                1..9,
            )
        ) {
            let sizes = |part: &[(u64, i64, u64)], with_more: bool| -> Vec<(u64, i64)> {
                let size = |&(bytes, millis, more)| (bytes + u64::from(with_more) * more, millis);
                part.iter().map(size).collect()
            };
            let peaks = |with_more| -> Vec<u64> {
                parts.iter().map(|part| measure(&sizes(part, with_more)).0).collect()
            };
            let mut asked = vec![false; parts.len()];
            let bounds = parts.iter().map(|part| {
                let segments = sizes(part, true).into_iter();
                let segments = segments.map(|(bytes, millis)| (bytes, Ticks(millis)));
                RatePart::new(segments, Timescale::MILLIS, 1_000)
            });
            let rate = Rate::refine_parts(bounds.collect(), |part, at| {
                asked[part] = true;
                Ok::<_, ()>(parts[part][at].0)
            });
            let highest = peaks(false).into_iter().max().unwrap();
            prop_assert_eq!(rate.unwrap().peak, highest);
            for (asked, bound) in asked.into_iter().zip(peaks(true)) {
                prop_assert!(!asked || bound >= highest);
            }
        }
    }
}
