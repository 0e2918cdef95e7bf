//! The clock of a document, and time expressions (TTML2, 12.3.1).

use dynpack_media::{Ticks, Time, Timescale};
use dynpack_xml::{Element, Error};

/// Units per second of fractions: they are cut after nine digits.
const NANOS: i128 = 1_000_000_000;

/// The clock of a document: all of its times are whole numbers of its ticks, so sums are exact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    /// Ticks per second: a multiple of nanoseconds, frames, subframes and TTML ticks.
    hz: i128,
    /// Clock ticks of a frame.
    frame: i128,
    /// Clock ticks of a part of a frame.
    subframe: i128,
    /// Clock ticks of a `t`.
    tick: i128,
    /// How clock times count frames, if they are labels of frames.
    labels: Option<Labels>,
}

/// How the labels of SMPTE ST 12 count frames.
#[derive(Clone, Copy, Debug)]
struct Labels {
    /// Frames in a second of the labels.
    per_second: i128,
    drop: DropMode,
}

/// Which labels are left out, so that they keep up with the time (TTML2, 7.2.4).
#[derive(Clone, Copy, Debug)]
enum DropMode {
    /// None.
    NonDrop,
    /// Two in each minute, but not in each tenth.
    Ntsc,
    /// Four in each second minute, but not in each twentieth.
    Pal,
}

impl Labels {
    /// Those that the parameters of the root element describe.
    fn read(root: &Element<'_>, per_second: u32) -> Result<Self, Error> {
        // Labels in no order have no place on a clock (TTML2, 12.3.2).
        if root.get("markerMode") != Some("continuous") {
            let what = "timeBase \"smpte\" with labels that are not continuous (markerMode)";
            return Err(Error::NotSupported { at: root.at(), what });
        }
        let drop = match root.get("dropMode") {
            None | Some("nonDrop") => DropMode::NonDrop,
            Some("dropNTSC") => DropMode::Ntsc,
            Some("dropPAL") => DropMode::Pal,
            Some(_) => return Err(root.malformed("dropMode is none that TTML knows")),
        };
        Ok(Self { per_second: per_second.into(), drop })
    }

    /// How many frames are before a label (TTML2, 12.3.2).
    fn count(self, [hours, minutes, seconds, frames]: [i128; 4]) -> i128 {
        let by_minutes = |divisor: i128| minutes.checked_div(divisor).unwrap_or_default();
        let dropped = match self.drop {
            DropMode::NonDrop => 0,
            DropMode::Ntsc => {
                let minutes = minutes.saturating_sub(by_minutes(10));
                hours.saturating_mul(54).saturating_add(minutes).saturating_mul(2)
            }
            DropMode::Pal => {
                let minutes = by_minutes(2).saturating_sub(by_minutes(20));
                hours.saturating_mul(27).saturating_add(minutes).saturating_mul(4)
            }
        };
        let minutes = hours.saturating_mul(60).saturating_add(minutes);
        let seconds = minutes.saturating_mul(60).saturating_add(seconds);
        seconds.saturating_mul(self.per_second).saturating_add(frames).saturating_sub(dropped)
    }
}

impl Clock {
    /// The clock that the parameters of the root element describe (TTML2, 7.2).
    ///
    /// # Errors
    /// [`Error::NotSupported`] for the time base `clock`, and for labels in no order.
    pub(super) fn read(root: &Element<'_>) -> Result<Self, Error> {
        let frame_rate = positive(root, "frameRate")?;
        let labels = match root.get("timeBase") {
            None | Some("media") => None,
            Some("smpte") => Some(Labels::read(root, frame_rate.unwrap_or(30))?),
            Some(_) => {
                let what = "a timeBase other than \"media\" and \"smpte\"";
                return Err(Error::NotSupported { at: root.at(), what });
            }
        };
        let subframes = positive(root, "subFrameRate")?.unwrap_or(1);
        let multiplier = root.get("frameRateMultiplier").unwrap_or("1 1");
        let bad = || root.malformed("frameRateMultiplier is not two numbers above zero");
        let (numerator, denominator) =
            multiplier.split_once([' ', ':']).unwrap_or((multiplier, "1"));
        let part = |text: &str| text.trim().parse().ok().filter(|part: &u32| *part > 0);
        let (numerator, denominator) = part(numerator).zip(part(denominator)).ok_or_else(bad)?;
        let default_tick_rate = frame_rate.map_or(1, |rate| rate.saturating_mul(subframes));
        let tick_rate = positive(root, "tickRate")?.unwrap_or(default_tick_rate);
        let frames = product(&[frame_rate.unwrap_or(30), numerator, subframes]);
        let frames = frames.ok_or_else(|| root.malformed("the frame rate passes 32 bits"))?;
        Ok(Self { labels, ..Self::new(frames, denominator, subframes, tick_rate) })
    }

