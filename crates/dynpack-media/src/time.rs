//! Time on a track's own clock: integers, with seconds for printing only.

use std::cmp::Ordering;
use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Add, AddAssign, Neg, Sub};

/// Ticks per second of one clock (`timescale` of `mdhd` or `mvhd`, ISO/IEC 14496-12, 8.4.2 and
/// 8.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timescale(NonZeroU32);

impl Timescale {
    /// Seconds.
    pub const SECONDS: Self = Self::constant(1);
    /// Milliseconds.
    pub const MILLIS: Self = Self::constant(1_000);
    /// The 90 kHz clock of MPEG-2 systems (ISO/IEC 13818-1).
    pub const MPEG: Self = Self::constant(90_000);
    /// The 10 MHz clock of Smooth Streaming (\[MS-SSTR\] 2.2.2.1).
    pub const SMOOTH: Self = Self::constant(10_000_000);

    /// A timescale of `hz` ticks per second; `None` for zero.
    #[must_use]
    pub const fn new(hz: u32) -> Option<Self> {
        match NonZeroU32::new(hz) {
            Some(hz) => Some(Self(hz)),
            None => None,
        }
    }

    const fn constant(hz: u32) -> Self {
        Self::new(hz).expect("a constant above zero")
    }

    /// Ticks per second.
    #[must_use]
    pub const fn hz(self) -> u32 {
        self.0.get()
    }

    /// The slowest clock that has all ticks of both, or the faster of both if that does not fit 32
    /// bits.
    fn common(self, other: Self) -> Self {
        let (mut divisor, mut rest) = (self.hz(), other.hz());
        while let Some(next) = divisor.checked_rem(rest) {
            (divisor, rest) = (rest, next);
        }
        let common = self.hz().checked_div(divisor).and_then(|hz| hz.checked_mul(other.hz()));
        common.and_then(Self::new).unwrap_or_else(|| self.max(other))
    }
}

impl fmt::Display for Timescale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Hz", self.hz())
    }
}

/// A position or a length on some clock, in ticks of its [`Timescale`].
///
/// Signed, because presentation times before zero exist: audio priming lies there, and composition
/// offsets may point backwards.
///
/// # Panics
/// A sum panics where it passes 64 bits. No media comes near that, since times are bounded where
/// they enter:
///
/// - Durations of a track add up to [`FARTHEST`](Self::FARTHEST), 2^61, at most
///   ([`SampleTable::new`](crate::SampleTable::new)). Composition offsets have 32 bits.
/// - The two times of an edit list lie within it too. So a time in the movie, which is the sum of
///   all of those, is below 2^63.
/// - All tracks of a presentation lie within 2^28 seconds ([`Time::MAX_SECONDS`]), which are 2^60
///   ticks on the fastest clock ([`Timeline::cut`](crate::Timeline::cut)). No sum of times in a
///   presentation has more than four of them, beside one of [`FARTHEST`](Self::FARTHEST).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i64);

impl Ticks {
    /// The start of the clock.
    pub const ZERO: Self = Self(0);
    /// The latest position.
    pub const MAX: Self = Self(i64::MAX);
    /// The farthest from the start of its clock that a time in a file may lie, before or after.
    /// Nanoseconds since 1970 do not pass it before the year 2043.
    pub const FARTHEST: Self = Self(1 << 61);

    /// Whether it is within [`FARTHEST`](Self::FARTHEST) of the start of the clock.
    #[must_use]
    pub const fn is_plausible(self) -> bool {
        self.0.unsigned_abs() <= Self::FARTHEST.0.unsigned_abs()
    }

    /// This position on another clock, rounded towards the past.
    #[must_use]
    pub fn rescale_floor(self, from: Timescale, to: Timescale) -> Self {
        self.rescale(from, to, 1, 0)
    }

    /// This position on another clock, rounded to the nearest tick, halves towards the future.
    #[must_use]
    pub fn rescale_round(self, from: Timescale, to: Timescale) -> Self {
        self.rescale(from, to, 2, from.hz().into())
    }

    /// This position on another clock, rounded towards the future.
    #[must_use]
    pub fn rescale_ceil(self, from: Timescale, to: Timescale) -> Self {
        self.rescale(from, to, 1, i64::from(from.hz()).saturating_sub(1))
    }

