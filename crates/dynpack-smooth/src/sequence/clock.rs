//! Clock values of SMIL.

use dynpack_media::{Ticks, Time, Timescale};

/// The clock of times with fractions.
const MICROS: Timescale = Timescale::new(1_000_000).expect("above zero");

/// The number of decimals that are read.
const DECIMALS: usize = 6;

/// A clock value (SMIL 3.0, 5.4.3): `2:30:00.5`, `02:30.5`, `3.5h`, `12min`, `45.2s`, `5ms` or
/// `12`, which are seconds. `npt=` may stand before it.
pub(super) fn clock(text: &str) -> Option<Time> {
    let text = text.trim();
    let text = text.strip_prefix("npt=").unwrap_or(text);
    let micros = match text.split(':').collect::<Vec<_>>().as_slice() {
        [hours, minutes, seconds] => sum([
            scaled(hours, 3_600_000_000, false)?,
            scaled(minutes, 60_000_000, false)?,
            scaled(seconds, 1_000_000, true)?,
        ])?,
        [minutes, seconds] => {
            sum([scaled(minutes, 60_000_000, false)?, scaled(seconds, 1_000_000, true)?, 0])?
        }
        [count] => {
            let units =
                [("min", 60_000_000), ("ms", 1_000), ("h", 3_600_000_000), ("s", 1_000_000)];
            let unit = units
                .into_iter()
                .find_map(|(unit, micros)| count.strip_suffix(unit).map(|count| (count, micros)));
            let (count, micros) = unit.unwrap_or((count, 1_000_000));
            scaled(count.trim_end(), micros, true)?
        }
        _ => return None,
    };
    let is_plausible = micros / 1_000_000 <= i64::from(Time::MAX_SECONDS);
    is_plausible.then_some(Time::new(Ticks(micros), MICROS))
}

fn sum(parts: [i64; 3]) -> Option<i64> {
    parts.into_iter().try_fold(0_i64, i64::checked_add)
}

/// A number without sign times `unit`, which may have a fraction if it `is_last`.
fn scaled(text: &str, unit: i64, is_last: bool) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || (!is_last && text.contains('.')) {
        return None;
    }
    let digits: String = fraction.chars().chain("000000".chars()).take(DECIMALS).collect();
    let millionths = digits.parse::<i64>().ok()?.checked_mul(unit)?.checked_div(1_000_000)?;
    whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(millionths)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Examples of SMIL 3.0, 5.4.3, and what is not a time.
    #[test]
    fn clock_values_are_those_of_smil() {
        let micros = |text| clock(text).map(|time| time.ticks.0);
        for (text, expected) in [
            ("02:30:03", 9_003_000_000),
            ("50:00:10.25", 180_010_250_000),
            ("02:33", 153_000_000),
            ("00:10.5", 10_500_000),
            ("3.2h", 11_520_000_000),
            ("45min", 2_700_000_000),
            ("30s", 30_000_000),
            ("5ms", 5_000),
            ("12.467", 12_467_000),
            ("npt=10s", 10_000_000),
            ("0", 0),
        ] {
            assert_eq!(micros(text), Some(expected), "{text}");
        }
        for text in ["", "s", "-1s", "+1s", "1.s", "1:2:3:4", "1.5:00", "smpte=1:00:00:00", "1e3"] {
            assert_eq!(micros(text), None, "{text}");
        }
        assert_eq!(micros("99999999999999999999h"), None);
        assert_eq!(micros("999999999999h"), None);
    }
}