    /// A clock for that many subframes in `seconds`, which have `subframes` a frame.
    #[expect(clippy::arithmetic_side_effects, reason = "divisors are above zero")]
    fn new(frames: u32, seconds: u32, subframes: u32, tick_rate: u32) -> Self {
        let hz = lcm(lcm(NANOS, frames.into()), tick_rate.into());
        let subframe = (hz / i128::from(frames)).saturating_mul(seconds.into());
        let frame = subframe.saturating_mul(subframes.into());
        Self { hz, frame, subframe, tick: hz / i128::from(tick_rate), labels: None }
    }

    /// The latest time.
    pub(super) fn never(self) -> i128 {
        self.hz.saturating_mul(Time::MAX_SECONDS.into())
    }

    /// Reads a time expression, in ticks of the clock; `None` if it is invalid.
    pub(super) fn parse(self, text: &str) -> Option<i128> {
        let ticks = if text.contains(':') { self.clock_time(text) } else { self.offset_time(text) };
        ticks.filter(|ticks| *ticks <= self.never())
    }

    /// Hours, minutes and seconds, and a fraction or frames.
    fn clock_time(self, text: &str) -> Option<i128> {
        let mut parts = text.split(':');
        let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
        let seconds = parts.next()?;
        let (frames, subframes) = match parts.next() {
            Some(frames) => {
                let (frames, subframes) = frames.split_once('.').unwrap_or((frames, "0"));
                (number(frames)?, number(subframes)?.saturating_mul(self.subframe))
            }
            None => (0, 0),
        };
        if parts.next().is_some() {
            return None;
        }
        if let Some(labels) = self.labels {
            let frames = labels.count([hours, minutes, number(seconds)?, frames]);
            return Some(frames.saturating_mul(self.frame).saturating_add(subframes));
        }
        let seconds = self.decimal(seconds, self.hz)?;
        let frames = frames.saturating_mul(self.frame).saturating_add(subframes);
        let minutes = hours.saturating_mul(60).saturating_add(minutes);
        let ticks = minutes.saturating_mul(60).saturating_mul(self.hz);
        Some(ticks.saturating_add(seconds).saturating_add(frames))
    }

    /// A number with its unit.
    fn offset_time(self, text: &str) -> Option<i128> {
        let unit = text.find(|char: char| char.is_ascii_alphabetic())?;
        let (count, unit) = text.split_at_checked(unit)?;
        let unit = match unit {
            "h" => self.hz.saturating_mul(3600),
            "m" => self.hz.saturating_mul(60),
            "s" => self.hz,
            "ms" => self.hz / 1000,
            "f" => self.frame,
            "t" => self.tick,
            _ => return None,
        };
        self.decimal(count, unit)
    }

    /// A number with a fraction, times a unit.
    fn decimal(self, text: &str, unit: i128) -> Option<i128> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        number(fraction)?;
        let nanos = format!("{fraction:0<9}").get(..9)?.parse::<i128>().ok()?;
        let part = nanos.saturating_mul(unit) / NANOS;
        Some(number(whole)?.saturating_mul(unit).saturating_add(part))
    }

    /// The same time on the slowest clock that has it exactly. Where that passes 32 bits, it is
    /// rounded to a nanosecond.
    #[expect(clippy::arithmetic_side_effects, reason = "divisors are above zero")]
    pub(super) fn time(self, ticks: i128) -> Time {
        let divisor = gcd(ticks, self.hz);
        let exact = u32::try_from(self.hz / divisor).ok().and_then(Timescale::new);
        let (ticks, clock) = exact.map_or_else(
            || (ticks / (self.hz / NANOS), Timescale::new(1_000_000_000)),
            |clock| (ticks / divisor, Some(clock)),
        );
        let clock = clock.unwrap_or(Timescale::MILLIS);
        Time::new(Ticks(i64::try_from(ticks).unwrap_or(i64::MAX)), clock)
    }
}

/// The value of a parameter that counts.
fn positive(root: &Element<'_>, name: &str) -> Result<Option<u32>, Error> {
    match root.number(name)? {
        Some(0) => Err(root.malformed(format!("{name} is zero"))),
        value => Ok(value),
    }
}

fn product(factors: &[u32]) -> Option<u32> {
    factors.iter().try_fold(1_u32, |product, factor| product.checked_mul(*factor))
}

/// Digits only: at most 18, so that products of few numbers stay within 128 bits.
fn number(text: &str) -> Option<i128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[expect(clippy::arithmetic_side_effects, reason = "divisors are above zero")]
fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[expect(clippy::arithmetic_side_effects, reason = "divisors are above zero")]
fn lcm(a: i128, b: i128) -> i128 {
    (a / gcd(a, b)).saturating_mul(b)
}

#[cfg(test)]
mod tests {
    use dynpack_xml::{Options, Reader};

    use super::*;