    /// This position times `to` over `from`, both times `parts`, with `more` added before it is
    /// divided, rounded towards the past.
    #[expect(
        clippy::arithmetic_side_effects,
        reason = "clocks have 32 bits and are above zero, parts are 1 or 2"
    )]
    fn rescale(self, from: Timescale, to: Timescale, parts: i64, more: i64) -> Self {
        let (from, to) = (i64::from(from.hz()) * parts, i64::from(to.hz()) * parts);
        // In 64 bits where they are enough, which they nearly always are: four times as fast.
        match self.0.checked_mul(to).and_then(|scaled| scaled.checked_add(more)) {
            Some(scaled) => Self(scaled.div_euclid(from)),
            None => Self::narrow(
                (i128::from(self.0) * i128::from(to) + i128::from(more)).div_euclid(from.into()),
            ),
        }
    }

    /// Seconds, for printing only.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "printing needs no more than 52 bits")]
    pub fn as_seconds(self, timescale: Timescale) -> f64 {
        self.0 as f64 / f64::from(timescale.hz())
    }

    fn narrow(wide: i128) -> Self {
        let bounded = wide.clamp(i64::MIN.into(), i64::MAX.into());
        Self(i64::try_from(bounded).expect("within the bounds of i64"))
    }
}

/// A position or a length with its clock.
///
/// Times on different clocks compare exactly, without rounding.
///
/// ```
/// use dynpack_media::{Ticks, Time, Timescale};
///
/// let video = Time::new(Ticks(90_000), Timescale::MPEG);
/// assert_eq!(video, Time::new(Ticks(1_000), Timescale::MILLIS));
/// assert_eq!(video.round(Timescale::SMOOTH), Ticks(10_000_000));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Ticks of the clock.
    pub ticks: Ticks,
    /// The clock.
    pub timescale: Timescale,
}

impl Time {
    /// The maximum distance of all times of a presentation from its start, in seconds: eight and a
    /// half years. They are 2^60 ticks on the fastest clock, so that no sum of times passes 64
    /// bits.
    pub const MAX_SECONDS: u32 = 1 << 28;

    /// A time of `ticks` of a clock.
    #[must_use]
    pub const fn new(ticks: Ticks, timescale: Timescale) -> Self {
        Self { ticks, timescale }
    }

    /// The same on another clock, rounded towards the past.
    #[must_use]
    pub fn floor(self, clock: Timescale) -> Ticks {
        self.ticks.rescale_floor(self.timescale, clock)
    }

    /// The same on another clock, rounded to the nearest tick, halves towards the future.
    #[must_use]
    pub fn round(self, clock: Timescale) -> Ticks {
        self.ticks.rescale_round(self.timescale, clock)
    }

    /// The same on another clock, rounded towards the future.
    #[must_use]
    pub fn ceil(self, clock: Timescale) -> Ticks {
        self.ticks.rescale_ceil(self.timescale, clock)
    }

    /// The sum of two times, exact if a clock of 32 bits has all ticks of both. Otherwise it is
    /// rounded to the nearest tick of the faster clock. It saturates at 64 bits.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        if other.ticks == Ticks::ZERO {
            return self;
        }
        let clock = self.timescale.common(other.timescale);
        let [one, two] = [self, other].map(|time| time.round(clock).0);
        Self::new(Ticks(one.saturating_add(two)), clock)
    }

    /// Seconds, for printing only.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        self.ticks.as_seconds(self.timescale)
    }

    /// The distance of two times, in ticks of both clocks multiplied: exact, and comparable where
    /// the product of the clocks is the same.
    #[expect(clippy::arithmetic_side_effects, reason = "a difference of numbers of 95 bits")]
    pub(crate) fn distance(self, other: Self) -> i128 {
        (self.times_clock_of(other) - other.times_clock_of(self)).abs()
    }

    /// The distance of two times, in whole seconds.
    #[expect(clippy::arithmetic_side_effects, reason = "clocks have 32 bits and are above zero")]
    pub(crate) fn seconds_from(self, other: Self) -> u128 {
        let hz = |time: Self| u128::from(time.timescale.hz());
        self.distance(other).unsigned_abs() / (hz(self) * hz(other))
    }

    /// Its ticks times the clock of another time: at most 95 bits.
    #[expect(clippy::arithmetic_side_effects, reason = "63 bits times 32 in 128")]
    fn times_clock_of(self, other: Self) -> i128 {
        i128::from(self.ticks.0) * i128::from(other.timescale.hz())
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> Ordering {
        self.times_clock_of(*other).cmp(&other.times_clock_of(*self))
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Time {}

/// Why no sum passes 64 bits: see [`Ticks`].
const BOUNDED: &str = "times are bounded where they enter";

impl Add for Ticks {
    type Output = Self;

    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.checked_add(other.0).expect(BOUNDED))
    }
}