    fn clock(parameters: &str) -> Result<Clock, Error> {
        let text = format!("<tt {parameters}/>");
        Clock::read(&Reader::new(&text, Options::new()).root("tt").unwrap())
    }

    #[test]
    fn time_expressions_are_exact() {
        let smpte = |rate: &str, drop| {
            format!("{rate} timeBase='smpte' markerMode='continuous' dropMode='{drop}'")
        };
        let ntsc = "frameRate='30' frameRateMultiplier='1000 1001' subFrameRate='2'";
        for (parameters, text, ticks, hz) in [
            ("", "01:02:03", 3723, 1),
            ("", "00:00:01.5", 3, 2),
            ("", "100:00:00.001", 360_000_001, 1000),
            ("", "00:00:01:15", 45, 30),
            ("", "1.5h", 5400, 1),
            ("", "2m", 120, 1),
            ("", "250ms", 1, 4),
            ("", "0.0333333339s", 33_333_333, 1_000_000_000),
            ("", "7t", 7, 1),
            ("frameRate='25'", "10f", 10, 25),
            ("frameRate='25'", "5t", 5, 25),
            ("tickRate='10000000'", "12345678t", 12_345_678, 10_000_000),
            (ntsc, "00:00:00:15.1", 31 * 1001, 60_000),
            (ntsc, "30f", 1001, 1000),
            (&smpte(ntsc, "nonDrop"), "00:01:00:01", 1801 * 1001, 30_000),
            (&smpte(ntsc, "dropNTSC"), "00:00:59:29", 1799 * 1001, 30_000),
            (&smpte(ntsc, "dropNTSC"), "00:01:00:02", 1800 * 1001, 30_000),
            (&smpte(ntsc, "dropNTSC"), "00:10:00:00.1", (17_982 * 2 + 1) * 1001, 60_000),
            (&smpte(ntsc, "dropNTSC"), "01:00:00:00", 107_892 * 1001, 30_000),
            (&smpte(ntsc, "dropPAL"), "00:02:00:04", 3600 * 1001, 30_000),
            (&smpte(ntsc, "dropPAL"), "01:00:00:00", (108_000 - 108) * 1001, 30_000),
            (&smpte("frameRate='25'", "nonDrop"), "10:00:00", 36_000, 1),
            (&smpte("frameRate='25'", "nonDrop"), "5s", 5, 1),
            ("frameRate='24' frameRateMultiplier='999:1000'", "1f", 1000, 23_976),
        ] {
            let clock = clock(parameters).unwrap();
            let expected = Time::new(Ticks(ticks), Timescale::new(hz).unwrap());
            assert_eq!(clock.parse(text).map(|at| clock.time(at)), Some(expected), "{text}");
        }
    }

    #[test]
    fn invalid_expressions_and_parameters_are_refused() {
        let default = clock("").unwrap();
        for text in [
            "",
            "1",
            "s",
            "-1s",
            "+1s",
            "1 s",
            "1x",
            "1.s",
            ".5s",
            "00:01",
            "0:0:0:0:0",
            "1:2:3.",
            "a:b:c",
            "99999999h",
            "999999999999999999999999999999999999999999h",
            "é",
        ] {
            assert_eq!(default.parse(text), None, "{text}");
        }
        let labels = clock("timeBase='smpte' markerMode='continuous'").unwrap();
        assert_eq!(labels.parse("00:00:01.5"), None, "labels have no fractions of seconds");
        for (parameters, problem) in [
            ("frameRate='0'", "frameRate is zero"),
            ("tickRate='-1'", "tickRate is not a number in range"),
            ("frameRateMultiplier='0 1'", "two numbers above zero"),
            ("frameRate='65536' subFrameRate='65536'", "passes 32 bits"),
            (
                "timeBase='smpte'",
                "not supported at line 1, column 1: timeBase \"smpte\" with labels",
            ),
            ("timeBase='smpte' markerMode='discontinuous'", "labels that are not continuous"),
            ("timeBase='smpte' markerMode='continuous' dropMode='x'", "dropMode is none"),
            ("timeBase='clock'", "a timeBase other than \"media\" and"),
        ] {
            let error = clock(parameters).unwrap_err().to_string();
            assert!(error.contains(problem), "{parameters}: {error}");
        }
    }

    #[test]
    fn the_largest_rates_have_no_overflow() {
        let rates =
            "frameRate='4294967291' tickRate='4294967279' frameRateMultiplier='1 4294967295'";
        let clock = clock(rates).unwrap();
        assert_eq!(clock.parse("9999999999999999999f"), None);
        let time = clock.time(clock.parse("1t").unwrap());
        assert_eq!(time, Time::new(Ticks(1), Timescale::new(4_294_967_279).unwrap()));
        assert_eq!(clock.time(clock.never()).as_seconds(), f64::from(Time::MAX_SECONDS));
    }
}