impl AddAssign for Ticks {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Ticks {
    type Output = Self;

    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.checked_sub(other.0).expect(BOUNDED))
    }
}

impl Neg for Ticks {
    type Output = Self;

    #[inline]
    fn neg(self) -> Self {
        Self(self.0.checked_neg().expect(BOUNDED))
    }
}

impl fmt::Display for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rescaling_rounds_as_named_on_both_sides_of_zero() {
        let (from, to) = (Timescale::MPEG, Timescale::MILLIS);
        // 45 ticks of 90 kHz are half a millisecond.
        assert_eq!(Ticks(45).rescale_floor(from, to), Ticks(0));
        assert_eq!(Ticks(45).rescale_round(from, to), Ticks(1));
        assert_eq!(Ticks(45).rescale_ceil(from, to), Ticks(1));
        assert_eq!(Ticks(-45).rescale_floor(from, to), Ticks(-1));
        assert_eq!(Ticks(-45).rescale_round(from, to), Ticks(0));
        assert_eq!(Ticks(-45).rescale_ceil(from, to), Ticks(0));
    }

    #[test]
    fn rescaling_is_the_same_in_64_bits_as_in_128() {
        let (from, to) = (Timescale::new(44_100).unwrap(), Timescale::SMOOTH);
        let limit = i64::MAX / i64::from(to.hz()) / 2;
        for ticks in (-3..=3)
            .flat_map(|off| [limit + off, 2 * limit + off, -limit + off, -2 * limit + off, off])
        {
            let exact = i128::from(ticks) * i128::from(to.hz());
            let floor = exact.div_euclid(44_100);
            assert_eq!(i128::from(Ticks(ticks).rescale_floor(from, to).0), floor);
            assert_eq!(
                i128::from(Ticks(ticks).rescale_ceil(from, to).0),
                floor + i128::from(exact.rem_euclid(44_100) > 0)
            );
            assert_eq!(
                i128::from(Ticks(ticks).rescale_round(from, to).0),
                floor + i128::from(exact.rem_euclid(44_100) * 2 >= 44_100)
            );
        }
    }

    #[test]
    fn sums_are_exact_where_a_clock_has_both() {
        let time = |ticks, hz| Time::new(Ticks(ticks), Timescale::new(hz).unwrap());
        assert_eq!(time(1, 1_000).plus(time(1, 48_000)), time(49, 48_000));
        assert_eq!(time(1, 44_100).plus(time(-1, 48_000)), time(480 - 441, 21_168_000));
        assert_eq!(time(i64::MAX, 1).plus(time(1, 1)), time(i64::MAX, 1));
        let clocks = [4_294_967_291, 4_294_967_290];
        assert_eq!(time(1, clocks[0]).plus(time(1, clocks[1])), time(2, clocks[0]));
    }

    #[test]
    fn times_at_the_bounds_add_up_exactly() {
        const { assert!(Time::MAX_SECONDS as u64 * u32::MAX as u64 <= 1 << 60) };
        let (farthest, offset) = (Ticks::FARTHEST, Ticks(i32::MIN.into()));
        assert_eq!((-farthest + offset - farthest - farthest).0, -3 * (1 << 61) - (1 << 31));
        assert_eq!((farthest - offset + farthest + farthest).0, 3 * (1 << 61) + (1 << 31));
        assert!(farthest.is_plausible() && (-farthest).is_plausible());
        let beyond = [Ticks(i64::MIN), -farthest - Ticks(1), farthest + Ticks(1), Ticks::MAX];
        assert!(!beyond.into_iter().any(Ticks::is_plausible));
    }

    #[test]
    #[should_panic(expected = "times are bounded where they enter")]
    fn sums_past_64_bits_are_never_wrong() {
        let _ = Ticks::MAX + Ticks(1);
    }

    #[test]
    fn rescaling_does_not_overflow() {
        let to = Timescale::new(u32::MAX).unwrap();
        assert_eq!(Ticks::MAX.rescale_round(Timescale::new(1).unwrap(), to), Ticks::MAX);
    }
}
